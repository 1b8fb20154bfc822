#pragma once
// One writer at a time: a lock beside the archive that dies with its owner.

#include <optional>
#include <string>

namespace blockspin::archive {

/// An advisory lock (flock) on <archive>.lock, held by this process until release() or its end, however it
/// ends. The file holds the owner's host and process, for the message to others. Local: the root rank holds
/// it for all.
class Lock {
public:
  /// Waits up to `patience_seconds` for another holder, as the ranks of a killed run live on for a moment.
  /// Throws ErrorKind::archive with the holder's host and process, or with the system's reason (read-only
  /// folder, no folder).
  static Lock acquire(const std::string& archive_path, double patience_seconds);

  Lock(Lock&& other) noexcept;
  Lock& operator=(Lock&& other) noexcept;
  ~Lock();
  /// Removes the lock file and gives the lock back.
  void release() noexcept;

private:
  Lock(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
  static std::optional<Lock> attempt(const std::string& path, const std::string& archive_path,
                                     std::string& owner);

  std::string path_;
  int descriptor_ = -1;
  bool held_ = false;
};

/// "host node1, process 4711" of the run that writes this archive at the moment, or nothing. Local.
std::optional<std::string> holder_of(const std::string& archive_path);

} // namespace blockspin::archive
