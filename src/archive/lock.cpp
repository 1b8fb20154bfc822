#include "blockspin/archive/lock.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "blockspin/base/error.hpp"

namespace blockspin::archive {

namespace {

std::string host_and_process() {
  char host[256] = {};
  gethostname(host, sizeof host - 1);
  return "host " + std::string(host) + ", process " + std::to_string(getpid());
}

std::string text_of(const std::string& path) {
  std::ifstream stream(path);
  std::string line;
  std::getline(stream, line);
  return line.empty() ? "unknown owner" : line;
}

/// Whether the descriptor is still the file of that name: its owner removes the file when done.
bool same_file(int descriptor, const std::string& path) {
  struct stat held {
  }, named{};
  return fstat(descriptor, &held) == 0 && stat(path.c_str(), &named) == 0 && held.st_ino == named.st_ino &&
         held.st_dev == named.st_dev;
}

/// The locked descriptor, or nothing where another process holds the lock.
std::optional<int> try_lock(const std::string& path, const std::string& archive_path) {
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor < 0)
    throw Error(ErrorKind::archive,
                "cannot write in the archive's folder: cannot create " + path + ": " + std::strerror(errno),
                archive_path);
  if (flock(descriptor, LOCK_EX | LOCK_NB) == 0 && same_file(descriptor, path)) return descriptor;
  close(descriptor);
  return std::nullopt;
}

} // namespace

Lock Lock::acquire(const std::string& archive_path, double patience_seconds) {
  const std::string path = archive_path + ".lock";
  const auto start = std::chrono::steady_clock::now();
  for (;;) {
    if (const std::optional<int> descriptor = try_lock(path, archive_path)) {
      Lock lock(path, *descriptor);
      const std::string owner = host_and_process() + "\n";
      if (ftruncate(*descriptor, 0) != 0 ||
          write(*descriptor, owner.data(), owner.size()) != static_cast<ssize_t>(owner.size()))
        throw Error(ErrorKind::archive, "cannot write " + path + ": " + std::strerror(errno), archive_path);
      return lock;
    }
    const std::chrono::duration<double> waited = std::chrono::steady_clock::now() - start;
    if (waited.count() > patience_seconds)
      throw Error(ErrorKind::archive,
                  "another run is writing this archive: " + text_of(path) + " (it holds " + path + ")",
                  archive_path);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

Lock::Lock(Lock&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

Lock& Lock::operator=(Lock&& other) noexcept {
  release();
  path_ = std::move(other.path_);
  descriptor_ = std::exchange(other.descriptor_, -1);
  return *this;
}

Lock::~Lock() { release(); }

void Lock::release() noexcept {
  if (descriptor_ < 0) return;
  unlink(path_.c_str()); // before the lock goes: whoever gets the old file's lock sees that the name is gone
  close(descriptor_);
  descriptor_ = -1;
}

} // namespace blockspin::archive
