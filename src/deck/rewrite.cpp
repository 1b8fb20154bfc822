#include "blockspin/deck/rewrite.hpp"

#include <map>
#include <sstream>
#include <vector>

#include "scan.hpp"

namespace blockspin::deck {

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(without_byte_order_mark(text));
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string line_of(const Entry& entry) { return entry.key + " = " + entry.value; }

/// What follows the value in a line: its comment with the space before it, and a carriage return.
std::string after_value(const std::string& line) {
  const auto hash = line.find('#');
  const auto last = line.find_last_not_of(" \t\r", hash == std::string::npos ? hash : hash - 1);
  const std::string rest = line.substr(last + 1);
  return hash == std::string::npos ? (rest.ends_with('\r') ? "\r" : "") : rest;
}

} // namespace

std::string rewritten(const Document& before, const Document& changed) {
  std::vector<std::string> lines = lines_of(before.text);
  std::map<int, std::string> below; // by the line, from 1, of a section's head; 0: before all
  for (const Section& section : changed.sections) {
    const Section* const old = before.find(section.stage, section.name);
    if (old == nullptr) below[0] += "[" + section.label() + "]\n";
    for (const Entry& entry : section.entries) {
      const Entry* const stood = old == nullptr ? nullptr : old->find(entry.key);
      if (stood == nullptr) {
        below[old == nullptr ? 0 : old->place.line] += line_of(entry) + "\n";
      } else if (stood->value != entry.value) {
        std::string& line = lines[static_cast<std::size_t>(stood->place.line) - 1];
        line = line_of(entry) + after_value(line);
      }
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
