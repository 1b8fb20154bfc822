#include "blockspin/analysis/shared_starts.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "blockspin/analysis/fixed_point.hpp"

namespace blockspin::analysis {

SharedStarts::SharedStarts(std::uint64_t n_walkers, std::uint64_t n_states)
    : n_walkers_(n_walkers), n_states_(std::min(n_states, n_walkers)), width_((n_states_ + most - 1) / most) {
}

namespace {

/// Of one walker.
double standard_deviation(const BlockMoments& all, std::uint64_t n, std::size_t quantity) {
  return all.error[quantity] * std::sqrt(static_cast<double>(n));
}

/// [part, quantity], in standard deviations, on the grid.
Array<std::int64_t, 2> sums_of_parts(const mpi::Communicator& comm, const SharedStarts& starts,
                                     std::uint64_t first, View<const double, 2> values,
                                     const BlockMoments& all) {
  Array<std::int64_t, 2> sums({starts.n_parts(), values.extent(1)});
  for (std::size_t q = 0; q < values.extent(1); ++q) {
    const double scale = standard_deviation(all, starts.n_walkers(), q);
    for (std::size_t i = 0; i < values.extent(0) && scale > 0 && std::isfinite(scale); ++i)
      sums(starts.part_of(first + i), q) += to_fixed_point((values(i, q) - all.mean[q]) / scale);
  }
  comm.sum(sums.flat());
  return sums;
}

/// Standard error of the mean of n from the parts' sums.
double error_of(const std::vector<double>& sums, double n) {
  const auto n_parts = static_cast<double>(sums.size());
  if (sums.size() < 2) return std::numeric_limits<double>::quiet_NaN();
  double squares = 0;
  for (const double sum : sums) squares += sum * sum;
  return std::sqrt(squares * n_parts / (n_parts - 1)) / n;
}

} // namespace

BlockMoments moments_by_parts(const mpi::Communicator& comm, const SharedStarts& starts, std::uint64_t first,
                              View<const double, 2> values, const BlockMoments& all) {
  const std::uint64_t n = starts.n_walkers();
  const Array<std::int64_t, 2> sums = sums_of_parts(comm, starts, first, values, all);
  BlockMoments moments{all.mean, all.error, std::vector<std::uint64_t>(starts.n_parts(), 0),
                       Array<double, 2>(sums.shape())};
  for (std::uint64_t walker = 0; walker < n; ++walker) ++moments.block_count[starts.part_of(walker)];
  for (std::size_t q = 0; q < moments.mean.size(); ++q) {
    const double scale = standard_deviation(all, n, q);
    std::vector<double> deviations(starts.n_parts());
    for (std::size_t p = 0; p < deviations.size(); ++p) {
      deviations[p] = scale * from_fixed_point(sums(p, q));
      moments.block_mean(p, q) = all.mean[q] + deviations[p] / static_cast<double>(moments.block_count[p]);
    }
    moments.error[q] = error_of(deviations, static_cast<double>(n));
  }
  return moments;
}

} // namespace blockspin::analysis
