#include "segments.hpp"

#include <filesystem>

#include "blockspin/base/log.hpp"
#include "blockspin/h5/raw.hpp"
#include "durable.hpp"
#include "group_attributes.hpp"

namespace blockspin::archive {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t n_digits = 32;
constexpr const char* ending = ".h5";

struct Parts {
  std::string group, hash;
};

/// "sample.main-<hash>.h5" taken to pieces; empty where it is no such name. No stage has a dot in its name.
Parts parts_of(const std::string& file) {
  const std::string name = fs::path(file).filename().string();
  const std::size_t n_behind = 1 + n_digits + std::string(ending).size(), dot = name.find('.');
  if (!name.ends_with(ending) || name.size() <= n_behind || dot == std::string::npos) return {};
  const std::size_t dash = name.size() - n_behind;
  Parts parts{"/" + name.substr(0, dash), name.substr(dash + 1, n_digits)};
  if (dot + 1 >= dash || name[dash] != '-' || !is_content_hash(parts.hash)) return {};
  parts.group[dot + 1] = '/';
  return parts;
}

/// How a file holds the names of a group's two levels: behind their length (HDF5 File Format Specification 3.0,
/// IV.A.2.g).
bool holds_group(const std::string& bytes, const std::string& group) {
  const auto holds = [&](const std::string& name) {
    return bytes.find(static_cast<char>(name.size()) + name) != std::string::npos;
  };
  const std::size_t slash = group.find('/', 1);
  return holds(group.substr(1, slash - 1)) && holds(group.substr(slash + 1));
}

/// Whether a file of such a name is a segment: it holds the name of the format, the group, and the hash that its name
/// has. HDF5 is not asked: the file may be damaged, and nobody needs it.
bool is_segment(const std::string& file, const Parts& named) {
  std::error_code ignored;
  if (!fs::is_regular_file(fs::symlink_status(file, ignored)) || !h5::is_hdf5(file)) return false;
  const std::string beginning = h5::beginning_of(file);
  return beginning.find(format_name) != std::string::npos && holds_group(beginning, named.group) &&
         h5::holds(file, named.hash);
}

} // namespace

std::string segment_folder(const std::string& archive_path) { return archive_path + ".segments"; }

std::string segment_path(const std::string& archive_path, const std::string& group, const std::string& hash) {
  std::string dotted = group.substr(1);
  for (char& letter : dotted)
    if (letter == '/') letter = '.';
  return segment_folder(archive_path) + "/" + dotted + "-" + hash + ending;
}

bool is_segment_of(const std::string& file, const std::string& group) {
  return parts_of(file).group == group;
}

void remove_segment(const std::string& file) {
  const Parts parts = parts_of(file);
  if (parts.group.empty()) return;
  if (is_segment(file, parts)) return remove_file(file);
  log::warning(file +
               " has the name of a segment that is no longer needed, but cannot be recognised as one, and "
               "is left alone");
}

void remove_segments(const std::string& archive_path, const std::set<std::string>& kept) {
  for (const std::string& file : files_in(segment_folder(archive_path)))
    if (!kept.contains(file)) remove_segment(file);
}

} // namespace blockspin::archive
