#pragma once
// The part of each operator's sum that holds one spin, for 64 spins of a row at once.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "blockspin/ising/operators.hpp"

namespace blockspin::ising {

/// x_a of a spin = the sum over the products of operator a that hold it, each once, as in the operator's sum.
/// In H = -sum_a K_a S_a the spin's conditional probability is 1 / (1 + exp(-2 sum_a K_a x_a)). Local.
class LocalSums {
public:
  /// Operators of at most four spins.
  LocalSums(const RowLattice& lattice, std::span<const Operator> operators);

  std::size_t n_operators() const { return shapes_.size(); }
  /// Products of an operator that hold a spin: the largest |x_a|.
  int n_products(std::size_t op) const { return shapes_[op].n_products; }
  /// out[64 a + i] = x_a of bit i of word `word` of a row; of bits beyond the row it means nothing.
  void measure(const RowBits& spins, std::uint64_t row, std::size_t word, std::span<std::int16_t> out);

  /// One product: which words of the neighbourhood it is made of, the spin itself among them.
  struct Product {
    std::array<std::uint16_t, 4> word{};
    std::uint16_t n_spins = 0;
  };

private:
  struct Shape {
    int n_products = 0;
    bool is_even = true;
  };
  std::uint16_t word_at(const Offset& offset);

  RowLattice lattice_;
  std::vector<Shape> shapes_;
  std::vector<Product> products_;     ///< operator after operator
  std::vector<Offset> offsets_;       ///< of the neighbourhood's words
  std::vector<std::uint64_t> around_; ///< [offset]: 64 spins each, beginning there
};

} // namespace blockspin::ising
