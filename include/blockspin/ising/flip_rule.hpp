#pragma once
// Flip probabilities as the kernels want them.

#include <memory>
#include <span>

#include "blockspin/ising/flip_table.hpp"

namespace blockspin::ising {

struct FlipPlanes;

/// Flip probabilities of eight words of lattices, each word with an update and temperature of its own.
class FlipRule {
public:
  /// One table a word; all of the same scheme and lattice dimension.
  FlipRule(ClassScheme scheme, std::span<const FlipTable> tables);
  /// Every word the same.
  FlipRule(LocalUpdate update, double temperature, double field, int n_neighbours);
  ~FlipRule();
  FlipRule(FlipRule&&) noexcept;
  FlipRule& operator=(FlipRule&&) noexcept;

  ClassScheme scheme() const { return scheme_; }
  const FlipPlanes& planes() const { return *planes_; }

private:
  ClassScheme scheme_;
  std::unique_ptr<FlipPlanes> planes_;
};

} // namespace blockspin::ising
