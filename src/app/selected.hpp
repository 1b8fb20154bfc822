#pragma once
// Picking benchmarks or self-tests by name.

#include <string>
#include <vector>

#include "blockspin/base/error.hpp"
#include "blockspin/base/text.hpp"

namespace blockspin::app {

/// Those whose name is, or begins with, one of `names`; all without names. Throws ErrorKind::usage, agreed,
/// for a name that picks nothing.
template <class T>
std::vector<T> selected(std::vector<T> all, const std::vector<std::string>& names) {
  if (names.empty()) return all;
  std::vector<std::string> known;
  for (const T& item : all) known.push_back(item.name);
  std::vector<T> picked;
  for (const std::string& name : names) {
    const std::size_t before = picked.size();
    for (const T& item : all)
      if (item.name == name || item.name.starts_with(name + ".")) picked.push_back(item);
    if (picked.size() > before) continue;
    Error error(ErrorKind::usage, "'" + name + "' is unknown; allowed: " + joined(known, ", "));
    error.set_agreed();
    throw error;
  }
  return picked;
}

} // namespace blockspin::app
