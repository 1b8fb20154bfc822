#pragma once
// The fingerprint of a group's datasets, the same for the same content whoever computes it.

#include <string>

#include "blockspin/h5/file.hpp"

namespace blockspin::archive {

/// XXH3 (128 bits, 32 hexadecimal digits) over the datasets below `group`: their paths, types, extents and
/// bytes, in sorted order. The bytes are hashed in blocks that depend on the shape alone, divided over the
/// ranks. Reads what is in the file: flush() first where it was just written. Collective.
std::string content_hash(const h5::File& file, const std::string& group);

} // namespace blockspin::archive
