#include "blockspin/campaign/kind.hpp"

#include <algorithm>

namespace blockspin::campaign {

const Kind* find_kind(std::span<const Kind> kinds, const std::string& stage) {
  const auto found =
      std::ranges::find_if(kinds, [&](const Kind& kind) { return kind.schema->stage() == stage; });
  return found == kinds.end() ? nullptr : &*found;
}

} // namespace blockspin::campaign
