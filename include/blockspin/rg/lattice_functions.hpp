#pragma once
// What a learnt layer is held against: the lattice's own magnetisation, and spins of blocks of every size.

#include <cstdint>
#include <span>
#include <vector>

#include "blockspin/ising/row_bits.hpp"
#include "blockspin/rg/configuration_functions.hpp"

namespace blockspin::rg {

/// Even: M^2 per site, then of every factor b the bonds' sum of the block spins per block and their squared sum per
/// block. Odd: M per site, then of every factor the sum of the block spins per block. A block spin is the sign of its
/// b^d spins, in one step; a tie is up or down by chance, and values are exact averages over such chances. So nothing
/// is drawn. Local.
class LatticeFunctions : public ConfigurationFunctions {
public:
  explicit LatticeFunctions(const ising::RowLattice& lattice);

  /// All b > 1 that divide every extent and leave two blocks a side at least.
  const std::vector<std::uint64_t>& factors() const { return factors_; }
  std::size_t n_even() const override { return 1 + 2 * factors_.size(); }
  std::size_t n_odd() const override { return 1 + factors_.size(); }
  FunctionValues measure(View<const float, 2> spins, std::uint64_t first) const override;

private:
  /// Blocks of one factor.
  struct Blocks {
    std::vector<std::uint32_t> of_site; ///< [site]: its block
    std::vector<std::uint32_t> next;    ///< [axis][block]: its neighbour
    std::size_t n;
  };
  static Blocks blocks_of(const ising::RowLattice& lattice, std::uint64_t factor);

  std::vector<std::uint64_t> factors_;
  std::vector<Blocks> blocks_; ///< [factor]
};

} // namespace blockspin::rg
