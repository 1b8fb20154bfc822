#include "blockspin/campaign/results.hpp"

#include <algorithm>
#include <map>

#include "blockspin/archive/stored_layout.hpp"
#include "blockspin/base/error.hpp"
#include "blockspin/base/text.hpp"

namespace blockspin::campaign {

namespace {

std::string stage_of(const std::string& group) { return group.substr(1, group.find('/', 1) - 1); }

std::string label_of(const std::string& group) {
  std::string label = group.substr(1);
  std::ranges::replace(label, '/', '.');
  return label;
}

/// How many groups of each stage are told, for at most so many lines in all; at least one.
std::size_t share_of(const std::map<std::string, std::size_t>& n_groups, std::size_t most_lines) {
  std::size_t share = 1;
  const auto lines = [&](std::size_t each) {
    std::size_t n = 0;
    for (const auto& [stage, n_of] : n_groups) n += std::min(n_of, each) + (n_of > each ? 1 : 0);
    return n;
  };
  while (share < most_lines && lines(share + 1) <= most_lines) ++share;
  return share;
}

} // namespace

std::string first_of(std::span<const std::string> pieces, std::string_view separator, std::size_t most) {
  if (pieces.size() <= most) return joined(pieces, separator);
  return joined(pieces.first(most), separator) + std::string(separator) +
         std::to_string(pieces.size() - most) + " more";
}

std::string result_line(const archive::Archive& archive, std::span<const Kind> kinds,
                        const std::string& group) {
  const Kind* const kind = find_kind(kinds, stage_of(group));
  if (kind == nullptr || !kind->results || !archive.contains(group)) return {};
  archive::check_layout(archive, group, kind->rows);
  const std::string text = kind->results(archive, group);
  return text.empty() ? text : label_of(group) + ": " + text;
}

namespace {

/// What is wrong with one group leaves the others alone.
std::string line_or_fault(const archive::Archive& archive, std::span<const Kind> kinds,
                          const std::string& group) {
  try {
    return result_line(archive, kinds, group);
  } catch (const Error& error) {
    if (!error.agreed() || error.kind() != ErrorKind::archive) throw;
    return label_of(group) + ": cannot be read: " + split(error.what(), '\n').front();
  }
}

} // namespace

std::vector<std::string> result_lines(const archive::Archive& archive, std::span<const Kind> kinds,
                                      const std::vector<std::string>& groups, std::size_t most_lines) {
  std::map<std::string, std::size_t> n_groups, n_told;
  for (const std::string& group : groups)
    if (const Kind* kind = find_kind(kinds, stage_of(group)); kind != nullptr && kind->results)
      ++n_groups[stage_of(group)];
  const std::size_t share = share_of(n_groups, most_lines);
  std::vector<std::string> lines;
  for (const std::string& group : groups) {
    const std::string stage = stage_of(group);
    const std::size_t number = ++n_told[stage];
    if (number <= share) {
      if (const std::string line = line_or_fault(archive, kinds, group); !line.empty()) lines.push_back(line);
    } else if (number == n_groups[stage]) {
      lines.push_back(stage + ": " + std::to_string(number - share) + " more");
    }
  }
  return lines;
}

} // namespace blockspin::campaign
