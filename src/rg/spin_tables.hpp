#pragma once
// Sums over the spins of many states, eight spins at a time: tables of the 2^8 states of each eight.

#include <cstdint>
#include <span>

#include "blockspin/base/array.hpp"

namespace blockspin::rg {

/// sum_i v_i W_ij of states v, for weights [spin][value]. Building takes 2^8 sums a spin. Local.
class SpinSums {
public:
  SpinSums(std::span<const double> weights, std::size_t n_values);
  /// sums[j], n_values of them.
  void of(std::uint64_t state, std::span<double> sums) const;

private:
  Array<double, 2> tables_; ///< [eight of spins * 2^8 + their state][value]
};

/// The other way: sum over states of v_i x_j, for values x of each state. Local.
class SpinProducts {
public:
  SpinProducts(std::size_t n_spins, std::size_t n_values);
  void add(std::uint64_t state, std::span<const double> values);
  /// [spin][value].
  Array<double, 2> sums() const;

private:
  std::size_t n_spins_;
  Array<double, 2> tables_; ///< the values of all states that have these eight spins, added up
};

} // namespace blockspin::rg
