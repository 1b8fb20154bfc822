#include "blockspin/ising/exact/enumeration.hpp"

#include <bit>
#include <cmath>

#include "blockspin/base/error.hpp"
#include "blockspin/lattice/geometry.hpp"

namespace blockspin::ising::exact {
namespace {

/// Bit mask of every site's neighbours.
std::vector<std::uint32_t> neighbour_masks(const lattice::Geometry& lattice) {
  std::vector<std::uint32_t> masks(lattice.n_sites(), 0);
  for (std::uint64_t site = 0; site < lattice.n_sites(); ++site)
    for (int axis = 0; axis < lattice.n_dimensions(); ++axis)
      for (const bool forward : {false, true})
        masks[site] |= std::uint32_t{1} << lattice.neighbour(site, axis, forward);
  return masks;
}

/// Number of configurations with b broken bonds and u up spins among those whose last spin is down: [b][u].
std::vector<std::vector<std::uint64_t>> count_half(const lattice::Geometry& lattice) {
  const auto masks = neighbour_masks(lattice);
  const int n = static_cast<int>(lattice.n_sites()), n_neighbours = lattice.n_neighbours();
  std::vector<std::vector<std::uint64_t>> count(
      lattice.n_bonds() + 1, std::vector<std::uint64_t>(static_cast<std::size_t>(n) + 1, 0));
  std::uint32_t state = 0;
  int broken = 0, up = 0;
  count[0][0] = 1;
  for (std::uint64_t step = 1; step < std::uint64_t{1} << (n - 1); ++step) {
    const auto site = static_cast<unsigned>(std::countr_zero(step)); // the bit in which Gray codes differ
    const std::uint32_t before = state >> site & 1;
    const int up_neighbours = std::popcount(state & masks[site]);
    const int antiparallel = before ? n_neighbours - up_neighbours : up_neighbours;
    broken += n_neighbours - 2 * antiparallel;
    up += before ? -1 : 1;
    state ^= std::uint32_t{1} << site;
    ++count[static_cast<std::size_t>(broken)][static_cast<std::size_t>(up)];
  }
  return count;
}

/// -E/T + field M/T, and 0 at infinite temperature.
double exponent(const StateClass& c, double temperature, double field) {
  if (std::isinf(temperature)) return 0;
  return (-static_cast<double>(c.energy) + field * static_cast<double>(c.magnetization)) / temperature;
}

} // namespace

Enumeration::Enumeration(std::span<const std::uint64_t> extents) {
  const lattice::Geometry lattice({extents.begin(), extents.end()});
  require(lattice.n_sites() <= 30, "an enumeration of more than 2^30 configurations");
  n_sites_ = lattice.n_sites();
  const auto half = count_half(lattice);
  for (std::size_t b = 0; b < half.size(); ++b)
    for (std::size_t u = 0; u <= n_sites_; ++u) {
      const std::uint64_t count =
          half[b][u] + half[b][n_sites_ - u]; // the other half has every spin reversed
      if (count == 0) continue;
      classes_.push_back({2 * static_cast<std::int64_t>(b) - static_cast<std::int64_t>(lattice.n_bonds()),
                          2 * static_cast<std::int64_t>(u) - static_cast<std::int64_t>(n_sites_), count});
    }
}

double Enumeration::ln_z(double temperature, double field) const {
  require(temperature > 0, "an enumeration needs a temperature above 0");
  double largest = exponent(classes_.front(), temperature, field);
  for (const StateClass& c : classes_) largest = std::max(largest, exponent(c, temperature, field));
  long double sum = 0;
  for (const StateClass& c : classes_)
    sum += static_cast<long double>(c.count) * std::exp(exponent(c, temperature, field) - largest);
  return largest + static_cast<double>(std::log(sum));
}

std::vector<double> Enumeration::probability(double temperature, double field) const {
  const double norm = ln_z(temperature, field);
  std::vector<double> p(classes_.size());
  for (std::size_t i = 0; i < p.size(); ++i)
    p[i] =
        static_cast<double>(classes_[i].count) * std::exp(exponent(classes_[i], temperature, field) - norm);
  return p;
}

ExactObservables Enumeration::observables(double temperature, double field) const {
  const std::vector<double> p = probability(temperature, field);
  const double n = static_cast<double>(n_sites_);
  long double e = 0, m = 0, abs_m = 0, m2 = 0, m4 = 0, e_variance = 0, m_variance = 0, abs_m_variance = 0;
  const auto energy = [&](const StateClass& c) {
    return static_cast<long double>(c.energy) -
           static_cast<long double>(field) * static_cast<long double>(c.magnetization);
  };
  for (std::size_t i = 0; i < p.size(); ++i) {
    const long double mi = static_cast<long double>(classes_[i].magnetization);
    e += p[i] * energy(classes_[i]);
    m += p[i] * mi;
    abs_m += p[i] * std::abs(mi);
    m2 += p[i] * mi * mi;
    m4 += p[i] * mi * mi * mi * mi;
  }
  for (std::size_t i = 0; i < p.size(); ++i) { // a second pass: the variances are tiny at low temperature
    const long double de = energy(classes_[i]) - e;
    const long double mi = static_cast<long double>(classes_[i].magnetization);
    e_variance += p[i] * de * de;
    m_variance += p[i] * (mi - m) * (mi - m);
    abs_m_variance += p[i] * (std::abs(mi) - abs_m) * (std::abs(mi) - abs_m);
  }
  const auto number = [](long double x) { return static_cast<double>(x); };
  return {ln_z(temperature, field),
          number(e / n),
          number(e_variance / (n * temperature * temperature)),
          number(m / n),
          number(abs_m / n),
          number(m2 / (n * n)),
          number(abs_m_variance / (n * temperature)),
          number(m2 / (n * temperature)),
          number(1 - m4 / (3 * m2 * m2)),
          number(m_variance / (n * temperature))};
}

} // namespace blockspin::ising::exact
