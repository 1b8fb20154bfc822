#include "blockspin/deck/rewrite.hpp"

#include <map>
#include <sstream>
#include <vector>

namespace blockspin::deck {

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string line_of(const Entry& entry) { return entry.key + " = " + entry.value; }

} // namespace

std::string rewritten(const Document& document, std::span<const std::string> options,
                      std::span<const std::string> always, Problems& problems) {
  Document changed = document;
  apply_overrides(changed, options, always, problems);
  std::vector<std::string> lines = lines_of(document.text);
  std::map<int, std::string> below; // by the line, from 1, of a section's head; 0: before all
  for (const Section& section : changed.sections) {
    const Section* const before = document.find(section.stage, section.name);
    if (before == nullptr) below[0] += "[" + section.label() + "]\n";
    for (const Entry& entry : section.entries) {
      const Entry* const stood = before == nullptr ? nullptr : before->find(entry.key);
      if (stood == nullptr)
        below[before == nullptr ? 0 : before->place.line] += line_of(entry) + "\n";
      else if (stood->value != entry.value)
        lines[static_cast<std::size_t>(stood->place.line) - 1] = line_of(entry);
    }
  }
  std::string text = below[0];
  for (std::size_t i = 0; i < lines.size(); ++i) {
    text += lines[i] + "\n";
    if (const auto more = below.find(static_cast<int>(i) + 1); more != below.end()) text += more->second;
  }
  return text;
}

} // namespace blockspin::deck
