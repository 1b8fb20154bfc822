#pragma once
// Exact block spins of small tori, for tests: operators by plain loops, and sums over every state.

#include <array>
#include <cmath>
#include <functional>
#include <vector>

#include "blockspin/rg/couplings.hpp"

namespace blockspin::rg::test {

/// Couplings of nearest neighbours, diagonal neighbours and plaquettes.
using Three = std::array<double, 3>;

/// The three sums of a state of n x n spins, each product once.
inline Three three_sums(std::uint64_t state, unsigned n) {
  const auto spin = [&](unsigned y, unsigned x) { return spin_of(state, y % n * n + x % n); };
  Three sums{};
  for (unsigned y = 0; y < n; ++y)
    for (unsigned x = 0; x < n; ++x) {
      sums[0] += spin(y, x) * (spin(y, x + 1) + spin(y + 1, x));
      sums[1] += spin(y, x) * spin(y + 1, x + 1) + spin(y, x + 1) * spin(y + 1, x);
      sums[2] += spin(y, x) * spin(y, x + 1) * spin(y + 1, x) * spin(y + 1, x + 1);
    }
  if (n == 2) sums = {sums[0] / 2, sums[1] / 4, sums[2] / 4}; // each met so often
  return sums;
}

/// Calls visit(block state, probability) for every outcome of majority blocking of an n x n state by 2 x 2.
inline void majorities(std::uint64_t state, unsigned n,
                       const std::function<void(std::uint64_t, double)>& visit) {
  std::uint64_t up = 0, tied = 0;
  for (unsigned block = 0; block < n * n / 4; ++block) {
    const unsigned first = 2 * (block / (n / 2)) * n + 2 * (block % (n / 2));
    int sum = 0;
    for (const unsigned site : {first, first + 1, first + n, first + n + 1}) sum += spin_of(state, site);
    if (sum > 0) up |= std::uint64_t{1} << block;
    if (sum == 0) tied |= std::uint64_t{1} << block;
  }
  const double probability = std::ldexp(1.0, -__builtin_popcountll(tied));
  for (std::uint64_t choice = tied;; choice = (choice - 1) & tied) { // every subset of the ties
    visit(up | choice, probability);
    if (choice == 0) return;
  }
}

/// Derivative of a function of three couplings by one of them: central differences, extrapolated.
inline std::vector<double> slope(const std::function<std::vector<double>(const Three&)>& f, Three at,
                                 std::size_t by) {
  const auto difference = [&](double step) {
    Three up = at, down = at;
    up[by] += step;
    down[by] -= step;
    auto values = f(up);
    const auto lower = f(down);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = (values[i] - lower[i]) / (2 * step);
    return values;
  };
  auto fine = difference(1e-3);
  const auto coarse = difference(2e-3);
  for (std::size_t i = 0; i < fine.size(); ++i) fine[i] += (fine[i] - coarse[i]) / 3;
  return fine;
}

} // namespace blockspin::rg::test
