#pragma once
// Asking a run to stop at its next safe point: signals, wall time, a file.

#include <string>

#include "blockspin/mpi/communicator.hpp"

namespace blockspin::mpi {

/// Installs handlers for SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGXCPU and SIGHUP that set a flag of this process, and
/// ignores SIGXFSZ. A SIGHUP that is ignored already (nohup) stays so. Local.
void install_stop_signals();
/// Sets the flag as a signal would. Local.
void request_stop();

/// Decides, together, whether to stop. One per run.
class StopFlag {
public:
  /// walltime_seconds <= 0: no limit. stop_file: a path whose existence asks for a
  /// stop (root looks), or empty.
  StopFlag(const Communicator& comm, double walltime_seconds, std::string stop_file);
  virtual ~StopFlag() = default;

  /// Collective; the same answer on every rank: a signal reached any rank, the wall time is
  /// spent, or the file stands.
  virtual bool stop_now();
  /// Why, once stop_now() has returned true: "SIGTERM", "wall time", "file STOP".
  const std::string& reason() const { return reason_; }
  /// The stop file, where it is the reason: it would stop the next run as well. Else empty.
  std::string file_that_stands() const;

protected:
  /// What this rank alone knows of reasons to stop, a code; 0: none. Local.
  int seen_here() const;
  /// Keeps the reason that a code stands for.
  void set_reason(int code);

private:
  const Communicator& comm_;
  double deadline_;
  std::string stop_file_;
  std::string reason_;
};

} // namespace blockspin::mpi
