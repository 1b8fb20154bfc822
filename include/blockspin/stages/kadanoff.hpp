#pragma once
// [kadanoff]: the variational renormalization group on tori small enough to be exact.

#include "blockspin/campaign/stage.hpp"

namespace blockspin::stages {

struct KadanoffDeck {
  unsigned side = 4;
  unsigned block = 2;
  std::vector<double> couplings;
  std::uint64_t configurations = 10000;
  std::uint64_t starts = 32;
  std::vector<double> strengths{0, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8};
};

class KadanoffStage : public campaign::StageOf<KadanoffDeck> {
public:
  using StageOf::StageOf;
  static const deck::Schema<KadanoffDeck>& schema();
  static std::vector<archive::Row> rows();
  static std::string results(const archive::Archive& archive, const std::string& group);
  static std::vector<rng::StreamId> streams();
  campaign::Estimate estimate(const campaign::Plan& plan, int n_ranks) const override;
  void run(campaign::Context& context) override;
};

} // namespace blockspin::stages
