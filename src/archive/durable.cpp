#include "durable.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <xxhash.h>

#include "blockspin/base/error.hpp"
#include "blockspin/base/text.hpp"

namespace blockspin::archive {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& action, const std::string& where) {
  throw Error(ErrorKind::archive, action + ": " + std::strerror(errno), where);
}

/// An open file; closing is checked by close_checked().
class Descriptor {
public:
  Descriptor(const std::string& path, int flags, mode_t mode = 0)
      : number_(open(path.c_str(), flags | O_CLOEXEC, mode)) {
    if (number_ < 0) fail("cannot open the file", path);
  }
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int number() const { return number_; }
  void sync(const std::string& action, const std::string& where) const {
    if (fsync(number_) != 0) fail(action, where);
  }

private:
  int number_;
};

void write_all(int descriptor, const char* data, std::size_t n_bytes, const std::string& path) {
  while (n_bytes > 0) {
    const ssize_t n = write(descriptor, data, n_bytes);
    if (n < 0) fail("cannot write the file", path);
    data += n;
    n_bytes -= static_cast<std::size_t>(n);
  }
}

constexpr const char* temporary_mark = ".tmp-";
constexpr std::size_t n_digits = 16;
constexpr mode_t any_mode = 07777, usual_mode = 0666, writers_mode = 0600;

std::string file_name(const std::string& path) { return fs::path(path).filename().string(); }

/// The name that a temporary one stands for; nothing where temporary_name() has not made `name`.
std::optional<std::string> meant_by(const std::string& name) {
  const std::size_t mark = name.rfind(temporary_mark);
  if (mark == std::string::npos || mark == 0) return std::nullopt;
  const std::string meant = name.substr(0, mark), digits = name.substr(mark + std::strlen(temporary_mark));
  if (digits.size() != 2 * n_digits + 1 || digits[n_digits] != '-') return std::nullopt;
  const std::string process = digits.substr(0, n_digits);
  return digits.substr(n_digits + 1) == digits_of(meant + process) ? std::optional(meant) : std::nullopt;
}

/// What stands under a name; nothing where there is nothing, or no regular file.
std::optional<struct stat> regular_file(const std::string& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return status;
}

/// Only the owner of a file, or root, may give it away.
void keep_owner_and_mode(int descriptor, const std::string& path) {
  const auto before = regular_file(path);
  if (!before) return;
  if (fchown(descriptor, before->st_uid, before->st_gid) != 0) [[maybe_unused]]
    const int ignored = fchown(descriptor, static_cast<uid_t>(-1), before->st_gid);
  if (fchmod(descriptor, before->st_mode & any_mode) != 0) fail("cannot keep the file's permissions", path);
}

} // namespace

std::string folder_of(const std::string& path) {
  const std::string folder = fs::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

std::string behind_links(const std::string& path) {
  constexpr int most_links = 40; // as many as Linux follows
  fs::path found = path;
  std::error_code error;
  for (int n = 0; fs::is_symlink(fs::symlink_status(found, error)); ++n) {
    const fs::path target = fs::read_symlink(found, error);
    if (error || n == most_links)
      throw Error(ErrorKind::archive, "is a symbolic link that leads in a circle, or cannot be read", path);
    found = found.parent_path() / target; // an absolute target replaces all
  }
  return found.string();
}

std::optional<FileIdentity> identity_of(const std::string& path) noexcept {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return std::nullopt;
  return FileIdentity{status.st_dev, status.st_ino};
}

std::uint64_t size_of(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) fail("cannot look at the file", path);
  return static_cast<std::uint64_t>(status.st_size);
}

std::string digits_of(const std::string& text) {
  return fmt::format("{:016x}", XXH3_64bits(text.data(), text.size()));
}

std::string temporary_name(const std::string& path) {
  char host[256] = {};
  gethostname(host, sizeof host - 1);
  const std::string process = digits_of(std::string(host) + " " + std::to_string(getpid()));
  return path + temporary_mark + process + "-" + digits_of(file_name(path) + process);
}

void create_temporary(const std::string& temporary, const std::string& path) {
  unlink(temporary.c_str());
  const auto before = regular_file(path);
  Descriptor(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW,
             before ? (before->st_mode & usual_mode) | writers_mode : usual_mode);
}

void copy_file(const std::string& from, const std::string& to) {
  const Descriptor source(from, O_RDONLY), target(to, O_WRONLY | O_NOFOLLOW);
  if (ioctl(target.number(), FICLONE, source.number()) == 0) return;
  std::vector<char> buffer(std::size_t{1} << 20);
  for (;;) {
    const ssize_t n = read(source.number(), buffer.data(), buffer.size());
    if (n < 0) fail("cannot read the file", from);
    if (n == 0) return;
    write_all(target.number(), buffer.data(), static_cast<std::size_t>(n), to);
  }
}

void append(const std::string& path, const std::string& text) {
  const Descriptor file(path, O_WRONLY | O_APPEND | O_NOFOLLOW);
  write_all(file.number(), text.data(), text.size(), path);
}

void put_in_place(const std::string& temporary, const std::string& path) {
  const Descriptor file(temporary, O_WRONLY);
  // The end stays; room that was set aside behind it and not needed goes back to the disk.
  if (ftruncate(file.number(), lseek(file.number(), 0, SEEK_END)) != 0) fail("cannot end the file", path);
  keep_owner_and_mode(file.number(), path);
  file.sync("cannot sync the file to disk", path);
  if (rename(temporary.c_str(), path.c_str()) != 0) fail("cannot rename " + temporary, path);
  Descriptor(folder_of(path), O_RDONLY | O_DIRECTORY).sync("cannot sync the folder to disk", path);
}

void write_durably(const std::string& path, const std::string& text) {
  const std::string temporary = temporary_name(path);
  try {
    create_temporary(temporary, path);
    append(temporary, text);
    put_in_place(temporary, path);
  } catch (...) {
    remove_file(temporary);
    throw;
  }
}

std::vector<std::string> files_in(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    paths.push_back(entry->path().string());
  std::sort(paths.begin(), paths.end());
  return paths;
}

void remove_leftovers(const std::string& path) {
  const std::string name = file_name(path);
  if (name.empty()) return; // a folder, which has nothing beside it
  for (const std::string& file : files_in(folder_of(path)))
    if (const auto meant = meant_by(file_name(file));
        meant && (*meant == name || meant->starts_with(name + ".checkpoint-")))
      remove_file(file);
}

void remove_file(const std::string& path) noexcept {
  std::error_code ignored;
  fs::remove(path, ignored);
}

void make_folder(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) throw Error(ErrorKind::archive, "cannot create the folder: " + error.message(), path);
}

void check_room(const std::string& path, std::uint64_t n_bytes) {
  struct statvfs status {};
  if (statvfs(folder_of(path).c_str(), &status) != 0) return; // a file system that does not tell
  const std::uint64_t room = static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
  if (room < n_bytes)
    throw Error(ErrorKind::archive,
                "the disk is full: " + format_bytes(static_cast<double>(n_bytes)) + " needed, " +
                    format_bytes(static_cast<double>(room)) + " free",
                path);
}

} // namespace blockspin::archive
