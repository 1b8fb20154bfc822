#include "blockspin/stages/plan.hpp"

#include <algorithm>

namespace blockspin::stages {

const Stage* Plan::find(const std::string& group) const {
  const auto found =
      std::find_if(stages.begin(), stages.end(), [&](const auto& stage) { return stage->group() == group; });
  return found == stages.end() ? nullptr : found->get();
}

std::string Plan::value(const std::string& group, const std::string& key) const {
  if (const Stage* stage = find(group)) return deck::text_of(stage->values(), key);
  if (archive == nullptr) return {};
  const auto stored = archive->group(group);
  if (!stored) return {};
  const auto found = stored->values.find(key);
  return found == stored->values.end() ? std::string() : h5::to_text(found->second);
}

} // namespace blockspin::stages
