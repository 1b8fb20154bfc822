#pragma once
// [spectrum]: singular values and vectors of a machine's weights.

#include "blockspin/stages/stage.hpp"

namespace blockspin::stages {

struct SpectrumDeck {
  std::string rbm;
};

class SpectrumStage : public StageOf<SpectrumDeck> {
public:
  using StageOf::StageOf;
  static const deck::Schema<SpectrumDeck>& schema();
  Estimate estimate(const Plan& plan, int n_ranks) const override;
  void run(Context& context) override;
};

} // namespace blockspin::stages
