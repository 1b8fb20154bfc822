#include "blockspin/base/byte_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "blockspin/base/error.hpp"

namespace blockspin {

namespace {

/// What one call of the system moves at most.
constexpr std::size_t bytes_a_call = std::size_t{1} << 30;

[[noreturn]] void fail(const std::string& path, const std::string& what) {
  throw Error(ErrorKind::archive, what, path);
}

/// Nanoseconds.
std::int64_t written_at(const struct stat& status) {
  return std::int64_t{1000000000} * status.st_mtim.tv_sec + status.st_mtim.tv_nsec;
}

} // namespace

ByteFile::ByteFile(std::string path) : path_(std::move(path)) {
  struct stat status {};
  if (stat(path_.c_str(), &status) != 0)
    fail(path_, std::string("cannot open the file: ") + std::strerror(errno));
  if (!S_ISREG(status.st_mode))
    fail(path_, S_ISDIR(status.st_mode) ? "is a directory, not a file" : "is no regular file");
  descriptor_ = open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0) fail(path_, std::string("cannot open the file: ") + std::strerror(errno));
  n_bytes_ = static_cast<std::uint64_t>(status.st_size);
  written_at_ = written_at(status);
}

ByteFile::~ByteFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

ByteFile::ByteFile(ByteFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)),
      n_bytes_(other.n_bytes_), written_at_(other.written_at_) {}

void ByteFile::read(std::uint64_t offset, std::span<std::byte> bytes) const {
  while (!bytes.empty()) {
    const ssize_t n =
        pread(descriptor_, bytes.data(), std::min(bytes.size(), bytes_a_call), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail(path_, std::string("cannot read the file: ") + std::strerror(errno));
    if (n == 0) fail(path_, "the file ends after " + std::to_string(offset) + " bytes");
    offset += static_cast<std::uint64_t>(n);
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
}

void ByteFile::require_unchanged() const {
  struct stat opened {
  }, now{};
  const bool same = fstat(descriptor_, &opened) == 0 && stat(path_.c_str(), &now) == 0 &&
                    opened.st_ino == now.st_ino && opened.st_dev == now.st_dev;
  if (!same || written_at(now) != written_at_ || static_cast<std::uint64_t>(now.st_size) != n_bytes_)
    fail(path_, "the file has changed since the program began to read it");
}

} // namespace blockspin
