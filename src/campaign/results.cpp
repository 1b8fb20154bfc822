#include "blockspin/campaign/results.hpp"

#include <algorithm>
#include <map>

#include "blockspin/archive/stored_layout.hpp"
#include "blockspin/base/error.hpp"
#include "blockspin/base/log.hpp"
#include "blockspin/base/text.hpp"

namespace blockspin::campaign {

namespace {

std::string stage_of(const std::string& group) { return group.substr(1, group.find('/', 1) - 1); }

std::string label_of(const std::string& group) {
  std::string label = group.substr(1);
  std::ranges::replace(label, '/', '.');
  return label;
}

using Counts = std::map<std::string, std::size_t>; ///< of groups, by stage

/// Lines that tell so many groups of each stage, and what is left out.
std::size_t n_lines(const Counts& n_groups, std::size_t each) {
  std::size_t n = 0, n_left_out = 0;
  for (const auto& [stage, n_of] : n_groups) {
    n += std::min(n_of, each);
    n_left_out += n_of - std::min(n_of, each);
  }
  return n + (n_left_out > 0 ? 1 : 0);
}

/// How many groups of each stage are told in so many lines: of all stages alike, or one of each of the first stages.
Counts shares_of(const Counts& n_groups, std::size_t most_lines) {
  std::size_t each = 0;
  while (each < most_lines && n_lines(n_groups, each + 1) <= most_lines) ++each;
  std::size_t n_single = each == 0 ? most_lines - 1 : 0;
  Counts shares;
  for (const auto& [stage, n] : n_groups) {
    shares[stage] = std::min(n, n_single > 0 ? 1 : each);
    if (n_single > 0) --n_single;
  }
  return shares;
}

/// "14 of rbm, 3 of flow", or empty.
std::string left_out(const Counts& n_groups, const Counts& shares) {
  std::vector<std::string> pieces;
  for (const auto& [stage, n] : n_groups)
    if (n > shares.at(stage)) pieces.push_back(std::to_string(n - shares.at(stage)) + " of " + stage);
  return joined(pieces, ", ");
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
void add_line(ResultLines& found, const archive::Archive& archive, std::span<const Kind> kinds,
              const std::string& group) {
  std::string line;
  try {
    archive.group(group); // throws where its own attributes are damaged
    line = result_line(archive, kinds, group);
  } catch (const Error& error) {
    if (!error.agreed() || error.kind() != ErrorKind::archive) throw;
    line = label_of(group) + ": cannot be read: " + split(error.what(), '\n').front();
    if (!found.fault) found.fault = error;
  }
  if (!line.empty()) found.lines.push_back(line);
}

} // namespace

ResultLines result_lines(const archive::Archive& archive, std::span<const Kind> kinds,
                         const std::vector<std::string>& groups, std::size_t most_lines) {
  Counts n_groups, n_seen;
  for (const std::string& group : groups)
    if (const Kind* kind = find_kind(kinds, stage_of(group)); kind != nullptr && kind->results)
      ++n_groups[stage_of(group)];
  const Counts shares = shares_of(n_groups, most_lines);
  ResultLines found;
  for (const std::string& group : groups) {
    const auto share = shares.find(stage_of(group));
    if (share == shares.end() || ++n_seen[share->first] > share->second) continue;
    add_line(found, archive, kinds, group);
  }
  if (const std::string more = left_out(n_groups, shares); !more.empty())
    found.lines.push_back("more: " + more);
  return found;
}

void tell(const std::string& name, const std::function<void()>& action) try {
  action();
} catch (const Error& error) {
  if (!error.agreed()) throw;
  log::warning(name + " cannot be told: " + error.what());
}

} // namespace blockspin::campaign
