#include "blockspin/archive/summary.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include <fmt/format.h>

#include "blockspin/base/printable.hpp"
#include "blockspin/base/text.hpp"

namespace blockspin::archive {

namespace {

std::string json(const std::string& text) {
  std::string quoted = "\"";
  for (std::string_view rest = text; !rest.empty();) {
    const auto letter = static_cast<unsigned char>(rest.front());
    const std::size_t n = utf8_length(rest); // 0: a byte that is no UTF-8, taken for Latin-1
    if (letter == '"' || letter == '\\')
      quoted += {'\\', rest.front()};
    else if (n == 0 || letter < 0x20)
      quoted += fmt::format("\\u{:04x}", letter);
    else
      quoted += rest.substr(0, n);
    rest.remove_prefix(std::max<std::size_t>(n, 1));
  }
  return quoted + "\"";
}

/// JSON has no infinities and no NaN: those become text.
std::string json(double value) {
  return std::isfinite(value) ? format_number(value) : json(format_number(value));
}
std::string json(std::uint64_t value) { return std::to_string(value); }
std::string json(std::int64_t value) { return std::to_string(value); }
std::string json(bool value) { return value ? "true" : "false"; }

template <class T>
std::string json(const std::vector<T>& values);
std::string json(const h5::Value& value) {
  return std::visit([](const auto& held) { return json(held); }, value);
}

std::string json(const Parent& parent) {
  return "{\"path\": " + json(parent.path) + ", \"content_hash\": " + json(parent.content_hash) + "}";
}

std::string json(const DatasetSummary& dataset) {
  return "{\"path\": " + json(dataset.path) + ", \"type\": " + json(dataset.type) +
         ", \"shape\": " + json(dataset.extent) + ", \"unit\": " + json(dataset.unit) +
         ", \"description\": " + json(dataset.description) + "}";
}

template <class T>
std::string json(const std::map<std::string, T>& entries) {
  std::vector<std::string> pieces;
  for (const auto& [name, value] : entries) pieces.push_back(json(name) + ": " + json(value));
  return "{" + joined(pieces, ", ") + "}";
}

std::string json(const GroupSummary& entry) {
  return "{\"path\": " + json(entry.group.path) + ", \"status\": " + json(entry.group.status) +
         ", \"content_hash\": " + json(entry.group.content_hash) + ", \"stale\": " + json(entry.stale) +
         ", \"parents\": " + json(entry.group.parents) + ", \"values\": " + json(entry.group.values) +
         ", \"datasets\": " + json(entry.datasets) + "}";
}

template <class T>
std::string json(const std::vector<T>& values) {
  std::vector<std::string> pieces;
  for (const T& value : values) pieces.push_back(json(value));
  return "[" + joined(pieces, ", ") + "]";
}

} // namespace

std::string to_json(const Summary& summary) {
  return "{\"path\": " + json(summary.path) + ", \"format_version\": " + json(summary.format_version) +
         ", \"title\": " + json(summary.identity.title) + ", \"seed\": " + json(summary.identity.seed) +
         ", \"bytes\": " + json(summary.n_bytes) + ", \"overwritten\": " + json(summary.overwritten) +
         ", \"groups\": " + json(summary.groups) + ", \"provenance\": " + json(summary.runs) + "}\n";
}

} // namespace blockspin::archive
