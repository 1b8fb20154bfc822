#pragma once
// A run of this program under mpirun, started, watched and killed by another.

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace blockspin::app {

/// How a run may be disturbed. The first three are SIGKILL.
enum class Disturbance {
  kill_one_rank,
  kill_launcher,
  kill_all,
  signal_launcher,    ///< SIGUSR1, which mpirun hands on
  interrupt_launcher, ///< SIGINT, as by Ctrl-C: mpirun asks its ranks to end, and kills them after a while
  end_launcher        ///< SIGTERM: the same
};
inline constexpr int n_disturbances =
    static_cast<int>(Disturbance::end_launcher) + 1; ///< end_launcher is the last
std::string disturbance_name(Disturbance disturbance);
/// Whether a run that was disturbed so may end with this code, negative for a signal. After a SIGKILL any will do. One
/// that SIGUSR1 asked to stop ends in order (done, or stopped), or by that very signal, where it came before the program
/// listened. After SIGINT or SIGTERM mpirun chooses the code, but it hands on the signal of a crash, and a crash is
/// a crash. Local.
bool may_end_so(Disturbance disturbance, int code);

/// `mpirun -n N blockspin ...` as a child process; its output goes to a file. Local.
class ChildRun {
public:
  /// The launcher is $BLOCKSPIN_MPIRUN, or mpirun of the PATH; the program is this one.
  ChildRun(int n_ranks, const std::vector<std::string>& arguments, const std::string& log_path);
  ~ChildRun(); ///< kills what still runs
  ChildRun(const ChildRun&) = delete;
  ChildRun& operator=(const ChildRun&) = delete;

  /// Exit code once it has ended within that time: negative where a signal ended it; else nothing.
  std::optional<int> wait(double seconds);
  /// `choice` picks the rank.
  void disturb(Disturbance disturbance, unsigned choice);

private:
  std::vector<pid_t> ranks() const;
  pid_t launcher_ = -1;
  std::optional<int> code_;
};

} // namespace blockspin::app
