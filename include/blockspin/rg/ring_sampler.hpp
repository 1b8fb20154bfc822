#pragma once
// Exact, independent configurations of a periodic Ising chain.

#include <cstdint>
#include <span>

#include "blockspin/rng/generator.hpp"

namespace blockspin::rg {

/// Draws configurations of a ring of n spins at coupling K >= 0, bond by bond: a domain wall has weight
/// exp(-K) against exp(K), and the walls left must be odd or even in number so that the ring closes. No
/// Markov chain, so no equilibration and no autocorrelation. Local.
class RingSampler {
public:
  /// n >= 2. Uniforms come from `generator` by (sequence = configuration, index = site).
  RingSampler(double coupling, std::uint64_t n_spins, const rng::Generator& generator);

  /// Writes configuration `number` as +-1 into spins, whose size is n_spins.
  void draw(std::uint64_t number, std::span<std::int8_t> spins) const;

private:
  double wall_probability(bool odd, std::uint64_t bonds_left) const;

  double tanh_;
  double wall_weight_; ///< exp(-K) / 2cosh K, the probability of a wall in an open chain
  std::uint64_t n_spins_;
  rng::Generator generator_;
};

} // namespace blockspin::rg
