// The fingerprint of a file: the same on any number of ranks, another for another content, made once where many ask.

#include <fstream>

#include <gtest/gtest.h>

#include "blockspin/archive/file_hash.hpp"
#include "support/scratch.hpp"
#include "support/world.hpp"

namespace {

using namespace blockspin;

/// More than a block, so that ranks share the work.
void write(const mpi::Communicator& comm, const std::string& path, char last) {
  comm.barrier(); // all have read what stood there
  if (comm.is_root()) std::ofstream(path) << std::string(std::size_t{9} << 20, 'x') << last;
  comm.barrier();
}

TEST(FileHash, IsOfTheContentOnAnyNumberOfRanks) {
  const mpi::Communicator& world = test_world();
  const mpi::Communicator self = mpi::Communicator::self();
  const ScratchFolder folder(world);
  const std::string path = folder.file("data");
  write(world, path, 'a');
  const std::string before = archive::file_hash(world, path);
  EXPECT_EQ(before, archive::file_hash(self, path));
  write(world, path, 'b');
  EXPECT_NE(before, archive::file_hash(world, path));
}

TEST(FileHash, IsMadeOnceWhileAMemoryLives) {
  const mpi::Communicator& world = test_world();
  const ScratchFolder folder(world);
  const std::string path = folder.file("data");
  write(world, path, 'a');
  const std::string first = archive::file_hash(world, path);
  {
    const archive::FileHashMemory memory;
    EXPECT_EQ(first, archive::file_hash(world, path));
    write(world, path, 'b');
    EXPECT_EQ(first, archive::file_hash(world, path));
    EXPECT_NE(first, archive::file_hash(world, path, 1)); // of another part
  }
  EXPECT_NE(first, archive::file_hash(world, path));
}

} // namespace
