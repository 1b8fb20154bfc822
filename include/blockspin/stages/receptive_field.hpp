#pragma once
// [receptive_field]: where on the lattice the hidden units of each layer look, beside
// untrained and shuffled fields.

#include "blockspin/campaign/model.hpp"
#include "blockspin/campaign/stage.hpp"

namespace blockspin::stages {

struct ReceptiveFieldDeck {
  std::string rbm;
  std::uint64_t window = 0;
};

class ReceptiveFieldStage : public campaign::StageOf<ReceptiveFieldDeck> {
public:
  using StageOf::StageOf;
  static const deck::Schema<ReceptiveFieldDeck>& schema();
  static std::vector<archive::Row> rows();
  static std::string results(const archive::Archive& archive, const std::string& group);
  static std::vector<rng::StreamId> streams();
  void check(const campaign::Plan& plan, const campaign::Complain& complain) const override;
  campaign::Estimate estimate(const campaign::Plan& plan, int n_ranks) const override;
  void run(campaign::Context& context) override;
  unsigned state_version() const override { return 2; }
  std::optional<campaign::ModelDeck> model(const campaign::Plan& plan) const override;
};

} // namespace blockspin::stages
