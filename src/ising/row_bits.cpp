#include "blockspin/ising/row_bits.hpp"

#include <algorithm>

#include "blockspin/base/error.hpp"
#include "blockspin/base/packed.hpp"

namespace blockspin::ising {

RowLattice::RowLattice(std::vector<std::uint64_t> extents) : extents_(std::move(extents)) {
  require(!extents_.empty() && extents_.size() <= 3, "a lattice has one to three dimensions");
  for (const std::uint64_t extent : extents_) {
    require(extent > 0, "a lattice has sites along every axis");
    n_sites_ *= extent;
  }
}

RowBits::RowBits(RowLattice lattice) : lattice_(std::move(lattice)), words_(lattice_.n_words()) {}

void RowBits::unpack(std::span<const std::uint8_t> packed) {
  const std::uint64_t length = lattice_.row_length();
  for (std::uint64_t r = 0; r < lattice_.n_rows(); ++r) {
    const auto words = row(r);
    for (std::size_t w = 0; w < words.size(); ++w) words[w] = sites_from(packed, r * length + 64 * w);
    words.back() &= lattice_.last_mask();
  }
}

void RowBits::pack(std::span<std::uint8_t> packed) const {
  std::fill(packed.begin(), packed.end(), std::uint8_t{0});
  const std::uint64_t length = lattice_.row_length();
  for (std::uint64_t r = 0; r < lattice_.n_rows(); ++r)
    for (std::uint64_t x = 0; x < length; x += 64)
      set_sites(packed, r * length + x, row(r)[x / 64],
                static_cast<unsigned>(std::min<std::uint64_t>(length - x, 64)));
}

} // namespace blockspin::ising
