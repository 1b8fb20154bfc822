#include "blockspin/ising/block_spins.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "blockspin/base/clones.hpp"
#include "blockspin/base/error.hpp"

namespace blockspin::ising {
namespace {

/// Every b-th bit of a word, from bit `phase` on, moved together at its low end: the fixed steps of a
/// compress instruction (Warren, Hacker's Delight, 7-4), known at compile time.
struct Strides {
  std::uint64_t mask;                ///< the bits that are taken
  std::array<std::uint64_t, 6> move; ///< [i]: bits that go down by 2^i
};

constexpr Strides strides(unsigned factor, unsigned phase) {
  Strides s{};
  for (unsigned bit = phase; bit < 64; bit += factor) s.mask |= std::uint64_t{1} << bit;
  std::uint64_t mask = s.mask, skipped = ~mask << 1; // zeros to the right of each bit are to be closed up
  for (unsigned i = 0; i < 6; ++i) {
    std::uint64_t parity = skipped; // of the zeros to the right of every bit
    for (unsigned step = 1; step < 64; step *= 2) parity ^= parity << step;
    s.move[i] = parity & mask;
    mask = (mask ^ s.move[i]) | s.move[i] >> (1U << i);
    skipped &= ~parity;
  }
  return s;
}

inline std::uint64_t compress(std::uint64_t x, const Strides& s) {
  x &= s.mask;
  for (unsigned i = 0; i < 6; ++i) {
    const std::uint64_t moving = x & s.move[i];
    x = (x ^ moving) | moving >> (1U << i);
  }
  return x;
}

/// b words of a row, whose bits 0, b, 2b, ... become one word.
template <unsigned Factor>
std::uint64_t every(const std::uint64_t* words, std::size_t n) {
  static constexpr std::array<Strides, 3> by_phase = {strides(Factor, 0), strides(Factor, 1 % Factor),
                                                      strides(Factor, 2 % Factor)};
  std::uint64_t out = 0;
  unsigned filled = 0;
  for (unsigned w = 0; w < n; ++w) {
    const unsigned phase = (Factor - 64 * w % Factor) % Factor;
    out |= compress(words[w], by_phase[phase]) << filled;
    filled += (63 - phase) / Factor + 1;
  }
  return out;
}

void decimate_row(std::span<const std::uint64_t> row, unsigned factor, std::span<std::uint64_t> out) {
  for (std::size_t o = 0; o < out.size(); ++o) {
    const std::uint64_t* const words = &row[factor * o];
    const std::size_t n = std::min<std::size_t>(factor, row.size() - factor * o);
    out[o] = factor == 2 ? every<2>(words, n) : every<3>(words, n);
  }
}

/// A number below 2^Planes in each bit position, bit-sliced.
template <std::size_t Planes>
struct Counts {
  std::array<std::uint64_t, Planes> plane{};

