#include "blockspin/analysis/labelled_sample.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "blockspin/base/error.hpp"

namespace blockspin::analysis {

mpi::Range items_of_rank(std::uint64_t n, std::uint64_t block, const mpi::Communicator& comm) {
  const mpi::Range blocks = mpi::block_range((n + block - 1) / block, comm.rank(), comm.size());
  return {std::min(n, blocks.first * block), std::min(n, blocks.last * block)};
}

LabelledSample::LabelledSample(const mpi::Communicator& comm, std::uint64_t n_classes,
                               std::uint64_t per_class, std::size_t n_sites, Array<std::uint8_t, 2> packed,
                               double test_fraction, const rng::Generator& split)
    : n_classes_(n_classes), per_class_(per_class), n_sites_(n_sites),
      mine_(items_of_rank(n_classes * per_class, block_size, comm)), packed_(std::move(packed)),
      permutation_(split, 0, n_classes * per_class),
      n_test_(static_cast<std::uint64_t>(
          std::llround(test_fraction * static_cast<double>(n_classes * per_class)))) {
  require(packed_.extent(0) == mine_.size() && packed_.extent(1) == packed_bytes(n_sites),
          "a labelled sample was given another rank's configurations");
}

std::vector<std::vector<std::uint64_t>> LabelledSample::blocks(bool test) const {
  std::vector<std::vector<std::uint64_t>> all;
  for (std::uint64_t first = mine_.first; first < mine_.last; first += block_size) {
    std::vector<std::uint64_t> block;
    for (std::uint64_t i = first; i < std::min(first + block_size, mine_.last); ++i)
      if (held_out(i) == test) block.push_back(i);
    if (!block.empty()) all.push_back(std::move(block));
  }
  return all;
}

} // namespace blockspin::analysis
