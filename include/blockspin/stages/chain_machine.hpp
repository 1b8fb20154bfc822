#pragma once
// [chain_machine]: do machines trained on Ising chains find the weights of exact decimation?

#include "blockspin/campaign/stage.hpp"

namespace blockspin::stages {

struct ChainMachineDeck {
  std::vector<double> couplings;
  std::uint64_t sites = 12;
  std::uint64_t configurations = 20000;
  std::uint64_t repeats = 4;
  std::uint64_t epochs = 60;
  double learning_rate = 0.05;
  double momentum = 0.5;
  std::uint64_t batch = 100;
  std::uint64_t gibbs_steps = 1;
  double l1 = 0.0;
  double initial_std = 0.01;
};

class ChainMachineStage : public campaign::StageOf<ChainMachineDeck> {
public:
  using StageOf::StageOf;
  static const deck::Schema<ChainMachineDeck>& schema();
  static std::vector<archive::Row> rows();
  static std::string results(const archive::Archive& archive, const std::string& group);
  static std::vector<rng::StreamId> streams();
  campaign::Estimate estimate(const campaign::Plan& plan, int n_ranks) const override;
  void run(campaign::Context& context) override;
  unsigned state_version() const override { return 2; }
};

} // namespace blockspin::stages
