#pragma once
// The sums of many operators over one configuration, 64 products at a time.

#include <cstdint>
#include <span>
#include <vector>

#include "blockspin/ising/operators.hpp"

namespace blockspin::ising {

/// Counts the negative products by exclusive ors of rows turned by 0, 1, 2, ... sites: some k operations for
/// 64 products of k spins. Rows are turned once for all operators, a window of some kilobytes at a time.
/// Local.
class OperatorSums {
public:
  /// Operators of at most four spins.
  OperatorSums(const RowLattice& lattice, std::span<const Operator> operators);

  const RowLattice& lattice() const { return lattice_; }
  std::size_t n_operators() const { return n_products_.size(); }
  /// Number of products in an operator's sum: its largest value.
  std::uint64_t n_products(std::size_t op) const { return n_products_[op]; }
  /// out[operator] = the sum over its products, each once.
  void measure(const RowBits& spins, std::span<std::int64_t> out);

  /// One product of every place at once: where its spins are in the window, in words, and how many they are.
  struct Term {
    std::array<std::uint32_t, 4> spin{};
    std::uint32_t n_spins = 0;
    std::uint32_t op = 0;
    std::uint64_t copies = 1; ///< each product is met so often
  };

private:
  /// Rows [first, first + n_rows) of one line of rows, and those that their products reach.
  struct Lines {
    std::uint64_t leading; ///< place along the first of three axes
    std::uint64_t first;
    std::uint64_t n_rows;
  };
  void plan_window();
  void fill_window(const RowBits& spins, const Lines& lines);
  void turn_row(std::span<const std::uint64_t> row, std::uint64_t* out);

  RowLattice lattice_;
  std::vector<std::uint64_t> n_products_;  ///< [operator]
  std::vector<std::vector<Offset>> sites_; ///< [term]
  std::vector<Term> terms_;
  std::vector<std::uint64_t> ones_;   ///< [term]: places where the exclusive or is 1
  std::uint64_t n_turns_ = 1;         ///< of a row: by 0, 1, ... sites
  std::uint64_t n_ahead_ = 0;         ///< rows beyond the last that products reach
  std::uint64_t n_leading_ = 1;       ///< lines of rows, one after the other, that products reach
  std::uint64_t most_rows_ = 1;       ///< counted at once
  std::vector<std::uint64_t> window_; ///< [turn][leading offset][row][word]
  std::vector<std::uint64_t> longer_; ///< a row and its beginning once more
};

} // namespace blockspin::ising