  void add_bit(std::uint64_t bits) {
    for (std::uint64_t& p : plane) {
      const std::uint64_t carry = p & bits;
      p ^= bits;
      bits = carry;
    }
  }
  void add(const Counts& other) {
    std::uint64_t carry = 0;
    for (std::size_t i = 0; i < Planes; ++i) {
      const std::uint64_t a = plane[i], b = other.plane[i];
      plane[i] = a ^ b ^ carry;
      carry = (a & b) | (carry & (a ^ b));
    }
  }
  /// Where the number is n.
  std::uint64_t equals(unsigned n) const {
    std::uint64_t all = ~std::uint64_t{0};
    for (unsigned i = 0; i < Planes; ++i) all &= n >> i & 1 ? plane[i] : ~plane[i];
    return all;
  }
  /// Where the number is above n.
  std::uint64_t above(unsigned n) const {
    std::uint64_t greater = 0;
    for (unsigned i = 0; i < Planes; ++i) greater = n >> i & 1 ? greater & plane[i] : greater | plane[i];
    return greater;
  }
  /// The numbers `by` places further up the row; `ahead` are those of the next word.
  Counts from(const Counts& ahead, unsigned by) const {
    Counts out;
    for (std::size_t i = 0; i < Planes; ++i) out.plane[i] = plane[i] >> by | ahead.plane[i] << (64 - by);
    return out;
  }
};

constexpr unsigned power(unsigned base, unsigned exponent) {
  return exponent == 0 ? 1 : base * power(base, exponent - 1);
}

/// The rows of one row of blocks: where its first begins, where the others begin from there, words in each.
struct BlockRow {
  const std::uint64_t* first;
  const std::uint64_t* rows;
  std::size_t n_words;
};

/// Which blocks of a row of blocks are up. ties: what those that tie are.
template <unsigned Factor, unsigned Dimensions>
inline __attribute__((always_inline)) void majority_row(const BlockRow& row, const std::uint64_t* ties,
                                                        std::span<std::uint64_t> out) {
  constexpr unsigned n_rows = power(Factor, Dimensions - 1), n_spins = n_rows * Factor;
  using Sums = Counts<std::bit_width(n_spins)>;
  const auto column_sums = [&](std::size_t w) {
    Sums sums;
    if (w < row.n_words)
      for (unsigned r = 0; r < n_rows; ++r) sums.add_bit(row.first[row.rows[r] + w]);
    return sums;
  };
  Sums next = column_sums(0);
  for (std::size_t o = 0; o < out.size(); ++o) {
    std::uint64_t up[Factor], tied[Factor];
    for (std::size_t i = 0; i < Factor; ++i) {
      const Sums here = next;
      next = column_sums(Factor * o + i + 1);
      Sums sum = here;
      for (unsigned x = 1; x < Factor; ++x) sum.add(here.from(next, x));
      up[i] = sum.above(n_spins / 2);
      tied[i] = sum.equals(n_spins / 2);
    }
    out[o] = every<Factor>(up, Factor);
    if (n_spins % 2 == 0) out[o] |= every<Factor>(tied, Factor) & ties[o];
  }
}

BLOCKSPIN_CLONES
void majority_row(unsigned factor, int n_dimensions, const BlockRow& row, const std::uint64_t* ties,
                  std::span<std::uint64_t> out) {
  switch (10 * factor + static_cast<unsigned>(n_dimensions)) {
  case 21: return majority_row<2, 1>(row, ties, out);
  case 22: return majority_row<2, 2>(row, ties, out);
  case 23: return majority_row<2, 3>(row, ties, out);
  case 31: return majority_row<3, 1>(row, ties, out);
  case 32: return majority_row<3, 2>(row, ties, out);
  default: return majority_row<3, 3>(row, ties, out);
  }
}

/// The fine row that is first in the blocks of a row of blocks.
std::uint64_t first_row(const RowLattice& coarse, unsigned factor, std::uint64_t block_row) {
  std::uint64_t row = 0, stride = 1;
  for (int axis = coarse.n_dimensions() - 2; axis >= 0; --axis) {
    row += block_row % coarse.extent(axis) * factor * stride;
    stride *= coarse.extent(axis) * factor;
    block_row /= coarse.extent(axis);
  }
  return row;
}

/// The rows of a block, counted from its first.
std::vector<std::uint64_t> rows_of_block(const RowLattice& fine, unsigned factor) {
  std::vector<std::uint64_t> rows = {0};
  std::uint64_t stride = 1;
  for (int axis = fine.n_dimensions() - 2; axis >= 0; --axis) {
    const std::size_t n = rows.size();
    for (unsigned step = 1; step < factor; ++step)
      for (std::size_t i = 0; i < n; ++i) rows.push_back(rows[i] + step * stride);
    stride *= fine.extent(axis);
  }
  return rows;
}

RowLattice blocked(const RowLattice& fine, unsigned factor) {
  require(factor == 2 || factor == 3, "blocks have a side of 2 or 3");
  std::vector<std::uint64_t> extents = fine.extents();
  for (std::uint64_t& extent : extents) {
    require(extent % factor == 0, "blocks must tile the lattice");
    extent /= factor;
  }
  return RowLattice(extents);
}

} // namespace

Blocking::Blocking(const RowLattice& fine, BlockRule rule, unsigned factor)
    : fine_(fine), coarse_(blocked(fine, factor)), rule_(rule), factor_(factor) {
  require(rule != BlockRule::filter, "a filter has blocking of its own");
  for (std::uint64_t row = 0; row < coarse_.n_rows(); ++row)
    first_words_.push_back(first_row(coarse_, factor, row) * fine_.words_per_row());
  for (const std::uint64_t row : rows_of_block(fine_, factor)) rows_.push_back(row * fine_.words_per_row());
}

bool Blocking::has_ties() const { return rule_ == BlockRule::majority && factor_ == 2; }

void Blocking::apply(const RowBits& spins, std::span<const std::uint64_t> ties, RowBits& out) const {
  for (std::uint64_t r = 0; r < coarse_.n_rows(); ++r) {
    const auto blocks = out.row(r);
    const std::uint64_t* const first = &spins.words()[first_words_[r]];
    if (rule_ == BlockRule::majority)
      majority_row(factor_, fine_.n_dimensions(), {first, rows_.data(), fine_.words_per_row()},
                   has_ties() ? &ties[r * blocks.size()] : nullptr, blocks);
    else
      decimate_row({first, fine_.words_per_row()}, factor_, blocks);
  }
}

std::vector<std::uint64_t> blocked_extents(std::vector<std::uint64_t> extents, unsigned factor,
                                           unsigned level) {
  for (unsigned n = 0; n < level; ++n)
    for (std::uint64_t& extent : extents) extent /= factor;
  return extents;
}

unsigned most_levels(const RowLattice& lattice, unsigned factor, std::uint64_t least) {
  std::vector<std::uint64_t> extents = lattice.extents();
  for (unsigned n = 0;; ++n)
    for (std::uint64_t& extent : extents) {
      if (extent % factor != 0 || extent / factor < least) return n;
      extent /= factor;
    }
}

BlockLevels::BlockLevels(const RowLattice& lattice, BlockRule rule, unsigned factor, unsigned n_levels,
                         const rng::Generator& generator, const std::vector<BlockFilter>& filters)
    : factor_(factor), generator_(generator) {
  levels_.emplace_back(lattice);
  if (rule == BlockRule::filter) add_filters(filters, n_levels);
  for (unsigned n = 0; n < n_levels && rule != BlockRule::filter; ++n) {
    steps_.emplace_back(levels_.back().lattice(), rule, factor);
    levels_.emplace_back(steps_.back().coarse());
  }
  if (n_levels > 0)
    random_.resize(rule == BlockRule::filter ? levels_[1].lattice().n_sites() : levels_[1].words().size());
}

void BlockLevels::add_filters(const std::vector<BlockFilter>& filters, unsigned n_levels) {
  require(!filters.empty(), "blocking by a filter needs one");
  for (unsigned n = 0; n < n_levels; ++n) {
    const BlockFilter& filter = filters[std::min<std::size_t>(n, filters.size() - 1)];
    require(filter.stride == factor_, "the stride of a filter is the side of a block");
    filters_.emplace_back(levels_.back().lattice(), filter);
    levels_.emplace_back(filters_.back().coarse());
  }
}

void BlockLevels::filter_level(unsigned n, std::uint64_t configuration) {
  const std::span random(random_.data(), levels_[n + 1].lattice().n_sites());
  generator_.words(configuration << 8 | (n + 1), 0, random);
  filters_[n].apply(levels_[n], random, levels_[n + 1]);
}

void BlockLevels::block(std::uint64_t configuration) {
  for (unsigned n = 0; n < filters_.size(); ++n) filter_level(n, configuration);
  for (unsigned n = 0; n < steps_.size(); ++n) {
    const std::span ties(random_.data(), levels_[n + 1].words().size());
    if (steps_[n].has_ties()) generator_.words(configuration << 8 | (n + 1), 0, ties);
    steps_[n].apply(levels_[n], ties, levels_[n + 1]);
  }
}

} // namespace blockspin::ising
