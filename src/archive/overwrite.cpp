#include "overwrite.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <sys/stat.h>

#include "blockspin/base/error.hpp"
#include "checkpoint_files.hpp"
#include "durable.hpp"

namespace blockspin::archive {

namespace {

constexpr const char* explanation = "A run with --overwrite is under way or was stopped; an archive beside "
                                    "this file is the one before it. Continue "
                                    "with --resume; to keep an old archive instead, delete this file.\n";
constexpr const char* starting = "starting";
constexpr const char* started = "started";
constexpr const char* committing = "committing ";

/// The file's number in its file system: while two files exist, theirs differ, and renaming keeps it.
std::string number_of(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 ? std::to_string(status.st_ino) : "none";
}

bool exists(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

/// The marker's second line; empty where there is no marker.
std::string stage_of(const std::string& archive_path) {
  const std::string marker = overwrite_marker(archive_path);
  std::ifstream stream(marker);
  std::string line;
  std::getline(stream, line);
  if (stream && line + "\n" != explanation)
    throw Error(ErrorKind::archive,
                "stands where a run with --overwrite leaves its marker, but is none: move it away", marker);
  std::getline(stream, line);
  if (!stream && exists(marker))
    throw Error(ErrorKind::archive, "cannot read what it says of an overwrite", marker);
  return line;
}

void write_marker(const std::string& archive_path, const std::string& stage) {
  write_durably(overwrite_marker(archive_path), explanation + stage + "\n");
}

} // namespace

std::string overwrite_marker(const std::string& archive_path) { return archive_path + ".overwrite"; }

void start_overwrite(const std::string& archive_path) {
  const bool marked = !stage_of(archive_path).empty();
  if (!exists(archive_path) && !marked && all_checkpoints(archive_path).empty()) return;
  write_marker(archive_path, starting);
  for (const std::string& checkpoint : all_checkpoints(archive_path)) {
    if (!is_removable(checkpoint)) continue;
    std::error_code error;
    std::filesystem::remove(checkpoint, error);
    if (error)
      throw Error(ErrorKind::archive, "cannot delete the old checkpoint: " + error.message(), checkpoint);
  }
  write_marker(archive_path, started); // syncs the folder, and with it the deletions
}

void finish_overwrite_start(const std::string& archive_path) {
  if (stage_of(archive_path) == starting) start_overwrite(archive_path);
}

bool overwrite_is_under_way(const std::string& archive_path) {
  const std::string stage = stage_of(archive_path);
  return !stage.empty() && stage != committing + number_of(archive_path);
}

void announce_replacement(const std::string& archive_path, const std::string& temporary) {
  if (exists(overwrite_marker(archive_path))) write_marker(archive_path, committing + number_of(temporary));
}

void end_overwrite(const std::string& archive_path) noexcept { remove_file(overwrite_marker(archive_path)); }

} // namespace blockspin::archive
