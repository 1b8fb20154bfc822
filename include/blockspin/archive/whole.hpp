#pragma once
// Whether the content of an archive is still what was written.

#include <string>

#include "blockspin/archive/archive.hpp"

namespace blockspin::archive {

/// The content hash of a group as it is now, on every rank; the root reads all of it. Collective.
std::string present_hash(const Archive& archive, const std::string& group);

} // namespace blockspin::archive
