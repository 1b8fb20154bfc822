#pragma once
// The oracle of every sampler: all states of a small lattice.

#include <bit>
#include <cmath>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "blockspin/lattice/geometry.hpp"

/// A class of states: number of antiparallel bonds and of up spins.
using StateClass = std::pair<std::uint32_t, std::uint32_t>;

inline StateClass classify(const blockspin::lattice::Geometry& g, std::uint64_t state) {
  StateClass result{0, 0};
  for (std::uint64_t s = 0; s < g.n_sites(); ++s) {
    result.second += static_cast<std::uint32_t>(state >> s & 1);
    for (int axis = 0; axis < g.n_dimensions(); ++axis)
      result.first += static_cast<std::uint32_t>((state >> s ^ state >> g.neighbour(s, axis, true)) & 1);
  }
  return result;
}

/// Number of states in each class; at most 2^27 states or so. In the order of Gray's code, one spin turned at
/// a time; the first is never turned, as a state and its opposite have the same bonds.
inline std::map<StateClass, double> count_states(const blockspin::lattice::Geometry& g) {
  const std::uint64_t n = g.n_sites();
  std::vector<std::uint64_t> neighbours(n, 0);
  for (std::uint64_t s = 0; s < n; ++s)
    for (int axis = 0; axis < g.n_dimensions(); ++axis)
      for (const bool ahead : {false, true}) neighbours[s] |= std::uint64_t{1} << g.neighbour(s, axis, ahead);
  std::vector<double> counts((g.n_bonds() + 1) * (n + 1), 0.0);
  std::uint64_t state = 0, antiparallel = 0, up = 0;
  for (std::uint64_t step = 1;; ++step) {
    counts[antiparallel * (n + 1) + up] += 1;
    counts[antiparallel * (n + 1) + n - up] += 1;
    if (step == std::uint64_t{1} << (n - 1)) break;
    const auto s = static_cast<std::size_t>(std::countr_zero(step)) + 1;
    const bool was_up = (state >> s & 1) != 0;
    const auto differ = static_cast<std::uint64_t>(std::popcount((was_up ? ~state : state) & neighbours[s]));
    antiparallel += static_cast<std::uint64_t>(2 * g.n_dimensions()) - 2 * differ;
    up += was_up ? std::uint64_t(-1) : 1;
    state ^= std::uint64_t{1} << s;
  }
  std::map<StateClass, double> result;
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (counts[i] > 0)
      result[{static_cast<std::uint32_t>(i / (n + 1)), static_cast<std::uint32_t>(i % (n + 1))}] = counts[i];
  return result;
}

/// Boltzmann probabilities of the classes at temperature T in a field, J = k_B = 1.
inline std::map<StateClass, double> boltzmann(const blockspin::lattice::Geometry& g,
                                              const std::map<StateClass, double>& counts, double temperature,
                                              double field) {
  std::map<StateClass, double> p;
  double z = 0;
  for (const auto& [c, count] : counts) {
    const double energy = 2.0 * c.first - static_cast<double>(g.n_bonds()) -
                          field * (2.0 * c.second - static_cast<double>(g.n_sites()));
    z += p[c] = count * std::exp(-energy / temperature);
  }
  for (auto& [c, value] : p) value /= z;
  return p;
}

/// Chi-square of observed counts against probabilities, classes expected below 10 times pooled; and the
/// standard score of it by Wilson and Hilferty's cube root, normal to good accuracy: above 5 once in 3.5e6.
inline double chi_square_score(const std::map<StateClass, double>& observed,
                               const std::map<StateClass, double>& p) {
  double n = 0, chi2 = 0, pooled_seen = 0, pooled_expected = 0;
  int degrees = -1;
  for (const auto& [c, count] : observed) n += count;
  for (const auto& [c, probability] : p) {
    const auto found = observed.find(c);
    const double seen = found == observed.end() ? 0.0 : found->second, expected = n * probability;
    if (expected < 10) {
      pooled_seen += seen;
      pooled_expected += expected;
      continue;
    }
    chi2 += (seen - expected) * (seen - expected) / expected;
    ++degrees;
  }
  if (pooled_expected > 1) {
    chi2 += (pooled_seen - pooled_expected) * (pooled_seen - pooled_expected) / pooled_expected;
    ++degrees;
  }
  const double k = 2.0 / (9.0 * degrees);
  return (std::cbrt(chi2 / degrees) - (1 - k)) / std::sqrt(k);
}
