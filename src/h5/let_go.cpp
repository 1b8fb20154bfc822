#include "let_go.hpp"

#include <charconv>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace blockspin::h5 {

namespace {

std::vector<int> open_descriptors() {
  std::vector<int> descriptors;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", ignored)) {
    const std::string name = entry.path().filename().string();
    int number = -1;
    if (std::from_chars(name.data(), name.data() + name.size(), number).ec == std::errc())
      descriptors.push_back(number);
  }
  return descriptors;
}

} // namespace

void let_go(const std::string& path) noexcept {
  struct stat wanted {};
  if (stat(path.c_str(), &wanted) != 0) return;
  const int nowhere = memfd_create("blockspin", MFD_CLOEXEC);
  if (nowhere < 0) return;
  for (const int descriptor : open_descriptors()) {
    struct stat status {};
    if (fstat(descriptor, &status) == 0 && status.st_ino == wanted.st_ino && status.st_dev == wanted.st_dev)
      dup2(nowhere, descriptor);
  }
  close(nowhere);
}

} // namespace blockspin::h5
