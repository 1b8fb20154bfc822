#pragma once
// [thermometer]: a network that tells temperatures, beside the best that is possible.

#include "blockspin/stages/stage.hpp"

namespace blockspin::stages {

struct ThermometerDeck {
  std::string sample = "main";
  std::uint64_t hidden = 80;
  double test_fraction = 0.2;
  double l2 = 1e-4;
  std::uint64_t max_iterations = 500;
};

class ThermometerStage : public StageOf<ThermometerDeck> {
public:
  using StageOf::StageOf;
  static const deck::Schema<ThermometerDeck>& schema();
  void check(const Plan& plan, const Complain& complain) const override;
  Estimate estimate(const Plan& plan, int n_ranks) const override;
  void run(Context& context) override;
};

} // namespace blockspin::stages
