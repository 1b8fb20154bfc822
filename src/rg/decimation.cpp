#include "blockspin/rg/decimation.hpp"

#include <cmath>
#include <numbers>

#include "blockspin/base/error.hpp"

namespace blockspin::rg {
namespace {

/// ln cosh x without overflow, and without loss where x is small.
double ln_cosh(double x) {
  const double a = std::abs(x);
  if (a < 0.5) {
    const double s = std::sinh(a / 2);
    return std::log1p(2 * s * s);
  }
  return a - std::numbers::ln2 + std::log1p(std::exp(-2 * a));
}

} // namespace

double decimated_coupling(double coupling) { return ln_cosh(2 * coupling) / 2; }

double undecimated_coupling(double coupling) {
  // arccosh(1 + y) = log1p(y + sqrt(y (2 + y))), y = exp(2K') - 1, and for large K'
  // without the overflow of exp.
  if (coupling > 300) return coupling + std::numbers::ln2 / 2;
  const double y = std::expm1(2 * coupling);
  return std::log1p(y + std::sqrt(y * (2 + y))) / 2;
}

double ln_removed_factor(double coupling) { return std::numbers::ln2 + ln_cosh(2 * coupling) / 2; }

double ring_ln_z(double coupling, std::uint64_t n) {
  const double size = static_cast<double>(n);
  const double larger = size * (std::numbers::ln2 + ln_cosh(coupling));
  return larger + std::log1p(std::pow(std::tanh(coupling), size));
}

DecimationFlow decimate(double coupling, std::uint64_t n_spins, unsigned steps) {
  require(coupling >= 0 && steps < 64 && n_spins > 0 && n_spins % (std::uint64_t{1} << steps) == 0,
          "a ring can be halved only as often as its length allows");
  DecimationFlow flow;
  const double size = static_cast<double>(n_spins);
  std::uint64_t n_left = n_spins;
  double k = coupling, removed = 0;
  for (unsigned level = 0;; ++level) {
    flow.coupling.push_back(k);
    flow.removed.push_back(removed);
    flow.free_energy.push_back(removed - ring_ln_z(k, n_left) / size);
    if (level == steps) return flow;
    n_left /= 2;
    removed -= static_cast<double>(n_left) / size * ln_removed_factor(k);
    k = decimated_coupling(k);
  }
}

} // namespace blockspin::rg
