#include "blockspin/ising/block_filter.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "blockspin/base/error.hpp"

namespace blockspin::ising {
namespace {

constexpr unsigned piece_sites = 8;
constexpr std::size_t piece_states = 1 << piece_sites;

std::size_t power(std::size_t base, int exponent) {
  std::size_t result = 1;
  for (int i = 0; i < exponent; ++i) result *= base;
  return result;
}

RowLattice lattice_of_blocks(const RowLattice& fine, unsigned side, unsigned stride) {
  require(fits(fine, side, stride), "a filter's windows do not fit the lattice");
  std::vector<std::uint64_t> extents = fine.extents();
  for (std::uint64_t& extent : extents) extent /= stride;
  return RowLattice(extents);
}

/// n <= 8 bits of a row from x on, x + n <= its length.
unsigned bits_inside(std::span<const std::uint64_t> row, std::uint64_t x, unsigned n) {
  const std::size_t word = x / 64;
  const unsigned shift = x % 64;
  std::uint64_t bits = row[word] >> shift;
  if (shift + n > 64) bits |= row[word + 1] << (64 - shift);
  return static_cast<unsigned>(bits) & ((1U << n) - 1);
}

/// n <= 8 bits of a periodic row of `length` >= n sites from x < length on.
unsigned bits_of(std::span<const std::uint64_t> row, std::uint64_t length, std::uint64_t x, unsigned n) {
  if (x + n <= length) return bits_inside(row, x, n);
  const auto before = static_cast<unsigned>(length - x);
  return bits_inside(row, x, before) | bits_inside(row, 0, n - before) << before;
}

unsigned piece_length(unsigned side, std::size_t piece) {
  return std::min(piece_sites, side - static_cast<unsigned>(piece) * piece_sites);
}

} // namespace

BlockFilter oriented(BlockFilter filter) {
  if (std::accumulate(filter.weights.begin(), filter.weights.end(), 0.0) >= 0) return filter;
  for (float& w : filter.weights) w = -w;
  filter.hidden_bias = -filter.hidden_bias;
  return filter;
}

bool fits(const RowLattice& lattice, unsigned side, unsigned stride) {
  return side >= 1 && stride >= 1 && std::ranges::all_of(lattice.extents(), [&](std::uint64_t extent) {
           return extent >= side && extent % stride == 0;
         });
}

FilterWindows::FilterWindows(const RowLattice& fine, unsigned side, unsigned stride)
    : fine_(fine), coarse_(lattice_of_blocks(fine, side, stride)), side_(side), stride_(stride),
      n_places_(power(side, fine.n_dimensions())) {}

std::uint64_t FilterWindows::start(int axis, std::uint64_t block) const {
  const std::uint64_t before = side_ > stride_ ? (side_ - stride_) / 2 : 0;
  return (block * stride_ + fine_.extent(axis) - before) % fine_.extent(axis);
}

std::uint64_t FilterWindows::site(std::uint64_t block, std::size_t place) const {
  std::uint64_t site = 0, stride = 1;
  for (int axis = fine_.n_dimensions() - 1; axis >= 0; --axis) {
    const std::uint64_t x = (start(axis, block % coarse_.extent(axis)) + place % side_) % fine_.extent(axis);
    site += x * stride;
    stride *= fine_.extent(axis);
    block /= coarse_.extent(axis);
    place /= side_;
  }
  return site;
}

FilterBlocking::FilterBlocking(const RowLattice& fine, const BlockFilter& filter)
    : windows_(fine, filter.side, filter.stride), bias_(filter.hidden_bias),
      n_pieces_((filter.side + piece_sites - 1) / piece_sites),
      tables_(windows_.n_places() / filter.side * n_pieces_ * piece_states, 0.0) {
  require(filter.n_dimensions == fine.n_dimensions() && filter.weights.size() == windows_.n_places(),
          "a filter is of another dimension");
  for (std::size_t table = 0; table < tables_.size() / piece_states; ++table) {
    const std::size_t row = table / n_pieces_, piece = table % n_pieces_;
    const float* const w = &filter.weights[row * filter.side + piece * piece_sites];
    for (std::size_t state = 0; state < piece_states; ++state)
      for (unsigned x = 0; x < piece_length(filter.side, piece); ++x)
        tables_[table * piece_states + state] += state >> x & 1 ? w[x] : -w[x];
  }
}

double FilterBlocking::field(const RowBits& spins, std::uint64_t block) const {
  const RowLattice& fine = windows_.fine();
  const std::uint64_t length = fine.row_length();
  const std::uint64_t x = windows_.start(fine.n_dimensions() - 1, block % coarse().row_length());
  double sum = bias_;
  const double* table = tables_.data();
  for (std::size_t place = 0; place < windows_.n_places(); place += windows_.side()) {
    const auto row = spins.row(windows_.site(block, place) / length);
    for (std::size_t piece = 0; piece < n_pieces_; ++piece, table += piece_states)
      sum += table[bits_of(row, length, (x + piece * piece_sites) % length,
                           piece_length(windows_.side(), piece))];
  }
  return sum;
}

void FilterBlocking::apply(const RowBits& spins, std::span<const std::uint64_t> random, RowBits& out) const {
  constexpr double unit = 0x1p-53;
  const std::uint64_t length = coarse().row_length();
  std::ranges::fill(out.words(), 0);
  for (std::uint64_t block = 0; block < coarse().n_sites(); ++block) {
    const bool up =
        static_cast<double>(random[block] >> 11) * unit < 1 / (1 + std::exp(-2 * field(spins, block)));
    const std::uint64_t x = block % length;
    out.row(block / length)[x / 64] |= std::uint64_t{up} << (x % 64);
  }
}

} // namespace blockspin::ising
