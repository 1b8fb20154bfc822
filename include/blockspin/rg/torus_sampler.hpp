#pragma once
// Exact, independent configurations of a small periodic square lattice.

#include <cstdint>
#include <vector>

#include "blockspin/rg/row_weights.hpp"
#include "blockspin/rng/generator.hpp"

namespace blockspin::rg {

/// Draws a torus row by row from products of its transfer matrix: no Markov chain, so no equilibration
/// and no autocorrelation. Local.
class TorusSampler {
public:
  /// Uniforms come from `generator` by (sequence = configuration, index = row).
  TorusSampler(const SmallTorus& torus, const rng::Generator& generator);

  /// Configuration `number` as a state: bit row * side + column set means +1.
  std::uint64_t draw(std::uint64_t number) const;

private:
  std::size_t drawn_row(double uniform, const std::vector<double>& weights) const;

  SmallTorus torus_;
  std::size_t n_;             ///< states of a row
  std::vector<Matrix> power_; ///< power_[k]: from a row to the k-th after it, later rows' own bonds included
  rng::Generator generator_;
};

} // namespace blockspin::rg
