#include "segments.hpp"

#include <filesystem>

#include "blockspin/h5/serial_file.hpp"
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

bool is_segment(const std::string& file) {
  const Parts parts = parts_of(file);
  std::error_code ignored;
  if (parts.group.empty() || !fs::is_regular_file(fs::symlink_status(file, ignored))) return false;
  try {
    const h5::SerialFile opened(file);
    return attribute<std::string>(opened.attributes("/"), "/", "format", file) == format_name &&
           attribute<std::string>(opened.attributes(parts.group), parts.group, "content_hash", file) ==
               parts.hash;
  } catch (const Error&) {
    return false;
  }
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
  if (is_segment(file)) remove_file(file);
}

void remove_segments(const std::string& archive_path, const std::set<std::string>& kept) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(segment_folder(archive_path), ignored))
    if (const std::string file = entry.path().string(); !kept.contains(file)) remove_segment(file);
}

} // namespace blockspin::archive
