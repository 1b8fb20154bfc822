#pragma once
// Whether a group is laid out as the stage that wrote it declares.

#include <span>
#include <string>

#include "blockspin/archive/archive.hpp"
#include "blockspin/archive/layout.hpp"

namespace blockspin::archive {

/// Throws an agreed ErrorKind::archive where a dataset of the group has another type or number of axes than its
/// row says, or where an axis differs in length between datasets or from its scale. Datasets that no row
/// declares are passed over: another version of the program may have written them. Collective.
void check_layout(const Archive& archive, const std::string& group, std::span<const Row> rows);

} // namespace blockspin::archive
