#pragma once
// [receptive_field]: where on the lattice the hidden units of each layer look, beside untrained and shuffled
// fields.

#include "blockspin/stages/stage.hpp"

namespace blockspin::stages {

struct ReceptiveFieldDeck {
  std::string rbm;
  std::uint64_t window = 0;
};

class ReceptiveFieldStage : public StageOf<ReceptiveFieldDeck> {
public:
  using StageOf::StageOf;
  static const deck::Schema<ReceptiveFieldDeck>& schema();
  void check(const Plan& plan, const Complain& complain) const override;
  Estimate estimate(const Plan& plan, int n_ranks) const override;
  void run(Context& context) override;
};

} // namespace blockspin::stages
