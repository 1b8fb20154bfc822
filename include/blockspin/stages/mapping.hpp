#pragma once
// [mapping]: how far a machine is from an exact variational renormalization of the Ising model at one
// temperature.

#include <optional>

#include "blockspin/stages/stage.hpp"

namespace blockspin::stages {

struct MappingDeck {
  std::string rbm;
  double temperature = 0;
  std::optional<std::string> sample;
  std::optional<std::string> likelihood;
  std::optional<std::uint64_t> configurations;
  std::uint64_t hidden_configurations = 32;
  double extra = 0.1;
};

class MappingStage : public StageOf<MappingDeck> {
public:
  using StageOf::StageOf;
  static const deck::Schema<MappingDeck>& schema();
  std::vector<Reference> references(const Plan& plan) const override;
  void check(const Plan& plan, const Complain& complain) const override;
  Estimate estimate(const Plan& plan, int n_ranks) const override;
  void run(Context& context) override;

private:
  bool is_built_in() const { return deck().rbm == "bond" || deck().rbm == "lin_tegmark"; }
  std::string sample_name(const Plan& plan) const;
};

} // namespace blockspin::stages
