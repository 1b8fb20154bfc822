#include "durable.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/statvfs.h>
#include <unistd.h>

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
  Descriptor(const std::string& path, int flags) : number_(open(path.c_str(), flags | O_CLOEXEC, 0666)) {
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

} // namespace

std::string folder_of(const std::string& path) {
  const std::string folder = fs::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

std::string behind_links(const std::string& path) {
  constexpr int most_links = 40; // as many as Linux follows
  fs::path found = path;
  std::error_code error;
  for (int n = 0; fs::is_symlink(found, error); ++n) {
    const fs::path target = fs::read_symlink(found, error);
    if (error || n == most_links) return path;
    found = found.parent_path() / target; // an absolute target replaces all
  }
  return found.string();
}

std::string temporary_name(const std::string& path) {
  char host[256] = {};
  gethostname(host, sizeof host - 1);
  return path + temporary_mark + host + "-" + std::to_string(getpid());
}

void copy_file(const std::string& from, const std::string& to) {
  const Descriptor source(from, O_RDONLY), target(to, O_WRONLY | O_CREAT | O_TRUNC);
  if (ioctl(target.number(), FICLONE, source.number()) == 0) return;
  std::vector<char> buffer(std::size_t{1} << 20);
  for (;;) {
    const ssize_t n = read(source.number(), buffer.data(), buffer.size());
    if (n < 0) fail("cannot read the file", from);
    if (n == 0) return;
    write_all(target.number(), buffer.data(), static_cast<std::size_t>(n), to);
  }
}

void put_in_place(const std::string& temporary, const std::string& path) {
  const Descriptor file(temporary, O_WRONLY);
  // The end stays; room that was set aside behind it and not needed goes back to the disk.
  if (ftruncate(file.number(), lseek(file.number(), 0, SEEK_END)) != 0) fail("cannot end the file", path);
  file.sync("cannot sync the file to disk", path);
  if (rename(temporary.c_str(), path.c_str()) != 0) fail("cannot rename " + temporary, path);
  Descriptor(folder_of(path), O_RDONLY | O_DIRECTORY).sync("cannot sync the folder to disk", path);
}

void write_durably(const std::string& path, const std::string& text) {
  const std::string temporary = temporary_name(path);
  try {
    {
      const Descriptor file(temporary, O_WRONLY | O_CREAT | O_TRUNC);
      write_all(file.number(), text.data(), text.size(), path);
    }
    put_in_place(temporary, path);
  } catch (...) {
    remove_file(temporary);
    throw;
  }
}

void remove_leftovers(const std::string& path) noexcept {
  std::error_code ignored;
  const std::string name = fs::path(path).filename().string();
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_of(path), ignored)) {
    const std::string other = entry.path().filename().string();
    const bool of_ours = other.starts_with(name + temporary_mark) || other.starts_with(name + ".checkpoint-");
    if (of_ours && other.find(temporary_mark, name.size()) != std::string::npos)
      fs::remove(entry.path(), ignored);
  }
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
