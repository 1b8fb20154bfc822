#include "blockspin/campaign/kind.hpp"

#include <algorithm>

#include "blockspin/base/text.hpp"

namespace blockspin::campaign {

const Kind* find_kind(std::span<const Kind> kinds, const std::string& stage) {
  const auto found =
      std::ranges::find_if(kinds, [&](const Kind& kind) { return kind.schema->stage() == stage; });
  return found == kinds.end() ? nullptr : &*found;
}

std::string providers_of(std::span<const Kind> kinds, const std::string& what) {
  std::vector<std::string> sections;
  for (const Kind& kind : kinds)
    if (kind.provides == what) sections.push_back("[" + kind.schema->stage() + "]");
  if (sections.size() < 2) return joined(sections, "");
  const std::string last = sections.back();
  sections.pop_back();
  return joined(sections, ", ") + " or " + last;
}

std::vector<std::string> reserved_names(std::span<const Kind> kinds) {
  std::vector<std::string> names{"auto", "none", "up", "random"};
  for (const Kind& kind : kinds)
    for (const deck::KeyInfo& key : kind.schema->keys())
      names.insert(names.end(), key.builtin_names.begin(), key.builtin_names.end());
  return names;
}

} // namespace blockspin::campaign
