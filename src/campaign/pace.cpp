#include "pace.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "blockspin/mpi/continued.hpp"

namespace blockspin::campaign {

namespace {
constexpr double seconds_between_looks = 0.05;
}

Pace::Pace(const mpi::Communicator& comm, double checkpoint_interval_seconds, std::uint64_t most_steps)
    : comm_(comm), interval_(checkpoint_interval_seconds), most_steps_(most_steps), last_look_(Clock::now()),
      last_checkpoint_(last_look_), n_continued_(mpi::n_continued()) {}

bool Pace::time_to_look() {
  if (--steps_left_ > 0) return false;
  const auto now = Clock::now();
  const auto seconds_since = [&](Clock::time_point then) {
    return std::chrono::duration<double>(now - then).count();
  };
  const int n_before = std::exchange(n_continued_, mpi::n_continued());
  std::array<double, 3> root_clocks{seconds_since(last_look_), seconds_since(last_checkpoint_),
                                    static_cast<double>(n_continued_ - n_before)};
  comm_.broadcast(std::span<double>(root_clocks));
  last_look_ = now;
  continued_ = root_clocks[2] > 0.0;
  due_ = continued_ || root_clocks[1] >= interval_;
  if (due_) last_checkpoint_ = now;
  // Twice as many steps or half as many, no faster: one slow step must not make the loop deaf.
  const double wanted =
      static_cast<double>(steps_between_looks_) * seconds_between_looks / std::max(root_clocks[0], 1e-6);
  const auto doubled = steps_between_looks_ * 2, halved = steps_between_looks_ / 2;
  steps_between_looks_ = std::max<std::uint64_t>(
      1, wanted >= static_cast<double>(doubled)
             ? doubled
             : (wanted < static_cast<double>(steps_between_looks_) ? halved : steps_between_looks_));
  steps_between_looks_ = std::min(steps_between_looks_, most_steps_);
  steps_left_ = steps_between_looks_;
  return true;
}

} // namespace blockspin::campaign
