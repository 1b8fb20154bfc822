#include "blockspin/rg/level_operators.hpp"

#include <algorithm>

#include "blockspin/base/error.hpp"

namespace blockspin::rg {
namespace {

std::vector<ising::Operator> first_of(const std::vector<ising::Operator>& list, std::size_t n) {
  require(n <= list.size(), "there are not so many operators");
  return {list.begin(), list.begin() + static_cast<std::ptrdiff_t>(n)};
}

} // namespace

std::vector<ising::Operator> BlockingSetup::even() const {
  return first_of(ising::even_operators(static_cast<int>(extents.size())), n_even);
}

std::vector<ising::Operator> BlockingSetup::odd() const {
  return first_of(ising::odd_operators(static_cast<int>(extents.size())), n_odd);
}

ising::RowLattice lattice_of(const BlockingSetup& setup, unsigned level) {
  return ising::RowLattice(ising::blocked_extents(setup.extents, setup.factor, level));
}

LevelOperators::LevelOperators(const BlockingSetup& setup, const rng::Generator& ties)
    : blocks_(ising::RowLattice(setup.extents), setup.rule, setup.factor, setup.n_levels, ties, setup.filters),
      n_even_(setup.n_even), values_(setup.n_even + setup.n_odd), even_({setup.n_levels + 1, setup.n_even}),
      odd_({setup.n_levels + 1, setup.n_odd}) {
  std::vector<ising::Operator> operators = setup.even();
  for (const ising::Operator& op : setup.odd()) operators.push_back(op);
  for (unsigned n = 0; n <= setup.n_levels; ++n) sums_.emplace_back(blocks_.level(n).lattice(), operators);
}

void LevelOperators::measure(std::span<const std::uint8_t> packed, std::uint64_t number) {
  blocks_.spins().unpack(packed);
  blocks_.block(number);
  for (unsigned n = 0; n < sums_.size(); ++n) {
    sums_[n].measure(blocks_.level(n), values_);
    const auto odd_values = values_.begin() + static_cast<std::ptrdiff_t>(n_even_);
    std::copy(values_.begin(), odd_values, even_.row(n).begin());
    std::copy(odd_values, values_.end(), odd_.row(n).begin());
  }
}

} // namespace blockspin::rg
