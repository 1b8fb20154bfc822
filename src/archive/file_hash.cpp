#include "blockspin/archive/file_hash.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include <xxhash.h>

#include "blockspin/base/byte_file.hpp"
#include "blockspin/base/error.hpp"
#include "blockspin/base/packed.hpp"
#include "blockspin/mpi/agree.hpp"
#include "hasher.hpp"

namespace blockspin::archive {

namespace {

constexpr std::uint64_t block_bytes = 1 << 22;

/// Hashes of this rank's blocks.
std::vector<std::uint64_t> block_hashes(const ByteFile& file, std::uint64_t n_bytes, int rank, int n_ranks) {
  const auto range = mpi::block_range(groups_of(n_bytes, block_bytes), rank, n_ranks);
  std::vector<std::byte> bytes;
  std::vector<std::uint64_t> hashes;
  for (std::uint64_t block = range.first; block < range.last; ++block) {
    const std::uint64_t offset = block * block_bytes;
    bytes.resize(std::min(block_bytes, n_bytes - offset));
    file.read(offset, bytes);
    hashes.push_back(XXH3_64bits(bytes.data(), bytes.size()));
  }
  return hashes;
}

std::string hash_of(const mpi::Communicator& comm, const std::string& path, std::uint64_t n_left_out) {
  std::vector<std::uint64_t> mine;
  std::uint64_t n_bytes = 0;
  mpi::agreed(comm, [&] {
    const ByteFile file(path);
    if (file.n_bytes() < n_left_out) throw Error(ErrorKind::archive, "the file is truncated", path);
    n_bytes = file.n_bytes() - n_left_out;
    mine = block_hashes(file, n_bytes, comm.rank(), comm.size());
  });
  Hasher hasher;
  hasher.add(std::vector{n_bytes});
  hasher.add(comm.gather_all(std::span<const std::uint64_t>(mine)));
  return hasher.digits();
}

/// By path, while a FileHashMemory lives. The same on every rank.
std::optional<std::map<std::string, std::string>> remembered;

} // namespace

std::string file_hash(const mpi::Communicator& comm, const std::string& path, std::uint64_t n_left_out) {
  if (!remembered || n_left_out > 0) return hash_of(comm, path, n_left_out);
  const auto known = remembered->find(path);
  return known != remembered->end() ? known->second
                                    : remembered->emplace(path, hash_of(comm, path, 0)).first->second;
}

FileHashMemory::FileHashMemory() {
  require(!remembered, "a memory of file hashes inside another");
  remembered.emplace();
}

FileHashMemory::~FileHashMemory() { remembered.reset(); }

} // namespace blockspin::archive
