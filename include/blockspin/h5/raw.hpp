#pragma once
// What the bytes of a file tell without HDF5, which damage can crash. All local.

#include <string>

namespace blockspin::h5 {

/// Whether a file begins as HDF5 files do; false where it cannot be read.
bool is_hdf5(const std::string& path);

/// The first bytes of a file, at most 64 kB: what was written first stands there. Empty where it cannot be read.
std::string beginning_of(const std::string& path);

/// Whether these bytes stand anywhere in a file. Looks at its beginning first, then at all of it from the end on;
/// false where it cannot be read.
bool holds(const std::string& path, const std::string& bytes);

} // namespace blockspin::h5
