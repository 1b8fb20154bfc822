#include "blockspin/analysis/block_moments.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace blockspin::analysis {

namespace {

/// Mean and sum of squared deviations of each quantity over items [first, last),
/// appended to `out`: all means first.
void append_block(View<const double, 2> values, std::size_t first, std::size_t last,
                  std::vector<double>& out) {
  const std::size_t n_quantities = values.extent(1), at = out.size();
  out.resize(at + 2 * n_quantities);
  for (std::size_t q = 0; q < n_quantities; ++q) {
    double sum = 0, squares = 0;
    for (std::size_t i = first; i < last; ++i) sum += values(i, q);
    const double mean = sum / static_cast<double>(last - first);
    for (std::size_t i = first; i < last; ++i) squares += (values(i, q) - mean) * (values(i, q) - mean);
    out[at + q] = mean;
    out[at + n_quantities + q] = squares;
  }
}

/// Joins the blocks' moments of quantity q in order.
void join(BlockMoments& moments, const std::vector<double>& blocks, std::size_t q) {
  const std::size_t n_quantities = moments.mean.size();
  double n = 0, mean = 0, squares = 0;
  for (std::size_t b = 0; b < moments.block_count.size(); ++b) {
    const auto count = static_cast<double>(moments.block_count[b]);
    const double block_mean = blocks[2 * n_quantities * b + q];
    const double difference = block_mean - mean;
    squares +=
        blocks[2 * n_quantities * b + n_quantities + q] + difference * difference * n * count / (n + count);
    n += count;
    mean += difference * count / n;
    moments.block_mean(b, q) = block_mean;
  }
  moments.mean[q] = mean;
  moments.error[q] = n > 1 ? std::sqrt(squares / (n * (n - 1))) : std::numeric_limits<double>::quiet_NaN();
}

} // namespace

BlockMoments block_moments(const mpi::Communicator& comm, std::uint64_t n, std::uint64_t block,
                           View<const double, 2> values) {
  std::vector<double> mine;
  for (std::size_t first = 0; first < values.extent(0); first += block)
    append_block(values, first, std::min<std::size_t>(first + block, values.extent(0)), mine);
  const std::vector<double> all = comm.gather_all<double>(mine);

  const std::size_t n_quantities = values.extent(1), n_blocks = (n + block - 1) / block;
  BlockMoments moments;
  moments.mean.resize(n_quantities);
  moments.error.resize(n_quantities);
  moments.block_mean = Array<double, 2>({n_blocks, n_quantities});
  for (std::size_t b = 0; b < n_blocks; ++b) moments.block_count.push_back(std::min(block, n - b * block));
  for (std::size_t q = 0; q < n_quantities; ++q) join(moments, all, q);
  return moments;
}

} // namespace blockspin::analysis
