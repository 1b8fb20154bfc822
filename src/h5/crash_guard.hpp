#pragma once
// HDF5 checks most of a file's structure by checksums, but not its heaps of text: damage
// there can crash the library.

#include <string>

namespace blockspin::h5 {

/// While it lives, a crash of this process (SIGSEGV, SIGBUS, SIGFPE, SIGABRT) ends it with the message that `path` is
/// damaged and the exit code of files; so does half a minute without still_alive(), where the guard `has_limit`. A
/// collective call has none: a rank may wait there for others as long as it takes. Local: one rank, while the others
/// wait, or the one of several that `speaks`. Within another guard it names its own file, and the other again at its
/// end.
class CrashGuard {
public:
  explicit CrashGuard(const std::string& path, bool speaks = true, bool has_limit = true);
  ~CrashGuard();
  /// A step has been made: where there is a guard, the half minute begins again.
  static void still_alive();
  CrashGuard(const CrashGuard&) = delete;
  CrashGuard& operator=(const CrashGuard&) = delete;

private:
  static void report_damage(int);
  static const CrashGuard* volatile innermost_;
  const std::string message_; ///< prepared beforehand: a signal handler may write and exit, and not much else
  const CrashGuard* const outer_;
  const bool has_limit_; ///< the outermost guard's holds
};

} // namespace blockspin::h5
