#pragma once
// Every operator on every level of blocking, of one configuration after the other.

#include <cstdint>
#include <vector>

#include "blockspin/base/array.hpp"
#include "blockspin/ising/block_spins.hpp"
#include "blockspin/ising/operator_sums.hpp"

namespace blockspin::rg {

/// How configurations are blocked, and what is measured of them: the first operators of the lists in
/// ising/operators.hpp.
struct BlockingSetup {
  std::vector<std::uint64_t> extents;
  ising::BlockRule rule = ising::BlockRule::majority;
  unsigned factor = 2;
  unsigned n_levels = 1; ///< blockings; levels are 0 ... n_levels
  std::size_t n_even = 1, n_odd = 1;
  std::vector<ising::BlockFilter> filters = {}; ///< of BlockRule::filter, as ising::BlockLevels takes them

  std::vector<ising::Operator> even() const;
  std::vector<ising::Operator> odd() const;
};

/// The lattice of a level. Local.
ising::RowLattice lattice_of(const BlockingSetup& setup, unsigned level);

/// Blocks and measures. Local.
class LevelOperators {
public:
  /// ties: generator of StreamId::block_tie. Throws ErrorKind::internal where the blocks do not fit, or where
  /// there are fewer operators in the lists.
  LevelOperators(const BlockingSetup& setup, const rng::Generator& ties);

  /// Configuration number `number` (< 2^56, which addresses its ties), packed (base/packed.hpp).
  void measure(std::span<const std::uint8_t> packed, std::uint64_t number);

  /// Of the last configuration: [level, operator].
  View<const std::int64_t, 2> even() const { return even_; }
  View<const std::int64_t, 2> odd() const { return odd_; }
  const ising::BlockLevels& blocks() const { return blocks_; }

private:
  ising::BlockLevels blocks_;
  std::size_t n_even_;
  std::vector<ising::OperatorSums> sums_; ///< [level]: even operators, then odd ones
  std::vector<std::int64_t> values_;      ///< of one level
  Array<std::int64_t, 2> even_, odd_;
};

} // namespace blockspin::rg
