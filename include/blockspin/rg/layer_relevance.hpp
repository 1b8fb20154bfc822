#pragma once
// What is found of one layer of a stack, or of the lattice itself.

#include <span>
#include <vector>

#include "blockspin/rg/normal_estimates.hpp"

namespace blockspin::rg {

/// Normals of a layer. Even functions: the turned sum of all units, squared; principal modes, squared; their
/// combination that leaks least. Odd: the sum and the modes themselves. Of the lattice: even the energy and functions as
/// LatticeFunctions has them, odd those.
struct LayerRelevance {
  std::vector<FunctionNormal> even, odd;
  std::vector<double> variance; ///< [mode]: of the units along it
  std::vector<double> weight;   ///< [sum, modes]: of the best combination
};

/// How many of each there are.
struct LayerShape {
  std::size_t n_even, n_odd, n_modes, n_weights;
};

/// All its numbers in order, and back. Local.
std::vector<double> numbers_of(const LayerRelevance& layer);
std::size_t n_numbers(const LayerShape& shape, std::size_t n_even_operators, std::size_t n_odd_operators);
LayerRelevance layer_of(std::span<const double> numbers, const LayerShape& shape,
                        std::size_t n_even_operators, std::size_t n_odd_operators);

} // namespace blockspin::rg
