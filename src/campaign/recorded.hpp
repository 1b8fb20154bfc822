#pragma once
// What the archive and checkpoints say a stage's work was made from.

#include <map>
#include <optional>
#include <string>

#include "blockspin/archive/archive.hpp"
#include "blockspin/campaign/plan.hpp"

namespace blockspin::campaign {

/// The attributes of a stage's group: its values, and of a key that an earlier run of it left at "auto", and the deck
/// sets to what that became, still "auto" and what it became. Collective as Archive::group().
std::map<std::string, h5::Value> values_to_record(const Plan& plan, const archive::Archive& archive,
                                                  const Stage& stage);
/// The place of a part among the stage's parts(), or nothing for what only its keys that may not change bear upon. Local.
std::optional<std::size_t> part_number(const Stage& stage, const std::string& part);

} // namespace blockspin::campaign
