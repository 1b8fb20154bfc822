#pragma once
// A small text beside archives that survives a crash.

#include <string>

namespace blockspin::archive {

/// Writes a small file so that it is there, whole, or the one before it is, with the permissions of that. Throws
/// ErrorKind::archive naming it. Local: the root calls it.
void write_durably(const std::string& path, const std::string& text);

} // namespace blockspin::archive
