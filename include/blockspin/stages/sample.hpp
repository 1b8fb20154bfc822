#pragma once
// [sample.NAME]: Ising configurations at many temperatures, and thermodynamics with error bars.

#include <optional>

#include "blockspin/stages/stage.hpp"

namespace blockspin::stages {

enum class SampleUpdate { automatic, metropolis, heat_bath, wolff, swendsen_wang };
std::vector<std::string> choice_names(SampleUpdate);

struct SampleDeck {
  deck::Temperatures temperatures;
  std::uint64_t configurations = 0; ///< kept per temperature
  SampleUpdate update = SampleUpdate::automatic;
  bool exchange = true;
  std::optional<std::uint64_t> replicas;      ///< independent ladders
  std::optional<std::uint64_t> equilibration; ///< sweeps
  std::optional<std::uint64_t> interval;      ///< sweeps
  std::optional<bool> flip_symmetry;
};

class SampleStage : public StageOf<SampleDeck> {
public:
  using StageOf::StageOf;
  static const deck::Schema<SampleDeck>& schema();
  void check(const Plan& plan, const Complain& complain) const override;
  Estimate estimate(const Plan& plan, int n_ranks) const override;
  void run(Context& context) override;
};

} // namespace blockspin::stages
