#include "blockspin/archive/lock.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "blockspin/base/error.hpp"
#include "durable.hpp"

namespace blockspin::archive {

namespace {

constexpr const char* of_host = "host ";

std::string host_and_process() {
  char host[256] = {};
  gethostname(host, sizeof host - 1);
  return of_host + std::string(host) + ", process " + std::to_string(getpid());
}

/// What the file says of its owner; empty where it says nothing yet. Throws where it is no lock.
std::string owner_of(int descriptor, const std::string& path, const std::string& archive_path) {
  char text[512] = {};
  struct stat status {};
  const bool regular = fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
  if (!regular || pread(descriptor, text, sizeof text - 1, 0) < 0 ||
      (text[0] != '\0' && !std::string_view(text).starts_with(of_host)))
    throw Error(ErrorKind::archive, path + " stands where a run puts its lock, but is none: move it away",
                archive_path);
  const std::string_view all(text);
  return std::string(all.substr(0, all.find('\n')));
}

/// Whether the descriptor is still the file of that name: its owner removes the file when done.
bool same_file(int descriptor, const std::string& path) {
  struct stat held {
  }, named{};
  return fstat(descriptor, &held) == 0 && stat(path.c_str(), &named) == 0 && held.st_ino == named.st_ino &&
         held.st_dev == named.st_dev;
}

/// The file says who owns it at every moment: what it says ends with the line, so what is behind it may wait.
bool write_owner(int descriptor) {
  const std::string owner = host_and_process() + "\n";
  const auto n_bytes = static_cast<ssize_t>(owner.size());
  return pwrite(descriptor, owner.data(), owner.size(), 0) == n_bytes && ftruncate(descriptor, n_bytes) == 0;
}

/// A new file that is locked and says who owns it; -1 and errno where the name is taken, or it cannot be made.
int create_owned(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (descriptor < 0) return -1;
  if (flock(descriptor, LOCK_EX | LOCK_NB) == 0 && write_owner(descriptor)) return descriptor;
  const int code = errno;
  unlink(path.c_str());
  close(descriptor);
  errno = code;
  return -1;
}

/// The same file under a name of its own first, so that no file under the lock's name without an owner is ever ours.
int create_lock(const std::string& path) {
  const std::string temporary = temporary_name(path);
  unlink(temporary.c_str()); // of a killed process with our number
  const int descriptor = create_owned(temporary);
  if (descriptor < 0) return -1;
  const int code = link(temporary.c_str(), path.c_str()) == 0 ? 0 : errno;
  const bool linked =
      code == 0 ||
      same_file(descriptor, path); // network file systems may make a link and say that it was there
  unlink(temporary.c_str());
  if (linked) return descriptor;
  close(descriptor);
  errno = code == ENOENT ? EEXIST : code; // whoever holds the lock has taken our file for a leftover
  return -1;
}

/// Of a file system on which a file has one name: there a new lock says nothing for a moment.
bool knows_no_links(int code) {
  return code == EPERM || code == ENOSYS || code == EOPNOTSUPP || code == ENOTSUP || code == EMLINK;
}

[[noreturn]] void throw_unwritable(const std::string& path, const std::string& archive_path) {
  throw Error(ErrorKind::archive,
              "cannot write in the archive's folder: cannot create " + path + ": " + std::strerror(errno),
              archive_path);
}

} // namespace

/// The lock, or nothing where another process holds it, or a file that says nothing stands there; `owner` is what
/// the file says.
std::optional<Lock> Lock::attempt(const std::string& path, const std::string& archive_path,
                                  std::string& owner) {
  int created = create_lock(path);
  if (created < 0 && knows_no_links(errno)) created = create_owned(path);
  if (created < 0 && errno != EEXIST) throw_unwritable(path, archive_path);
  const int standing = created < 0 ? open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) : -1;
  if (created < 0 && standing < 0 && errno == ENOENT) return std::nullopt; // it has just gone
  if (created < 0 && standing < 0) throw_unwritable(path, archive_path);
  Lock lock(path, std::max(created, standing));
  if (created < 0) {
    owner = owner_of(lock.descriptor_, path, archive_path);
    if (owner.empty() || flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0 ||
        !same_file(lock.descriptor_, path))
      return std::nullopt;
  }
  lock.held_ = true;
  if (created < 0 && !write_owner(lock.descriptor_)) throw_unwritable(path, archive_path);
  remove_leftovers(path);
  return lock;
}

Lock Lock::acquire(const std::string& archive_path, double patience_seconds) {
  const std::string path = archive_path + ".lock";
  const auto start = std::chrono::steady_clock::now();
  for (std::string owner;;) {
    if (std::optional<Lock> lock = attempt(path, archive_path, owner)) return std::move(*lock);
    const std::chrono::duration<double> waited = std::chrono::steady_clock::now() - start;
    if (waited.count() > patience_seconds)
      throw Error(ErrorKind::archive,
                  owner.empty()
                      ? path + " stands where a run puts its lock, but says of no run: move it away"
                      : "another run is writing this archive: " + owner + " (it holds " + path + ")",
                  archive_path);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

Lock::Lock(Lock&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)),
      held_(std::exchange(other.held_, false)) {}

Lock& Lock::operator=(Lock&& other) noexcept {
  release();
  path_ = std::move(other.path_);
  descriptor_ = std::exchange(other.descriptor_, -1);
  held_ = std::exchange(other.held_, false);
  return *this;
}

Lock::~Lock() { release(); }

void Lock::release() noexcept {
  if (descriptor_ < 0) return;
  if (held_) unlink(path_.c_str()); // first: whoever gets the old file's lock sees that the name is gone
  close(descriptor_);
  descriptor_ = -1;
  held_ = false;
}

std::optional<std::string> holder_of(const std::string& archive_path) {
  const std::string path = archive_path + ".lock";
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (descriptor < 0) return std::nullopt;
  const bool is_held = flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  char text[512] = {};
  const bool is_told = pread(descriptor, text, sizeof text - 1, 0) > 0;
  close(descriptor);
  if (!is_held) return std::nullopt;
  const std::string_view all(text);
  return is_told ? std::string(all.substr(0, all.find('\n'))) : std::string("unknown owner");
}

} // namespace blockspin::archive
