#pragma once
// Configurations with temperature labels, divided over ranks in fixed blocks, part of
// them held out for the test.

#include <cstdint>
#include <vector>

#include "blockspin/base/packed.hpp"
#include "blockspin/mpi/communicator.hpp"
#include "blockspin/rng/permutation.hpp"

namespace blockspin::analysis {

/// Configurations per block: sums are taken within a block first, so results do not
/// depend on who owns which blocks.
inline constexpr std::uint64_t block_size = 256;

/// The items of n that this rank owns when blocks of `block` items are divided over the ranks. Local.
mpi::Range items_of_rank(std::uint64_t n, std::uint64_t block, const mpi::Communicator& comm);

/// This rank's configurations of a sample of n_classes temperatures with per_class configurations each.
/// Configuration number i (over all ranks) has class i / per_class. Local.
class LabelledSample {
public:
  /// `packed` holds the items_of_rank(n, block_size) in order, n_bytes each. `split` decides by counter who
  /// is held out: round(test_fraction n) configurations, the same on every rank count.
  LabelledSample(const mpi::Communicator& comm, std::uint64_t n_classes, std::uint64_t per_class,
                 std::size_t n_sites, Array<std::uint8_t, 2> packed, double test_fraction,
                 const rng::Generator& split);

  std::uint64_t n_train() const { return permutation_.size() - n_test_; }
  std::uint64_t n_test() const { return n_test_; }
  std::uint64_t n_classes() const { return n_classes_; }
  std::size_t n_sites() const { return n_sites_; }
  mpi::Range mine() const { return mine_; }

  std::size_t label(std::uint64_t i) const { return static_cast<std::size_t>(i / per_class_); }
  /// Which of its class's configurations it is, in the order they were kept.
  std::uint64_t place(std::uint64_t i) const { return i % per_class_; }
  std::uint64_t n_per_class() const { return per_class_; }
  bool held_out(std::uint64_t i) const { return permutation_(i) < n_test_; }
  /// This rank's configurations; row i - mine().first is configuration i.
  PackedView packed() const { return {packed_, n_sites_}; }
  /// Numbers of this rank's configurations in the test (or training) set, block by block; no empty blocks.
  std::vector<std::vector<std::uint64_t>> blocks(bool test) const;

private:
  std::uint64_t n_classes_, per_class_;
  std::size_t n_sites_;
  mpi::Range mine_;
  Array<std::uint8_t, 2> packed_;
  rng::Permutation permutation_;
  std::uint64_t n_test_;
};

} // namespace blockspin::analysis
