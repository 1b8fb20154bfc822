#include "checkpoint_files.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <limits>
#include <set>

#include "blockspin/archive/standing_checkpoints.hpp"
#include "blockspin/base/log.hpp"
#include "blockspin/h5/raw.hpp"
#include "durable.hpp"

namespace blockspin::archive {

namespace {

namespace fs = std::filesystem;

/// "run.h5.checkpoint-rbm.main": what the checkpoints of a group "/rbm/main" begin with.
std::string group_prefix(const std::string& archive_path, const std::string& group) {
  std::string dotted = group.substr(1);
  std::replace(dotted.begin(), dotted.end(), '/', '.');
  return archive_path + ".checkpoint-" + dotted;
}

/// Of a part's name in that of a file; a longer one ends in digits made from all of it.
constexpr std::size_t most_of_part = 40, kept_of_part = 23;

std::string with_plain_letters(std::string part) {
  for (char& letter : part)
    if (letter == ' ' || letter == '/') letter = '_';
  return part;
}

/// "+layer_2", as it stands in a file's name.
std::string part_in_name(const std::string& name) {
  std::string part = with_plain_letters(name);
  if (part.size() > most_of_part) part = part.substr(0, kept_of_part) + "~" + digits_of(part);
  return part.empty() ? part : "+" + part;
}

/// "run.h5.checkpoint-rbm.main+layer_2-": all but the number.
std::string part_prefix(const std::string& archive_path, const std::string& group, const std::string& part) {
  return group_prefix(archive_path, group) + part_in_name(part) + "-";
}

struct Found {
  std::string ending; ///< what follows the prefix
  std::string path;
};

/// Files whose path begins with `prefix`.
std::vector<Found> files_with(const std::string& prefix, const Listing* listing = nullptr) {
  const std::string start = fs::path(prefix).filename().string(), folder = folder_of(prefix);
  const bool known = listing != nullptr && listing->is_of(folder);
  std::vector<Found> found;
  for (const std::string& name : known ? listing->names_with(start) : Listing(folder).names_with(start))
    found.push_back({name.substr(start.size()), (fs::path(folder) / name).string()});
  return found;
}

/// Adds the files named prefix<number>.
void add_numbered(const std::string& prefix, std::vector<CheckpointFile>& files) {
  for (const auto& [ending, path] : files_with(prefix)) {
    std::uint64_t number = 0;
    const char* const last = ending.data() + ending.size();
    const auto [end, error] = std::from_chars(ending.data(), last, number);
    if (error == std::errc() && end == last) files.push_back({number, path});
  }
}

/// "-12", the end of a checkpoint's name; another group's name can go on with "-2-12".
bool is_number(const std::string& ending) {
  return ending.size() > 1 && ending[0] == '-' &&
         ending.find_first_not_of("0123456789", 1) == std::string::npos;
}

} // namespace

std::vector<CheckpointFile> checkpoints_of_part(const std::string& archive_path, const std::string& group,
                                                const std::string& part) {
  std::vector<CheckpointFile> files;
  add_numbered(part_prefix(archive_path, group, part), files);
  if (part.size() > most_of_part) // format 1 had names of any length
    add_numbered(group_prefix(archive_path, group) + "+" + with_plain_letters(part) + "-", files);
  std::sort(files.begin(), files.end(),
            [](const CheckpointFile& a, const CheckpointFile& b) { return a.number > b.number; });
  return files;
}

std::vector<std::string> checkpoints_of_group(const std::string& archive_path, const std::string& group,
                                              const Listing* listing) {
  std::vector<std::string> paths;
  for (const auto& [ending, path] : files_with(group_prefix(archive_path, group), listing)) {
    const std::size_t dash = ending.rfind('-');
    if (dash != std::string::npos && is_number(ending.substr(dash)) && (dash == 0 || ending[0] == '+'))
      paths.push_back(path);
  }
  return paths;
}

bool has_checkpoints(const Listing& listing, const std::string& archive_path, const std::string& group) {
  return !checkpoints_of_group(archive_path, group, &listing).empty();
}

std::vector<std::string> all_checkpoints(const std::string& archive_path) {
  std::vector<std::string> paths;
  for (const auto& [ending, path] : files_with(archive_path + ".checkpoint-"))
    if (is_number(ending.substr(std::min(ending.rfind('-'), ending.size())))) paths.push_back(path);
  return paths;
}

std::string next_checkpoint(const std::string& archive_path, const std::string& group,
                            const std::string& part) {
  const auto before = checkpoints_of_part(archive_path, group, part);
  return part_prefix(archive_path, group, part) +
         std::to_string(before.empty() ? 1 : before.front().number + 1);
}

std::string longest_checkpoint(const std::string& archive_path, const std::string& group) {
  constexpr auto last = std::numeric_limits<std::uint64_t>::max();
  return part_prefix(archive_path, group, std::string(most_of_part, 'x')) + std::to_string(last);
}

bool is_checkpoint(const std::string& path) {
  std::error_code ignored;
  if (!fs::is_regular_file(fs::symlink_status(path, ignored)) || !h5::is_hdf5(path)) return false;
  // The names of its group and its first attribute, and how that goes on. All formats have them, written first.
  const std::string beginning = h5::beginning_of(path);
  return std::ranges::all_of(
      std::initializer_list<std::string>{"state", "owner", "\nseed="},
      [&](const std::string& mark) { return beginning.find(mark) != std::string::npos; });
}

bool is_removable(const std::string& path) {
  if (is_checkpoint(path)) return true;
  static std::set<std::string> told;
  if (told.insert(path).second)
    log::warning(path + " has the name of a checkpoint, but cannot be recognised as one, and is left alone");
  return false;
}

void remove_checkpoint(const std::string& path) {
  if (is_removable(path)) remove_file(path);
}

} // namespace blockspin::archive
