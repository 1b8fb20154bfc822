#include "blockspin/ising/correlation.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>

#include "blockspin/base/error.hpp"

namespace blockspin::ising {
namespace {

/// One row, twice in succession, so that the row turned by r is a shift away.
class DoubledRow {
public:
  explicit DoubledRow(std::uint64_t length) : length_(length), words_((2 * length + 63) / 64 + 1) {}

  std::size_t n_words() const { return (length_ + 63) / 64; }
  /// Bits of the last word that are sites.
  std::uint64_t last_mask() const { return ~std::uint64_t{0} >> (63 - (length_ - 1) % 64); }

  void read(std::span<const std::uint8_t> packed, std::uint64_t row) {
    std::fill(words_.begin(), words_.end(), 0);
    for (const std::uint64_t to : {std::uint64_t{0}, length_})
      for (std::size_t w = 0; w < n_words(); ++w) {
        std::uint64_t bits = sites_from(packed, row * length_ + 64 * w);
        if (w + 1 == n_words()) bits &= last_mask();
        words_[w + to / 64] |= bits << (to % 64);
        if (to % 64 != 0) words_[w + to / 64 + 1] |= bits >> (64 - to % 64);
      }
  }
  /// Sites 64 w ... of the row turned by r <= length; bits beyond the row are 0.
  std::uint64_t word(std::size_t w, std::uint64_t r) const {
    const std::uint64_t* words = &words_[w + r / 64];
    const auto shift = static_cast<unsigned>(r % 64);
    const std::uint64_t both = shift == 0 ? words[0] : words[0] >> shift | words[1] << (64 - shift);
    return w + 1 < n_words() ? both : both & last_mask();
  }

private:
  std::uint64_t length_;
  std::vector<std::uint64_t> words_;
};

/// How many of up to 2^n_planes - 1 added bits were set, for each of many places, bit-sliced: adding a word
/// costs two operations on average, whatever the number of places.
class ColumnSums {
public:
  ColumnSums(std::size_t n_words, std::uint64_t most)
      : n_words_(n_words), planes_(n_words * static_cast<std::size_t>(std::bit_width(most))) {}
  void add(std::size_t w, std::uint64_t bits) {
    for (std::size_t at = w; bits != 0; at += n_words_) {
      const std::uint64_t carry = planes_[at] & bits;
      planes_[at] ^= bits;
      bits = carry;
    }
  }
  std::int64_t sum(std::uint64_t x) const {
    std::uint64_t sum = 0;
    for (std::size_t at = x / 64, p = 0; at < planes_.size(); at += n_words_, ++p)
      sum |= (planes_[at] >> (x % 64) & 1) << p;
    return static_cast<std::int64_t>(sum);
  }

private:
  std::size_t n_words_;
  std::vector<std::uint64_t> planes_;
};

/// The row r steps on along an axis other than the last.
std::uint64_t row_ahead(const lattice::Geometry& geometry, std::uint64_t row, int axis, std::uint64_t r) {
  std::uint64_t stride = 1;
  for (int other = axis + 1; other + 1 < geometry.n_dimensions(); ++other) stride *= geometry.extent(other);
  const std::uint64_t extent = geometry.extent(axis), place = row / stride % extent;
  return row + ((place + r) % extent - place) * stride; // modulo 2^64, as the difference may be negative
}

/// Antiparallel pairs of a row with itself turned by r, and with the rows r ahead.
std::int64_t antiparallel_pairs(const lattice::Geometry& geometry, std::span<const std::uint8_t> packed,
                                const DoubledRow& turned, std::uint64_t row, std::uint64_t r) {
  std::int64_t n = 0;
  const std::size_t n_words = turned.n_words();
  for (std::size_t w = 0; w < n_words; ++w) n += std::popcount(turned.word(w, 0) ^ turned.word(w, r));
  for (int axis = 0; axis + 1 < geometry.n_dimensions(); ++axis) {
    const std::uint64_t first = row_ahead(geometry, row, axis, r) * geometry.row_length();
    for (std::size_t w = 0; w < n_words; ++w) {
      const std::uint64_t mask = w + 1 < n_words ? ~std::uint64_t{0} : turned.last_mask();
      n += std::popcount((turned.word(w, 0) ^ sites_from(packed, first + 64 * w)) & mask);
    }
  }
  return n;
}

/// Magnetisation of each plane across each axis.
class PlaneSums {
public:
  explicit PlaneSums(const lattice::Geometry& geometry)
      : geometry_(geometry), columns_((geometry.row_length() + 63) / 64, geometry.n_rows()) {
    for (int axis = 0; axis + 1 < geometry.n_dimensions(); ++axis) up_.emplace_back(geometry.extent(axis), 0);
  }
  void add(std::uint64_t row, const DoubledRow& bits) {
    std::int64_t up = 0;
    for (std::size_t w = 0; w < bits.n_words(); ++w) {
      up += std::popcount(bits.word(w, 0));
      columns_.add(w, bits.word(w, 0));
    }
    const lattice::Coordinates place = geometry_.coordinates(row * geometry_.row_length());
    for (std::size_t axis = 0; axis < up_.size(); ++axis) up_[axis][place[axis]] += up;
  }
  std::vector<std::int64_t> magnetization(int axis) const {
    const std::uint64_t extent = geometry_.extent(axis);
    const auto n_sites = static_cast<std::int64_t>(geometry_.n_sites() / extent);
    std::vector<std::int64_t> sums(extent);
    for (std::uint64_t x = 0; x < extent; ++x) {
      const bool in_row = axis + 1 == geometry_.n_dimensions();
      sums[x] = 2 * (in_row ? columns_.sum(x) : up_[static_cast<std::size_t>(axis)][x]) - n_sites;
    }
    return sums;
  }

private:
  const lattice::Geometry& geometry_;
  ColumnSums columns_;
  std::vector<std::vector<std::int64_t>> up_; ///< [leading axis][plane]
};

/// Where nothing varied: the rate of what n configurations never showed is below 3/n with 95 %, and one spin
/// turned changes the two of its N pairs along each axis; on a ring, where a domain costs as much, a long one changes 2 r of
/// N pairs at distance r.
void bound_error(stats::MeanEstimate& pair, double temperature, double n_pairs_changed, double n_sites,
                 double n) {
  if (!std::isnan(pair.error) || n < 2) return;
  pair.one_event = temperature != 0 ? 2 * n_pairs_changed / n_sites / n : 0;
  pair.error = 3 * pair.one_event;
  pair.is_bound = temperature != 0;
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
  const std::span<const std::uint8_t> packed = configurations.bytes.row(i);
  std::vector<std::int64_t> antiparallel(distances, 0);
  PlaneSums planes(geometry);
  DoubledRow turned(geometry.row_length());
  for (std::uint64_t row = 0; row < geometry.n_rows(); ++row) {
    turned.read(packed, row);
    planes.add(row, turned);
    for (std::uint64_t r = 0; r < distances; ++r)
      antiparallel[r] += antiparallel_pairs(geometry, packed, turned, row, r);
  }
  PairSums sums;
  for (const std::int64_t n : antiparallel)
    sums.pair_sum.push_back(static_cast<std::int64_t>(geometry.n_bonds()) - 2 * n);
  const std::uint64_t longest = longest_extent(geometry);
  int n_axes = 0;
  for (int axis = 0; axis < geometry.n_dimensions(); ++axis) {
    if (geometry.extent(axis) != longest) continue;
    const auto magnetization = planes.magnetization(axis);
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

Correlations correlations(const lattice::Geometry& geometry, double temperature,
                          std::span<const PairSums> sums, std::size_t n_chains) {
  if (sums.empty()) throw Error(ErrorKind::numerical, "correlations of no configuration");
  const double n_sites = static_cast<double>(geometry.n_sites()),
               n_pairs = static_cast<double>(geometry.n_bonds());
  const double n = static_cast<double>(sums.size());
  std::vector<double> series(sums.size());
  Correlations result;
  for (std::size_t r = 0; r < sums.front().pair_sum.size(); ++r) {
    for (std::size_t i = 0; i < sums.size(); ++i)
      series[i] = static_cast<double>(sums[i].pair_sum[r]) / n_pairs;
    result.pair.push_back(stats::gamma_analysis_in_turn(series, n_chains));
    const double n_changed = geometry.n_dimensions() == 1 ? 2.0 * static_cast<double>(r) : 2.0;
    bound_error(result.pair.back(), r == 0 ? 0 : temperature, n_changed, n_sites, n);
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
    series[i] = slope * (uniform(sums[i]) - at_zero / at_k * sums[i].structure);
  result.length = stats::gamma_analysis_in_turn(series, n_chains);
  result.length.mean = scale * std::sqrt(excess);
  return result;
}

} // namespace blockspin::ising
