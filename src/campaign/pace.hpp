#pragma once
// How often a loop of short steps looks up: at clocks, signals and the stop file.

#include <chrono>
#include <cstdint>

#include "blockspin/mpi/communicator.hpp"

namespace blockspin::campaign {

/// Looking costs a collective call, a step may take a microsecond: so it looks about every 50 ms, after a
/// number of steps that all ranks agree on. Decisions by the clock are the root's.
class Pace {
public:
  /// `most_steps`: it looks after so many steps at the latest, where steps may become longer without warning.
  Pace(const mpi::Communicator& comm, double checkpoint_interval_seconds,
       std::uint64_t most_steps = std::uint64_t{1} << 40);

  /// Once a step. Collective on the steps where it returns true, which are the same on every rank.
  bool time_to_look();
  /// After time_to_look() was true: whether the checkpoint interval has passed; starts it anew. Local, same
  /// on every rank.
  bool checkpoint_is_due() const { return due_; }
  /// Whether it is due because the root has had SIGCONT: mpirun is about to end the job, or a pause is over. Local, same
  /// on every rank.
  bool is_continued() const { return continued_; }

private:
  using Clock = std::chrono::steady_clock;
  const mpi::Communicator& comm_;
  double interval_;
  std::uint64_t most_steps_;
  Clock::time_point last_look_, last_checkpoint_;
  std::uint64_t steps_between_looks_ = 1;
  std::uint64_t steps_left_ = 1;
  bool due_ = false, continued_ = false;
  int n_continued_;
};

} // namespace blockspin::campaign
