#include "blockspin/ising/correlation.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>

#include "blockspin/base/error.hpp"

namespace blockspin::ising {
namespace {

/// A configuration with every row twice in succession, so that a row turned by r is a shift away.
class DoubledRows {
public:
  DoubledRows(const lattice::Geometry& geometry, const PackedView& configurations, std::size_t i)
      : length_(geometry.row_length()), words_per_row_((2 * length_ + 63) / 64 + 1),
        words_(geometry.n_rows() * words_per_row_, 0) {
    for (std::uint64_t row = 0; row < geometry.n_rows(); ++row)
      for (std::uint64_t x = 0; x < length_; ++x) {
        const auto bit = static_cast<std::uint64_t>(configurations.bit(i, row * length_ + x));
        set(row, x, bit);
        set(row, x + length_, bit);
      }
  }

  std::size_t words_in_row() const { return (length_ + 63) / 64; }
  /// Sites 64 w ... of a row turned by r <= length; bits beyond the row are 0.
  std::uint64_t word(std::uint64_t row, std::size_t w, std::uint64_t r) const {
    const std::uint64_t* words = &words_[row * words_per_row_ + w + r / 64];
    const auto shift = static_cast<unsigned>(r % 64);
    const std::uint64_t both = shift == 0 ? words[0] : words[0] >> shift | words[1] << (64 - shift);
    return w + 1 < words_in_row() ? both : both & ~std::uint64_t{0} >> (63 - (length_ - 1) % 64);
  }

private:
  void set(std::uint64_t row, std::uint64_t x, std::uint64_t bit) {
    words_[row * words_per_row_ + x / 64] |= bit << (x % 64);
  }
  std::uint64_t length_;
  std::size_t words_per_row_;
  std::vector<std::uint64_t> words_;
};

/// The row r steps on along an axis other than the last.
std::uint64_t row_ahead(const lattice::Geometry& geometry, std::uint64_t row, int axis, std::uint64_t r) {
  std::uint64_t stride = 1;
  for (int other = axis + 1; other + 1 < geometry.n_dimensions(); ++other) stride *= geometry.extent(other);
  const std::uint64_t extent = geometry.extent(axis), place = row / stride % extent;
  return row + ((place + r) % extent - place) * stride; // modulo 2^64, as the difference may be negative
}

std::int64_t antiparallel_pairs(const lattice::Geometry& geometry, const DoubledRows& rows, int axis,
                                std::uint64_t r) {
  const bool in_row = axis + 1 == geometry.n_dimensions();
  std::int64_t n = 0;
  for (std::uint64_t row = 0; row < geometry.n_rows(); ++row) {
    const std::uint64_t other = in_row ? row : row_ahead(geometry, row, axis, r);
    for (std::size_t w = 0; w < rows.words_in_row(); ++w)
      n += std::popcount(rows.word(row, w, 0) ^ rows.word(other, w, in_row ? r : 0));
  }
  return n;
}

/// Magnetisation of each plane across an axis.
std::vector<std::int64_t> planes(const lattice::Geometry& geometry, const PackedView& configurations,
                                 std::size_t i, int axis) {
  std::uint64_t stride = 1;
  for (int other = axis + 1; other < geometry.n_dimensions(); ++other) stride *= geometry.extent(other);
  std::vector<std::int64_t> sum(geometry.extent(axis), 0);
  for (std::uint64_t site = 0; site < geometry.n_sites(); ++site)
    sum[site / stride % sum.size()] += configurations.spin(i, site);
  return sum;
}

std::uint64_t longest_extent(const lattice::Geometry& geometry) {
  return *std::max_element(geometry.extents().begin(), geometry.extents().end());
}

} // namespace

std::size_t n_distances(const lattice::Geometry& geometry, std::size_t most) {
  const auto& extents = geometry.extents();
  return std::min<std::size_t>(*std::min_element(extents.begin(), extents.end()) / 2 + 1, most);
}

PairSums pair_sums(const lattice::Geometry& geometry, const PackedView& configurations, std::size_t i,
                   std::size_t distances) {
  const DoubledRows rows(geometry, configurations, i);
  const auto n_pairs = static_cast<std::int64_t>(geometry.n_bonds());
  PairSums sums;
  for (std::uint64_t r = 0; r < distances; ++r) {
    std::int64_t antiparallel = 0;
    for (int axis = 0; axis < geometry.n_dimensions(); ++axis)
      antiparallel += antiparallel_pairs(geometry, rows, axis, r);
    sums.pair_sum.push_back(n_pairs - 2 * antiparallel);
  }
  const std::uint64_t longest = longest_extent(geometry);
  int n_axes = 0;
  for (int axis = 0; axis < geometry.n_dimensions(); ++axis) {
    if (geometry.extent(axis) != longest) continue;
    const auto magnetization = planes(geometry, configurations, i, axis);
    double real = 0, imaginary = 0;
    sums.magnetization = 0;
    for (std::size_t x = 0; x < magnetization.size(); ++x) {
      const double phase = 2 * std::numbers::pi * static_cast<double>(x) / static_cast<double>(longest);
      real += static_cast<double>(magnetization[x]) * std::cos(phase);
      imaginary += static_cast<double>(magnetization[x]) * std::sin(phase);
      sums.magnetization += magnetization[x];
    }
    sums.structure += (real * real + imaginary * imaginary) / static_cast<double>(geometry.n_sites());
    ++n_axes;
  }
  sums.structure /= n_axes;
  return sums;
}

Correlations correlations(const lattice::Geometry& geometry, std::span<const PairSums> all,
                          std::size_t n_chains) {
  if (all.empty()) throw Error(ErrorKind::numerical, "correlations of no configuration");
  const std::size_t chains = std::min(n_chains, all.size());
  const auto sums = all.first(all.size() / chains * chains);
  const double n_sites = static_cast<double>(geometry.n_sites()),
               n_pairs = static_cast<double>(geometry.n_bonds());
  const double n = static_cast<double>(sums.size());
  Array<double, 2> series({chains, sums.size() / chains});
  Correlations result;
  for (std::size_t r = 0; r < sums.front().pair_sum.size(); ++r) {
    for (std::size_t i = 0; i < sums.size(); ++i)
      series(i % chains, i / chains) = static_cast<double>(sums[i].pair_sum[r]) / n_pairs;
    result.pair.push_back(stats::gamma_analysis(series));
  }
  const auto uniform = [n_sites](const PairSums& s) {
    return static_cast<double>(s.magnetization) * static_cast<double>(s.magnetization) / n_sites;
  };
  double at_zero = 0, at_k = 0;
  for (const PairSums& s : sums) {
    at_zero += uniform(s) / n;
    at_k += s.structure / n;
  }
  const double scale = 0.5 / std::sin(std::numbers::pi / static_cast<double>(longest_extent(geometry)));
  // Rounding leaves some 1e-32 of S(k) where all spins are alike.
  const double excess = at_k > 1e-24 * at_zero ? at_zero / at_k - 1 : std::numeric_limits<double>::infinity();
  if (!(excess > 0) || !std::isfinite(excess)) {
    // No decay to fit: uncorrelated spins (below 0 by chance), or all spins alike (S(k) = 0).
    result.length.mean = excess > 0 ? std::numeric_limits<double>::infinity() : 0;
    result.length.error = std::numeric_limits<double>::quiet_NaN();
    return result;
  }
  const double slope = scale / (2 * std::sqrt(excess) * at_k);
  for (std::size_t i = 0; i < sums.size(); ++i)
    series(i % chains, i / chains) = slope * (uniform(sums[i]) - at_zero / at_k * sums[i].structure);
  result.length = stats::gamma_analysis(series);
  result.length.mean = scale * std::sqrt(excess);
  return result;
}

} // namespace blockspin::ising
