#include "blockspin/ising/exact/magnetization.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>

#include "blockspin/base/array.hpp"
#include "blockspin/base/error.hpp"

namespace blockspin::ising::exact {
namespace {

/// The smallest of a row's rotations and their mirror images: rows with the same one weigh the same.
std::uint32_t representative(std::uint32_t row, unsigned n) {
  const std::uint32_t mask = (std::uint32_t{1} << n) - 1;
  std::uint32_t mirrored = 0, smallest = row;
  for (unsigned i = 0; i < n; ++i) mirrored |= (row >> i & 1) << (n - 1 - i);
  for (std::uint32_t image : {row, mirrored})
    for (unsigned i = 0; i < n; ++i) {
      image = (image >> 1 | image << (n - 1)) & mask;
      smallest = std::min(smallest, image);
    }
  return smallest;
}

/// Propagates weights [row state, number of up spins so far] through the lattice, one row at a time; a broken
/// bond weighs w.
class TransferMatrix {
public:
  TransferMatrix(unsigned n, unsigned m, double w)
      : n_(n), m_(m), n_states_(std::size_t{1} << n), w_power_(n + 1, 1.0), weight_({n_states_, n * m + 1}) {
    for (unsigned b = 1; b <= n; ++b) w_power_[b] = w_power_[b - 1] * w;
  }

  /// Adds `multiplicity` times the weights, by up spins, of all lattices with this first row.
  void add_to(std::vector<double>& total, std::uint32_t first, double multiplicity) {
    std::fill(weight_.flat().begin(), weight_.flat().end(), 0.0);
    weight_(first, std::popcount(first)) = within_row(first);
    for (unsigned row = 1; row < m_; ++row) {
      for (unsigned site = 0; site < n_; ++site) vertical_bond(site, row * n_ + 1);
      for (std::uint32_t state = 0; state < n_states_; ++state) append_row(state, row * n_ + 1);
    }
    for (std::uint32_t state = 0; state < n_states_; ++state) {
      const double closing = multiplicity * w_power_[static_cast<unsigned>(std::popcount(state ^ first))];
      for (std::size_t up = 0; up < total.size(); ++up) total[up] += closing * weight_(state, up);
    }
  }

private:
  double within_row(std::uint32_t state) const {
    const std::uint32_t shifted = state >> 1 | (state & 1) << (n_ - 1);
    return w_power_[static_cast<unsigned>(std::popcount(state ^ shifted))];
  }

  /// Sums over the old spin of one column: parallel weighs 1, antiparallel w.
  void vertical_bond(unsigned site, std::size_t n_up) {
    const double w = w_power_[1];
    for (std::size_t down = 0; down < n_states_; ++down) {
      if (down >> site & 1) continue;
      double* a = weight_.row(down).data();
      double* b = weight_.row(down | std::size_t{1} << site).data();
      for (std::size_t up = 0; up < n_up; ++up) {
        const double x = a[up], y = b[up];
        a[up] = x + w * y;
        b[up] = w * x + y;
      }
    }
  }

  /// The bonds and up spins of a row that has just become the last.
  void append_row(std::uint32_t state, std::size_t n_up) {
    const double bonds = within_row(state);
    const auto shift = static_cast<std::size_t>(std::popcount(state));
    double* values = weight_.row(state).data();
    for (std::size_t up = n_up; up-- > 0;) values[up + shift] = bonds * values[up];
    std::fill(values, values + shift, 0.0);
  }

  unsigned n_, m_;
  std::size_t n_states_;
  std::vector<double> w_power_;
  Array<double, 2> weight_;
};

} // namespace

MagnetizationDistribution magnetization_distribution(std::uint64_t n, std::uint64_t m, double temperature,
                                                     double field) {
  if (n > m) std::swap(n, m);
  require(n >= 3 && n <= 10 && m <= 64, "a magnetisation distribution needs min(n, m) in 3..10, max <= 64");
  require(temperature > 0, "a magnetisation distribution needs a temperature above 0");
  std::map<std::uint32_t, double> first_rows;
  for (std::uint32_t row = 0; row < std::uint32_t{1} << n; ++row)
    first_rows[representative(row, static_cast<unsigned>(n))] += 1;

  std::vector<double> total(n * m + 1, 0.0);
  TransferMatrix transfer(static_cast<unsigned>(n), static_cast<unsigned>(m), std::exp(-2 / temperature));
  for (const auto& [row, multiplicity] : first_rows) transfer.add_to(total, row, multiplicity);

  const double tilt = 2 * field / temperature; // a spin turned up gains 2 h / T
  double sum = 0;
  for (std::size_t up = 0; up < total.size(); ++up) {
    const double from_best = static_cast<double>(up) - (tilt > 0 ? static_cast<double>(n * m) : 0.0);
    total[up] *= std::exp(tilt * from_best);
    sum += total[up];
  }
  for (double& p : total) p /= sum;
  return {n * m, std::move(total)};
}

double MagnetizationDistribution::abs_moment() const {
  const double n = static_cast<double>(n_sites);
  double sum = 0;
  for (std::size_t up = 0; up < probability.size(); ++up)
    sum += probability[up] * std::abs(2 * static_cast<double>(up) - n) / n;
  return sum;
}

double MagnetizationDistribution::moment(unsigned power) const {
  const double n = static_cast<double>(n_sites);
  double sum = 0;
  for (std::size_t up = 0; up < probability.size(); ++up)
    sum += probability[up] * std::pow((2 * static_cast<double>(up) - n) / n, static_cast<double>(power));
  return sum;
}

double MagnetizationDistribution::binder_cumulant() const {
  const double m2 = moment(2);
  return 1 - moment(4) / (3 * m2 * m2);
}

} // namespace blockspin::ising::exact
