#include "blockspin/ising/local_sums.hpp"

#include <algorithm>
#include <bit>

#include "blockspin/base/clones.hpp"
#include "blockspin/base/error.hpp"

namespace blockspin::ising {
namespace {

/// n <= 64 bits of a row from bit `first` on, all of them within the row.
std::uint64_t bits_from(std::span<const std::uint64_t> row, std::uint64_t first) {
  const std::size_t w = first / 64;
  const auto shift = static_cast<unsigned>(first % 64);
  std::uint64_t bits = row[w] >> shift;
  if (shift != 0 && w + 1 < row.size()) bits |= row[w + 1] << (64 - shift);
  return bits;
}

/// 64 sites of a row from site `first` < length on, around its end. A row shorter than 64 sites gives one turn
/// of them.
std::uint64_t sites_around(std::span<const std::uint64_t> row, std::uint64_t length, std::uint64_t first) {
  const std::uint64_t to_end = length - first;
  std::uint64_t sites = bits_from(row, first);
  if (to_end < 64) sites |= row[0] << to_end;
  return sites;
}

constexpr std::size_t most_planes = 6; ///< of counts up to 63

/// The bits of every byte, a lane each.
using Lanes = std::array<std::array<std::int16_t, 8>, 256>;
constexpr Lanes lanes_of_bytes() {
  Lanes lanes{};
  for (unsigned byte = 0; byte < 256; ++byte)
    for (unsigned bit = 0; bit < 8; ++bit) lanes[byte][bit] = static_cast<std::int16_t>(byte >> bit & 1);
  return lanes;
}
constexpr Lanes byte_lanes = lanes_of_bytes();

/// out[i] = first + factor * (the number at place i of the planes, lowest bit first).
inline __attribute__((always_inline)) void spread(std::span<const std::uint64_t> planes, int first,
                                                  int factor, std::int16_t* out) {
  for (unsigned byte = 0; byte < 8; ++byte) {
    std::array<std::int16_t, 8> sum;
    sum.fill(static_cast<std::int16_t>(first));
    for (std::size_t p = 0; p < planes.size(); ++p) {
      const auto& bits = byte_lanes[planes[p] >> (8 * byte) & 0xFF];
      const auto value = static_cast<std::int16_t>(factor * (1 << p));
      for (std::size_t i = 0; i < 8; ++i) sum[i] = static_cast<std::int16_t>(sum[i] + value * bits[i]);
    }
    std::copy(sum.begin(), sum.end(), out + 8 * byte);
  }
}

BLOCKSPIN_CLONES
void sum_products(const std::uint64_t* around, std::span<const LocalSums::Product> products, bool is_even,
                  std::int16_t* out) {
  std::array<std::uint64_t, most_planes> ones{}; // how many exclusive ors are 1, bit-sliced
  const std::span planes(ones.data(), static_cast<std::size_t>(std::bit_width(products.size())));
  for (const LocalSums::Product& p : products) {
    std::uint64_t bits = around[p.word[0]];
    for (int i = 1; i < p.n_spins; ++i) bits ^= around[p.word[static_cast<std::size_t>(i)]];
    for (std::uint64_t& plane : planes) {
      const std::uint64_t carry = plane & bits;
      plane ^= bits;
      bits = carry;
    }
  }
  // A product of an even number of spins is -1 where the exclusive or is 1, of an odd number +1.
  const int n = static_cast<int>(products.size());
  spread(planes, is_even ? n : -n, is_even ? -2 : 2, out);
}

/// The products of a class that hold the spin at the origin, as sites; those that are the same only once.
std::vector<std::vector<Offset>> through_origin(const ProductClass& product, const RowLattice& lattice) {
  std::vector<std::vector<Offset>> all;
  for (const Offset& origin : product.sites) {
    std::vector<Offset> moved;
    for (const Offset& site : product.sites) {
      Offset at{};
      for (int axis = 0; axis < lattice.n_dimensions(); ++axis) {
        const auto a = static_cast<std::size_t>(axis);
        const auto extent = static_cast<std::int64_t>(lattice.extent(axis));
        at[a] = (site[a] - origin[a] + extent) % extent;
      }
      moved.push_back(at);
    }
    std::sort(moved.begin(), moved.end());
    if (std::find(all.begin(), all.end(), moved) == all.end()) all.push_back(moved);
  }
  return all;
}

} // namespace

LocalSums::LocalSums(const RowLattice& lattice, std::span<const Operator> operators) : lattice_(lattice) {
  for (const Operator& op : operators) {
    require(op.sites.size() <= 4, "operators are products of one to four spins");
    Shape shape;
    for (const ProductClass& product : product_classes(op, lattice))
      for (const auto& sites : through_origin(product, lattice)) {
        Product words;
        for (const Offset& site : sites) words.word[words.n_spins++] = word_at(site);
        products_.push_back(words);
        ++shape.n_products;
        shape.is_even = sites.size() % 2 == 0;
      }
    require(shape.n_products < 64, "a spin is in fewer than 64 products of an operator");
    shapes_.push_back(shape);
  }
  around_.resize(offsets_.size());
}

std::uint16_t LocalSums::word_at(const Offset& offset) {
  const auto found = std::find(offsets_.begin(), offsets_.end(), offset);
  const auto number = static_cast<std::uint16_t>(found - offsets_.begin());
  if (found == offsets_.end()) offsets_.push_back(offset);
  return number;
}

void LocalSums::measure(const RowBits& spins, std::uint64_t row, std::size_t word,
                        std::span<std::int16_t> out) {
  const int d = lattice_.n_dimensions();
  const std::uint64_t length = lattice_.row_length(), rows_in_line = d == 1 ? 1 : lattice_.extent(d - 2);
  const std::uint64_t n_lines = lattice_.n_rows() / rows_in_line;
  for (std::size_t i = 0; i < offsets_.size(); ++i) {
    const auto step = [&](int axis) {
      return axis < 0 ? 0 : static_cast<std::uint64_t>(offsets_[i][static_cast<std::size_t>(axis)]);
    };
    const std::uint64_t line = (row / rows_in_line + step(d - 3)) % n_lines;
    const std::uint64_t other = line * rows_in_line + (row % rows_in_line + step(d - 2)) % rows_in_line;
    around_[i] = sites_around(spins.row(other), length, (64 * word + step(d - 1)) % length);
  }
  const Product* products = products_.data();
  for (std::size_t op = 0; op < shapes_.size(); ++op) {
    const auto n = static_cast<std::size_t>(shapes_[op].n_products);
    sum_products(around_.data(), {products, n}, shapes_[op].is_even, &out[64 * op]);
    products += n;
  }
}

} // namespace blockspin::ising
