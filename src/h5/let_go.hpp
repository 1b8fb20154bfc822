#pragma once
// The way out of a file that can no longer be written.

#include <string>

namespace blockspin::h5 {

/// Replaces every open descriptor of the file `path` in this process by one of an empty file in memory, so
/// that whatever HDF5 still holds back goes nowhere. Local; failures are ignored.
/// HDF5 crashes in its own shutdown (inside MPI_Finalize) when a file cannot be written there a second time:
/// on a full disk every orderly exit would end with SIGSEGV.
void let_go(const std::string& path) noexcept;

} // namespace blockspin::h5
