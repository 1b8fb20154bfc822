// Kaufman's partition function of the periodic square lattice, arranged so that nothing overflows and nothing
// cancels but what must.
// With u = exp(-2K), D = 1 - u^2, F_l = (1 + u^2)^2 - 2 u D cos(pi l/n), let B_l >= B'_l be the roots
// of B^2 - F_l B + u^2 D^2 = 0. Then exp(-gamma_l) = q_l = u D / B_l, and the prefactor
// (2 sinh 2K)^{nm/2} joins the products:
//   Z = exp(2 n m K) / 2 * { prod_odd B^{m/2} (1 + q^m) + prod_odd B^{m/2} (1 - q^m)
//                          + prod_even B^{m/2} (1 + q^m) + prod_even B^{m/2} (1 - q^m) },
// with, for l = 0 (gamma_0 signed), B^{m/2} (1 +- q^m) = (1 - u)^m +- (u + u^2)^m.
#include <array>
#include <cmath>
#include <limits>

#include "blockspin/base/error.hpp"
#include "blockspin/ising/exact/thermodynamics.hpp"
#include "jet.hpp"

namespace blockspin::ising::exact {
namespace {

constexpr long double pi = 3.14159265358979323846264338327950288L;
// From this coupling on the low-temperature series is more precise than the derivatives of Kaufman's formula.
constexpr long double series_coupling = 4;

/// sum ln(B^{m/2}) and sum ln(1 +- q^m) over the l of one parity, l = 0 left out.
struct Products {
  Jet ln_b, ln_plus, ln_minus;
};

Products products(std::uint64_t n, std::uint64_t m, std::uint64_t first, const Jet& u) {
  const long double power = static_cast<long double>(m);
  const Jet d = Jet::constant(1) - u * u, ud = u * d;
  const Jet at_critical = u * u + 2 * u + (-1.0L), sum = Jet::constant(1) + u * u;
  Products p;
  for (std::uint64_t l = first; l < 2 * n; l += 2) {
    if (l == 0) continue;
    const long double angle = pi * static_cast<long double>(l) / static_cast<long double>(n);
    const long double half_sine = std::sin(angle / 2);
    const long double one_minus_cos = 2 * half_sine * half_sine;
    // F -+ 2 u D, the first as a sum of squares: (u^2 + 2u - 1)^2 + 2 u D (1 - cos).
    const Jet low = at_critical * at_critical + 2 * one_minus_cos * ud;
    const Jet high = sum * sum + 2 * (one_minus_cos)*ud;
    const Jet f = 0.5L * (low + high);
    const Jet ln_b = log(0.5L * (f + sqrt(low * high)));
    const Jet q_m = exp(power * (log(ud) - ln_b));
    p.ln_b = p.ln_b + 0.5L * power * ln_b;
    p.ln_plus = p.ln_plus + log1p(q_m);
    p.ln_minus = p.ln_minus + log1p(-1 * q_m);
  }
  return p;
}

/// ln Z - 2 n m K as a function of K, 0 < K.
Jet reduced_ln_z(std::uint64_t n, std::uint64_t m, const Jet& k) {
  const Jet u = exp(-2 * k);
  const Jet one_minus_u = (-1.0L * u + 1).compose(-std::expm1(-2 * k.value), 1, 0);
  const Products odd = products(n, m, 1, u), even = products(n, m, 0, u);
  const long double power = static_cast<long double>(m);
  const Jet a = power * log(one_minus_u), b = power * (log(u) + log1p(u));
  const bool ordered = a.value >= b.value; // gamma_0 >= 0: T <= T_c
  const Jet larger = ordered ? a : b, ratio = exp(ordered ? b - a : a - b);
  const Jet even_minus = ordered ? Jet::constant(1) - ratio : ratio + (-1.0L);

  const std::array<Jet, 4> exponent = {odd.ln_b + odd.ln_plus, odd.ln_b + odd.ln_minus,
                                       even.ln_b + even.ln_plus + larger, even.ln_b + even.ln_minus + larger};
  const std::array<Jet, 4> factor = {Jet::constant(1), Jet::constant(1), ratio + 1, even_minus};
  long double largest = -std::numeric_limits<long double>::infinity();
  for (const Jet& e : exponent) largest = std::max(largest, e.value);
  Jet total;
  for (std::size_t i = 0; i < 4; ++i) total = total + factor[i] * exp(exponent[i] + (-largest));
  return log(total) + (largest - std::log(2.0L));
}

/// ln Z - 2 n m K at large K: 2 exp(n m (x^2 + 2 x^3 + ...)), x = exp(-4K), with the clusters that wrap an
/// axis of 3.
Jet low_temperature_series(std::uint64_t n, std::uint64_t m, const Jet& k) {
  const Jet x = exp(-4 * k);
  const long double wraps = static_cast<long double>((n == 3) + (m == 3)) / 3;
  const Jet per_site = x * x * (Jet::constant(1) + (2 + wraps) * x + 4.5L * (x * x));
  return static_cast<long double>(n * m) * per_site + std::log(2.0L);
}

} // namespace

Thermodynamics torus(std::uint64_t n, std::uint64_t m, double temperature) {
  require(n >= 3 && m >= 3, "an exact torus needs extents of at least 3");
  require(temperature >= 0, "a temperature is not negative");
  const long double n_sites = static_cast<long double>(n * m);
  if (temperature == 0) return {std::numeric_limits<double>::infinity(), -2, 0};
  if (std::isinf(temperature)) return {static_cast<double>(n_sites * std::log(2.0L)), 0, 0};
  const Jet k = Jet::variable(1 / static_cast<long double>(temperature));
  const Jet reduced = k.value > series_coupling ? low_temperature_series(n, m, k) : reduced_ln_z(n, m, k);
  return {static_cast<double>(2 * n_sites * k.value + reduced.value),
          static_cast<double>(-2 - reduced.first / n_sites),
          static_cast<double>(k.value * k.value * reduced.second / n_sites)};
}

} // namespace blockspin::ising::exact
