#pragma once
// A look at a file before HDF5 is asked to open it, so that the common failures have clear names.

#include <string>

namespace blockspin::h5 {

/// Throws ErrorKind::archive naming the file where it is missing, a directory, unreadable, not HDF5, or
/// shorter than its own superblock says. Local.
void check_file(const std::string& path);

} // namespace blockspin::h5
