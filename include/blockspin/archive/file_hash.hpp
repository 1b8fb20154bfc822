#pragma once
// The fingerprint of a file.

#include <cstdint>
#include <string>

#include "blockspin/mpi/communicator.hpp"

namespace blockspin::archive {

/// XXH3 (128 bits, 32 hexadecimal digits) of a file: over its length and the 64-bit hashes of its blocks of
/// 4 MiB, which are divided over the ranks. The same on every rank, for any number of ranks. The last `n_left_out`
/// bytes do not count. An agreed ErrorKind::archive where the file cannot be read, or has less. Collective.
std::string file_hash(const mpi::Communicator& comm, const std::string& path, std::uint64_t n_left_out = 0);

/// While it lives, file_hash() of a whole file is made once, and remembered: for a command that looks at many decks which
/// name the same files. One at a time.
class FileHashMemory {
public:
  FileHashMemory();
  ~FileHashMemory();
  FileHashMemory(const FileHashMemory&) = delete;
  FileHashMemory& operator=(const FileHashMemory&) = delete;
};

} // namespace blockspin::archive
