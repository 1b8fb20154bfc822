#pragma once
// The machines along a training: close enough that neighbours exchange configurations (Bereux, Decelle, Furtlehner,
// Rosset & Seoane, arXiv:2405.15376).

#include <cstdint>
#include <vector>

#include "blockspin/base/state.hpp"
#include "blockspin/mpi/communicator.hpp"
#include "blockspin/rbm/machine.hpp"
#include "blockspin/rbm/sampling.hpp"
#include "blockspin/train/chains.hpp"
#include "blockspin/train/settings.hpp"

namespace blockspin::train {

/// A machine of the way, and when it was kept.
struct Checkpoint {
  rbm::Machine machine;
  std::uint64_t update = 0; ///< updates made before it
  std::uint64_t epoch = 0;  ///< epochs that were over
};

/// Checkpoints of one training. Number 0 is not stored: independent units without fields, at which every
/// machine's way begins. A machine is kept when it has gone so far from the last one kept that fewer exchanges
/// than settings.trajectory.acceptance would be accepted. With D(v) = F_last(v) - F_now(v) of standard deviation
/// s over the machine's configurations, and normal, this share is erfc(s / 2). It is found from 64 persistent
/// chains of the trajectory's own. They start where the way does, in equilibrium, and follow by 8 Gibbs steps a look.
/// After n updates since the last checkpoint the next look is 1 + n / 32 updates later: so the way costs little. The
/// same bits for every number of ranks.
class Trajectory {
public:
  static constexpr std::uint64_t most_checkpoints = 1000;

  Trajectory(const mpi::Communicator& comm, const Settings& settings, std::size_t n_visible);

  /// Looks at the machine of `sampler`, before update number `update`, where it is time to, and keeps it if it is far
  /// enough. Throws an agreed
  /// ErrorKind::setting where more than most_checkpoints would be kept. Collective.
  void pass(const rbm::GibbsSampler& sampler, std::uint64_t update, std::uint64_t epoch);
  const std::vector<Checkpoint>& checkpoints() const { return checkpoints_; }

  /// Collective.
  void save(StateSink& sink) const;
  void load(StateSource& source);

private:
  double acceptance(const rbm::GibbsSampler& sampler) const;
  void set_last(const rbm::Machine& machine);

  const mpi::Communicator& comm_;
  double least_acceptance_;
  rbm::Precision precision_;
  rbm::Machine independent_;
  Chains chains_;
  rbm::GibbsSampler last_; ///< of the last checkpoint
  std::vector<Checkpoint> checkpoints_;
  std::uint64_t next_ = 0; ///< the update before which to look
};

} // namespace blockspin::train
