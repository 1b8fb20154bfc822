#pragma once
// Opening a file by HDF5's serial driver.

#include <string>

#include "blockspin/h5/handle.hpp"

namespace blockspin::h5 {

/// For reading, without HDF5's locks, which not every file system has. Throws ErrorKind::archive at `path`; what
/// is missing, a directory, not HDF5, truncated, or open for writing elsewhere is told apart. Local.
Handle open_serial(const std::string& path);

} // namespace blockspin::h5
