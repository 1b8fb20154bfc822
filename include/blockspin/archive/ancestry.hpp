#pragma once
// Whether a group is still what its ancestors make of it.

#include <set>
#include <string>

#include "blockspin/archive/archive.hpp"

namespace blockspin::archive {

/// The ancestor of a group that is gone, has other content than the group was made from, or is one of
/// `changing`; empty for a fresh group. Collective as Archive::group().
std::string stale_ancestor(const Archive& archive, const Group& group,
                           const std::set<std::string>& changing = {});

} // namespace blockspin::archive
