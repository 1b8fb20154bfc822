#pragma once
// A Monte Carlo renormalization run: configurations are drawn, blocked and measured as they come.

#include "blockspin/replica/sampling.hpp"
#include "blockspin/rg/mcrg_estimates.hpp"

namespace blockspin::rg {

/// Runs an ensemble of one temperature as replica::Sampling does, and measures every kept configuration on
/// all levels instead of keeping it: memory is that of the bins, whatever the number of configurations. All
/// ladders measure equally often, so that their number is rounded up to a multiple of the ladders'. Nothing
/// depends on the number of ranks, on interruptions, nor on whether the plan asked for fewer configurations
/// before. Ties are addressed by the setup's seed and instance (StreamId::block_tie) and Sampling's index of
/// the configuration. The points about which couplings are sought move after 1, 2, 4, 8, ... configurations
/// of each ladder. Members are collective.
class McrgRun : public Stepper {
public:
  /// The communicator and the ensemble must outlive the object.
  McrgRun(const mpi::Communicator& comm, replica::Ensemble& ensemble, const replica::LadderSetup& setup,
          replica::SamplingPlan plan, const BlockingSetup& blocking);
  McrgRun(const McrgRun&) = delete;
  McrgRun& operator=(const McrgRun&) = delete;

  bool done() const override { return sampling_.done(); }
  void advance() override { sampling_.advance(); }
  double work_done() const override { return sampling_.work_done(); }
  double work_total() const override { return sampling_.work_total(); }
  void save(StateSink& sink) const override;
  void load(StateSource& source) override;

  const replica::Sampling& sampling() const { return sampling_; }
  /// Exact sums of everything measured so far, [group][time]; the same on every rank.
  std::vector<std::vector<LevelMoments>> bins() const {
    return bins_.collected(comm_, sampling_.kept_of_each());
  }

private:
  void measure(const replica::KeptConfiguration& configuration, std::uint64_t index);
  void learn(std::uint64_t n_keeps);

  const mpi::Communicator& comm_;
  std::uint64_t n_ladders_;
  BlockingSetup blocking_;
  LevelOperators operators_;
  LevelCouplings couplings_;
  LevelBins bins_;
  replica::Sampling sampling_;
};

} // namespace blockspin::rg
