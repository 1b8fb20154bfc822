#pragma once
// [thermometer]: a network that tells temperatures, beside the best that is possible.

#include "blockspin/campaign/stage.hpp"

namespace blockspin::stages {

struct ThermometerDeck {
  std::string sample = "main";
  std::uint64_t hidden = 80;
  double test_fraction = 0.2;
  double l2 = 1e-4;
  std::uint64_t max_iterations = 500;
};

class ThermometerStage : public campaign::StageOf<ThermometerDeck> {
public:
  using StageOf::StageOf;
  static const deck::Schema<ThermometerDeck>& schema();
  static std::vector<archive::Row> rows();
  void check(const campaign::Plan& plan, const campaign::Complain& complain) const override;
  campaign::Estimate estimate(const campaign::Plan& plan, int n_ranks) const override;
  void run(campaign::Context& context) override;
};

} // namespace blockspin::stages
