#pragma once
// Progress for people: one redrawn line on a terminal, else plain lines, at most one per 30 s.

#include <chrono>
#include <string>

namespace blockspin::campaign {

/// Local; only the root's lines appear (base/log).
class Progress {
public:
  explicit Progress(std::string label);
  /// Tells how far the work is, and in `note` how it goes; prints when it is time to.
  void report(double work_done, double work_total, const std::string& note = {});

private:
  using Clock = std::chrono::steady_clock;
  std::string label_;
  Clock::time_point start_;
  Clock::time_point last_;
  double first_done_ =
      -1.0; ///< work already done at the first report: a resumed run's rate must not count it
};

} // namespace blockspin::campaign
