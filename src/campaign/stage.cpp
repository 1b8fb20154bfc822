#include "blockspin/campaign/stage.hpp"

#include <algorithm>

#include "blockspin/campaign/plan.hpp"

namespace blockspin::campaign {

bool Stage::may_grow() const {
  return std::any_of(values_.begin(), values_.end(), [](const auto& value) { return value.may_grow; });
}

std::optional<ModelDeck> Stage::model(const Plan&) const { return std::nullopt; }

void Stage::check(const Plan&, const Complain&) const {}

Estimate Stage::estimate(const Plan&, int) const { return {}; }

Reference reference_to(const Plan& plan, const std::string& what, const std::string& name,
                       const std::string& key) {
  return {what, name, key, plan.group_of(what, name)};
}

} // namespace blockspin::campaign
