#pragma once
// One lattice of an ensemble, on the ranks of a group, whatever updates it.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "blockspin/base/slab.hpp"
#include "blockspin/lattice/domain.hpp"
#include "blockspin/replica/exchange_rule.hpp"

namespace blockspin::replica {

/// Members are collective over the group's ranks unless said otherwise.
class Walker {
public:
  virtual ~Walker() = default;
  /// Sweep number `sweep` of the run, at the temperature with this index.
  virtual void sweep(std::size_t temperature, std::uint64_t sweep) = 0;
  /// Turns over every spin. Local.
  virtual void turn_over() = 0;
  /// This rank's part of the counts; the group's sum is the lattice's.
  virtual Reading count() = 0;
  /// Sets this rank's bits in a packed configuration that starts as zeros. Local.
  virtual void pack(std::span<std::uint8_t> out) const = 0;
  /// This rank's spins in natural order, 64 a word, as slab() says: as many rows of its last axis from
  /// `first_row` on as the span holds. Local.
  virtual Slab slab() const = 0;
  virtual void copy_to(std::span<std::uint64_t> natural, std::uint64_t first_row) const = 0;
  virtual void copy_from(std::span<const std::uint64_t> natural, std::uint64_t first_row) = 0;
};

/// Makes walker number `number` of an ensemble, in its starting state, on the ranks of
/// `group` (which outlives it).
using WalkerFactory = std::function<std::unique_ptr<Walker>(
    const mpi::Communicator& group, const lattice::Domain& domain, std::uint64_t number)>;

} // namespace blockspin::replica
