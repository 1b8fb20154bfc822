#include "blockspin/archive/names.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <sys/stat.h>

#include "checkpoint_files.hpp"
#include "durable.hpp"
#include "overwrite.hpp"
#include "segments.hpp"

namespace blockspin::archive {

namespace {

/// The same name in the nearest folder above it that is there.
std::string in_folder_that_exists(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code none;
  fs::path folder = folder_of(path);
  while (!fs::exists(folder, none) && folder.has_parent_path()) folder = folder.parent_path();
  if (!fs::exists(folder, none)) folder = ".";
  return (folder / fs::path(path).filename()).string();
}

int error_of_look(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 ? 0 : errno;
}

/// The error number of a look at a path; 0 where nothing is known against it. That a file is not there yet, or
/// that its folder is not, is no refusal.
int refusal_of(const std::string& path) {
  int error = error_of_look(path);
  if (error == ENOENT) error = error_of_look(in_folder_that_exists(path));
  return error == ENAMETOOLONG || error == ELOOP || error == ENOTDIR ? error : 0;
}

bool is_too_long(const std::string& path) { return refusal_of(path) == ENAMETOOLONG; }

bool fits(const std::string& archive_path, const std::string& group, Storage storage) {
  const bool segment = storage == Storage::segments &&
                       is_too_long(segment_path(archive_path, group, digits_of("") + digits_of("")));
  return !segment && !is_too_long(temporary_name(longest_checkpoint(archive_path, group)));
}

} // namespace

std::string refusal_of_archive(const std::string& archive_path) {
  if (const int error = refusal_of(archive_path); error != 0) return std::strerror(error);
  const int error = refusal_of(temporary_name(overwrite_marker(behind_links(archive_path))));
  return error == 0 ? std::string() : std::strerror(error);
}

std::size_t n_characters_too_many(const std::string& name, const std::string& group, Storage storage) {
  const std::string archive_path = behind_links(name);
  std::size_t n = group.size();
  while (n > 0 && !fits(archive_path, group.substr(0, n), storage)) --n;
  return group.size() - n;
}

} // namespace blockspin::archive
