#pragma once
// [decimation]: the chain's exact renormalization, by stacks of machines and by Kadanoff's kernel.

#include "blockspin/campaign/stage.hpp"

namespace blockspin::stages {

struct DecimationDeck {
  std::vector<double> couplings;
  unsigned steps = 0;
  std::uint64_t sites = std::uint64_t{1} << 20;
  std::vector<double> kernel{0, 0.25, 0.5, 1, 2, 4, 8, 16};
  unsigned kernel_sites = 12;
};

class DecimationStage : public campaign::StageOf<DecimationDeck> {
public:
  using StageOf::StageOf;
  static const deck::Schema<DecimationDeck>& schema();
  static std::vector<archive::Row> rows();
  void run(campaign::Context& context) override;
};

} // namespace blockspin::stages
