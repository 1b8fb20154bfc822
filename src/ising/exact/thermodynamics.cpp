#include "blockspin/ising/exact/thermodynamics.hpp"

#include <cmath>
#include <limits>

#include "blockspin/base/error.hpp"
#include "jet.hpp"

namespace blockspin::ising::exact {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double n_sites_of(std::span<const std::uint64_t> extents) {
  double n = 1;
  for (const std::uint64_t extent : extents) n *= static_cast<double>(extent);
  return n;
}

} // namespace

Thermodynamics ring(std::uint64_t n, double temperature) {
  require(n >= 3, "an exact ring needs at least 3 sites");
  require(temperature >= 0, "a temperature is not negative");
  const long double n_sites = static_cast<long double>(n);
  if (temperature == 0) return {infinity, -1, 0};
  if (std::isinf(temperature)) return {static_cast<double>(n_sites * std::log(2.0L)), 0, 0};
  const Jet k = Jet::variable(1 / static_cast<long double>(temperature));
  const Jet u = exp(-2 * k);
  // ln Z = n (K + ln(1 + u)) + ln(1 + tanh^n K)
  const Jet ln_tanh = log((-1.0L * u + 1).compose(-std::expm1(-2 * k.value), 1, 0)) - log1p(u);
  const Jet reduced = n_sites * log1p(u) + log1p(exp(n_sites * ln_tanh));
  return {static_cast<double>(n_sites * k.value + reduced.value),
          static_cast<double>(-1 - reduced.first / n_sites),
          static_cast<double>(k.value * k.value * reduced.second / n_sites)};
}

double spontaneous_magnetization(double temperature) {
  if (temperature == 0) return 1;
  if (temperature >= critical_temperature) return 0;
  const double inverse = 1 / std::sinh(2 / temperature);
  return std::pow(1 - inverse * inverse * inverse * inverse, 0.125);
}

bool is_known(std::span<const std::uint64_t> extents) { return extents.size() == 1 || extents.size() == 2; }

Thermodynamics thermodynamics(std::span<const std::uint64_t> extents, double temperature) {
  if (extents.size() == 1) return ring(extents[0], temperature);
  if (extents.size() == 2) return torus(extents[0], extents[1], temperature);
  throw Error(ErrorKind::numerical, "exact thermodynamics is known in one and two dimensions only");
}

std::vector<double> ln_probabilities(std::span<const std::uint64_t> extents, double temperature,
                                     std::span<const double> energies) {
  const double ground = -static_cast<double>(extents.size()) * n_sites_of(extents);
  const double ln_z = temperature == 0 ? 0 : thermodynamics(extents, temperature).ln_z;
  std::vector<double> ln_p;
  for (const double energy : energies)
    ln_p.push_back(temperature > 0    ? -energy / temperature - ln_z
                   : energy == ground ? -std::log(2.0)
                                      : -infinity);
  return ln_p;
}

EnergyTemperature::EnergyTemperature(std::vector<std::uint64_t> extents) : extents_(std::move(extents)) {
  if (!is_known(extents_))
    throw Error(ErrorKind::numerical, "the energy temperature is known in one and two dimensions only");
}

double EnergyTemperature::operator()(double energy_per_site) const {
  if (std::isnan(energy_per_site)) return energy_per_site;
  if (energy_per_site <= -static_cast<double>(extents_.size())) return 0;
  if (energy_per_site >= 0) return infinity;
  // Bisection in ln T: e(T) is monotonic, and 100 halvings leave no doubt.
  double low = std::log(1e-3), high = std::log(1e18);
  for (int i = 0; i < 100 && high - low > 1e-15 * std::abs(high); ++i) {
    const double middle = 0.5 * (low + high);
    (thermodynamics(extents_, std::exp(middle)).energy < energy_per_site ? low : high) = middle;
  }
  return std::exp(0.5 * (low + high));
}

stats::MeanEstimate EnergyTemperature::estimate(double energy_per_site, double error) const {
  const double above = (*this)(energy_per_site + error), below = (*this)(energy_per_site - error);
  return {.mean = (*this)(energy_per_site), .error = above == below ? 0.0 : 0.5 * (above - below)};
}

} // namespace blockspin::ising::exact
