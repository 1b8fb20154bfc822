#include "blockspin/deck/problem.hpp"

#include <algorithm>

#include "blockspin/base/text.hpp"

namespace blockspin::deck {

std::string Place::text() const { return line > 0 ? file + ":" + std::to_string(line) : file; }

std::string Problem::text() const {
  std::string line = place.text();
  if (!key.empty()) line += (line.empty() ? "" : ": ") + key;
  line += (line.empty() ? "" : ": ") + what;
  if (!allowed.empty()) line += "; allowed: " + allowed;
  if (!nearest.empty()) line += "; nearest: " + nearest;
  return line;
}

void Problems::throw_if_any() const {
  if (problems_.empty()) return;
  auto sorted = problems_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Problem& a, const Problem& b) { return a.place.line < b.place.line; });
  std::vector<std::string> lines;
  for (const Problem& problem : sorted) lines.push_back(problem.text());
  const bool only_files =
      std::ranges::all_of(sorted, [](const Problem& problem) { return problem.kind == ErrorKind::archive; });
  throw Error(only_files ? ErrorKind::archive : ErrorKind::deck, joined(lines, "\n"));
}

} // namespace blockspin::deck
