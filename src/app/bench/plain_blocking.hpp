#pragma once
// The rival of the renormalization benchmark: blocks and products as a user would write them, a byte a spin.

#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "blockspin/ising/operators.hpp"

namespace blockspin::app {

/// Majority blocks of 2x2 of a periodic square lattice, level after level, and every operator on every level.
class PlainBlocking {
public:
  /// Operators of two dimensions.
  PlainBlocking(std::uint64_t side, unsigned n_levels, std::span<const ising::Operator> operators);

  /// spins: side * side of +1 and -1, row by row. The sum of all operators' sums, so that none is left out.
  std::int64_t measure(std::span<const std::int8_t> spins);

private:
  /// One product, as steps from any site that stay within one turn of the lattice.
  struct Product {
    std::vector<std::uint32_t> down, right;
  };
  struct Level {
    std::uint64_t side;
    std::vector<std::vector<Product>> operators;
    std::vector<std::int8_t> spins;
  };
  static std::int64_t sum(const Level& level, const Product& product);
  void block(const Level& fine, Level& coarse);

  std::mt19937_64 random_{1};
  std::vector<Level> levels_;
};

} // namespace blockspin::app
