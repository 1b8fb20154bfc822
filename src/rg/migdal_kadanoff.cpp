#include "blockspin/rg/migdal_kadanoff.hpp"

#include <cmath>

#include "blockspin/base/error.hpp"

namespace blockspin::rg {
namespace {

double moved_bonds(const MigdalKadanoff& map) {
  require(map.factor >= 2 && map.n_dimensions >= 1, "blocks have a side of 2 or more");
  return std::pow(static_cast<double>(map.factor), static_cast<double>(map.n_dimensions) - 1);
}

/// atanh(tanh^b x) for x >= 0. With q = exp(-2x) the tangent is (1 - q)/(1 + q), so that exp 2K' is the even
/// part of (1 + q)^b over its odd part: sums of positive terms.
double chain(unsigned b, double x) {
  if (x < 0.5) return std::atanh(std::pow(std::tanh(x), static_cast<double>(b)));
  const double q = std::exp(-2 * x);
  double even = 0, odd = 0, binomial = 1, power = 1; // odd: over q
  for (unsigned i = 0; i <= b; ++i) {
    (i % 2 == 0 ? even : odd) += binomial * power;
    if (i % 2 == 1) power *= q * q;
    binomial *= static_cast<double>(b - i) / static_cast<double>(i + 1);
  }
  return x + 0.5 * std::log(even / odd);
}

/// dh'/dh at no field. An end of a chain has the moved field b^(d-1) h of one bond, an inner spin that of
/// two; inner spin j follows the end j bonds away by (t^j - t^(2b - j)) / (1 - t^(2b)).
double field_slope(const MigdalKadanoff& map, double coupling) {
  const double t = std::tanh(moved_bonds(map) * coupling);
  double followed = 0;
  for (unsigned j = 1; j < map.factor; ++j) followed += std::pow(t, j) - std::pow(t, 2 * map.factor - j);
  return moved_bonds(map) * (1 + 2 * followed / (1 - std::pow(t, 2 * map.factor)));
}

} // namespace

double recursion(const MigdalKadanoff& map, double coupling) {
  const double size = chain(map.factor, moved_bonds(map) * std::abs(coupling));
  return coupling < 0 && map.factor % 2 == 1 ? -size : size;
}

double recursion_slope(const MigdalKadanoff& map, double coupling) {
  const double t = std::tanh(moved_bonds(map) * coupling);
  double powers = 0; // (1 - t^(2b)) / (1 - t^2)
  for (unsigned j = 0; j < map.factor; ++j) powers += std::pow(t, 2 * j);
  return moved_bonds(map) * map.factor * std::pow(t, map.factor - 1) / powers;
}

FixedPoint fixed_point(const MigdalKadanoff& map) {
  const double b = map.factor, moved = moved_bonds(map);
  if (map.n_dimensions == 1)
    throw Error(ErrorKind::numerical, "the recursion has no fixed point of finite coupling in one dimension");
  // K' < (moved K)^b, and K' > moved K - (1/2) ln b.
  double below = 0.5 * std::pow(moved, -b / (b - 1)), above = std::log(b);
  for (double middle = 0.5 * (below + above); middle > below && middle < above;
       middle = 0.5 * (below + above))
    (recursion(map, middle) < middle ? below : above) = middle;
  return {below, std::log(recursion_slope(map, below)) / std::log(b),
          std::log(field_slope(map, below)) / std::log(b)};
}

std::vector<double> flow(const MigdalKadanoff& map, double coupling, unsigned n_steps) {
  std::vector<double> couplings = {coupling};
  for (unsigned step = 0; step < n_steps; ++step) couplings.push_back(recursion(map, couplings.back()));
  return couplings;
}

} // namespace blockspin::rg
