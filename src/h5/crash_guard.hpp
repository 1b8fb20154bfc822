#pragma once
// HDF5 checks most of a file's structure by checksums, but not its heaps of text: damage
// there can crash the library.

#include <string>

namespace blockspin::h5 {

/// While it lives, a crash of this process (SIGSEGV, SIGBUS, SIGFPE, SIGABRT) or half a minute of
/// standstill end it with the message that `path` is damaged and the exit code of files. Local: one
/// rank, while the others wait.
class CrashGuard {
public:
  explicit CrashGuard(const std::string& path);
  ~CrashGuard();
  CrashGuard(const CrashGuard&) = delete;
  CrashGuard& operator=(const CrashGuard&) = delete;
};

} // namespace blockspin::h5
