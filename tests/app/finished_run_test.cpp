// A run that finds all its work done reads what it tells, and hashes nothing of it: counted in bytes, not in time.

#include <fstream>

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <xxhash.h>

#include "blockspin/app/command.hpp"
#include "blockspin/app/kinds.hpp"
#include "support/scratch.hpp"
#include "support/world.hpp"

namespace {

std::uint64_t n_hashed = 0; ///< bytes, on this rank

} // namespace

// It stands in front of the library's own. The content of datasets is hashed by it.
extern "C" XXH64_hash_t XXH3_64bits(const void* data, size_t n_bytes) {
  static const auto library =
      reinterpret_cast<XXH64_hash_t (*)(const void*, size_t)>(dlsym(RTLD_NEXT, "XXH3_64bits"));
  n_hashed += n_bytes;
  return library(data, n_bytes);
}

namespace blockspin::app {
namespace {

/// Bytes that all ranks hash for a command that ends well.
std::uint64_t hashed_by(const std::vector<std::string>& words) {
  static const auto kinds = stage_kinds();
  const std::uint64_t before = n_hashed;
  Invocation invocation = read_command_line(words);
  invocation.kinds = kinds;
  EXPECT_EQ(invocation.command->together(invocation, test_world()), 0);
  std::uint64_t n = n_hashed - before;
  test_world().sum(std::span<std::uint64_t>(&n, 1));
  return n;
}

struct Hashed {
  std::uint64_t by_resume, by_check;
};

/// Of a finished run with so many configurations and what rests on them.
Hashed hashed_with(const std::string& n_configurations) {
  const ScratchFolder scratch(test_world());
  const std::string deck = scratch.file("deck.ini");
  if (test_world().is_root())
    std::ofstream(deck) << "[campaign]\narchive = run.h5\nseed = 3\n[model]\nlattice = 8x8\n[sample]\n"
                           "temperatures = 2, 3\nconfigurations = "
                        << n_configurations << "\n[thermometer]\nhidden = 4\nmax_iterations = 4\n";
  test_world().barrier();
  hashed_by({"run", deck});
  return {hashed_by({"run", deck, "--resume"}), hashed_by({"info", scratch.file("run.h5"), "--check"})};
}

TEST(FinishedRun, HashesNothingOfWhatItTells) {
  const Hashed small = hashed_with("100"), large = hashed_with("900");
  EXPECT_EQ(small.by_resume, large.by_resume);
  EXPECT_GT(large.by_check, small.by_check) << "nothing was counted";
}

} // namespace
} // namespace blockspin::app
