#pragma once
// What the configurations of an ensemble say of couplings: sums about every single spin, in bins of ladders and
// time.

#include <cstdint>
#include <span>
#include <vector>

#include "blockspin/ising/local_sums.hpp"
#include "blockspin/rg/coupling_sums.hpp"
#include "blockspin/rg/level_bins.hpp"

namespace blockspin::rg {

/// Configurations of one lattice, and the couplings sought of them: the first even and the first odd operators
/// of the lists in ising/operators.hpp, which the lattice must tell apart.
struct CouplingSetup {
  std::vector<std::uint64_t> extents;
  std::size_t n_even = 3, n_odd = 0;
  std::uint64_t n_configurations = 0;
  std::uint64_t n_ladders = 1; ///< configuration c is number c / n_ladders of ladder c % n_ladders

  std::size_t n_fitted() const { return n_even + n_odd; }
};

/// The operators that enter: those whose couplings are sought, even ones first, then those of the lists beyond
/// them that the lattice tells apart, which test the result. Local.
struct CouplingOperators {
  explicit CouplingOperators(const CouplingSetup& setup);

  std::vector<ising::Operator> all;
  std::size_t n_fitted;
  std::size_t spin; ///< the number of the spin itself
};

/// Adds configurations to sums of one level, all their spins. The sums are of the couplings sought alone, or of all
/// operators; then they have one entry more behind them, whose x of spin i is s_i sum_{j != i} s_j: the
/// magnetisation of all others. Local.
class EnsembleSlopes {
public:
  enum class Entries { sought, all };
  EnsembleSlopes(const CouplingSetup& setup, Entries entries);

  std::size_t n_entries() const { return entries_.size(); }
  /// The largest x of each entry: products that hold a spin; of the magnetisation the number of other spins.
  std::vector<double> largest() const;
  /// One configuration, packed (base/packed.hpp); point: [coupling sought], in units.
  void add(std::span<const std::uint8_t> packed, std::span<const std::int32_t> point, CouplingSums& sums);

private:
  ising::RowLattice lattice_;
  Entries which_;
  std::size_t spin_; ///< the number of the spin itself
  ising::LocalSums local_;
  ising::RowBits spins_;
  std::vector<std::size_t> entries_; ///< 0, 1, ...
  std::vector<std::int16_t> x_;      ///< [entry][64]; the last of all is ones
};

/// Sums of an ensemble: [group][time], as bin_shape() divides it.
using CouplingBins = std::vector<std::vector<CouplingSums>>;
CouplingBins empty_bins(const CouplingSetup& setup, std::size_t n_entries);
/// The bin of a configuration.
CouplingSums& bin_of(CouplingBins& bins, const CouplingSetup& setup, std::uint64_t configuration);
/// Sums over the ranks, on each. Collective.
void sum_over_ranks(CouplingBins& bins, const mpi::Communicator& comm);

} // namespace blockspin::rg
