#pragma once
// Whether the content of an archive is still what was written.

#include <string>

#include "blockspin/archive/archive.hpp"

namespace blockspin::archive {

/// The content hash of a group as it is now, on every rank; the root reads all of it. Collective.
std::string present_hash(const Archive& archive, const std::string& group);

/// The content hash that a group says it has. Throws an agreed ErrorKind::archive where its own attributes are damaged;
/// those of what it was made from do not count. Collective.
std::string stored_hash(const Archive& archive, const std::string& group);

} // namespace blockspin::archive
