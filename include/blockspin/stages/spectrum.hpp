#pragma once
// [spectrum]: singular values and vectors of a machine's weights.

#include <optional>

#include "blockspin/stages/stage.hpp"

namespace blockspin::stages {

struct SpectrumDeck {
  std::string rbm;
  std::optional<std::uint64_t> epoch;
  std::vector<std::uint64_t> epoch_scan;
};

class SpectrumStage : public StageOf<SpectrumDeck> {
public:
  using StageOf::StageOf;
  static const deck::Schema<SpectrumDeck>& schema();
  void check(const Plan& plan, const Complain& complain) const override;
  Estimate estimate(const Plan& plan, int n_ranks) const override;
  void run(Context& context) override;
};

} // namespace blockspin::stages
