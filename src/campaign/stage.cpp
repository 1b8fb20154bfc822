#include "blockspin/campaign/stage.hpp"

#include <algorithm>

namespace blockspin::campaign {

bool Stage::may_grow() const {
  return std::any_of(values_.begin(), values_.end(), [](const auto& value) { return value.may_grow; });
}

void Stage::check(const Plan&, const Complain&) const {}

Estimate Stage::estimate(const Plan&, int) const { return {}; }

} // namespace blockspin::campaign
