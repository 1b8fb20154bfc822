#pragma once
// Asking the disk before writing to it together.

#include <cstdint>

#include "blockspin/h5/file.hpp"

namespace blockspin::h5 {

/// Has the file system set aside room for so many more bytes, so that a full disk or quota shows here, on the
/// root, and not in the middle of a collective write. Collective; throws an agreed ErrorKind::archive. Does
/// nothing where the file system cannot tell.
void reserve_room(const File& file, std::uint64_t n_bytes);

} // namespace blockspin::h5
