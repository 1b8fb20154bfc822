#include "spin_tables.hpp"

#include <algorithm>

#include "blockspin/base/packed.hpp"
#include "blockspin/rg/couplings.hpp"

namespace blockspin::rg {
namespace {

constexpr std::size_t n_states_of_eight = 256;

/// The row of the spins from 8 k on.
std::size_t table_row(std::uint64_t state, std::size_t k) {
  return k * n_states_of_eight + (state >> (8 * k) & (n_states_of_eight - 1));
}

} // namespace

SpinSums::SpinSums(std::span<const double> weights, std::size_t n_values)
    : tables_({groups_of(weights.size() / n_values, 8) * n_states_of_eight, n_values}) {
  for (std::size_t i = 0; i * n_values < weights.size(); ++i)
    for (std::uint64_t eight = 0; eight < n_states_of_eight; ++eight) {
      const int spin = spin_of(eight, static_cast<unsigned>(i % 8));
      const auto row = tables_.row(i / 8 * n_states_of_eight + eight);
      for (std::size_t j = 0; j < n_values; ++j) row[j] += spin * weights[i * n_values + j];
    }
}

void SpinSums::of(std::uint64_t state, std::span<double> sums) const {
  std::fill(sums.begin(), sums.end(), 0.0);
  for (std::size_t k = 0; k * n_states_of_eight < tables_.extent(0); ++k) {
    const double* row = tables_.data() + table_row(state, k) * sums.size();
    for (std::size_t j = 0; j < sums.size(); ++j) sums[j] += row[j];
  }
}

SpinProducts::SpinProducts(std::size_t n_spins, std::size_t n_values)
    : n_spins_(n_spins), tables_({groups_of(n_spins, 8) * n_states_of_eight, n_values}) {}

void SpinProducts::add(std::uint64_t state, std::span<const double> values) {
  for (std::size_t k = 0; k * n_states_of_eight < tables_.extent(0); ++k) {
    double* row = tables_.data() + table_row(state, k) * values.size();
    for (std::size_t j = 0; j < values.size(); ++j) row[j] += values[j];
  }
}

Array<double, 2> SpinProducts::sums() const {
  const std::size_t n_values = tables_.extent(1);
  Array<double, 2> sums({n_spins_, n_values});
  for (std::size_t i = 0; i < n_spins_; ++i)
    for (std::uint64_t eight = 0; eight < n_states_of_eight; ++eight) {
      const int spin = spin_of(eight, static_cast<unsigned>(i % 8));
      const auto row = tables_.row(i / 8 * n_states_of_eight + eight);
      for (std::size_t j = 0; j < n_values; ++j) sums(i, j) += spin * row[j];
    }
  return sums;
}

} // namespace blockspin::rg
