#pragma once
// ln Z of small periodic lattices of any dimension in a field by transfer matrices, and what follows: the
// oracle where states are too many to be enumerated.

#include <bit>
#include <cmath>
#include <cstdint>
#include <map>
#include <vector>

#include "blockspin/lattice/geometry.hpp"

/// Layers across the first axis, up to 12 sites or so each; a layer's first state is fixed, and those
/// that translations of the layer make equal are taken once.
class LayerTransfer {
public:
  explicit LayerTransfer(const std::vector<std::uint64_t>& extents)
      : n_layers_(extents.front()), rest_(extents.begin() + 1, extents.end()) {
    for (const std::uint64_t extent : rest_) n_sites_ *= extent;
    for (std::uint32_t state = 0; state < n_states(); ++state) {
      broken_.push_back(broken_bonds(state));
      ++first_states_[smallest_image(state)];
    }
  }

  std::uint64_t n_sites() const { return n_layers_ * n_sites_; }
  std::uint64_t n_bonds() const { return n_sites() * (rest_.size() + 1); }

  /// At coupling K = 1/T and H = h/T.
  double ln_z(double k, double h) const {
    const double q = std::exp(-2 * k);
    std::vector<double> layer(n_states());
    for (std::uint32_t s = 0; s < n_states(); ++s) {
      const double m = 2.0 * std::popcount(s) - static_cast<double>(n_sites_);
      layer[s] = std::pow(q, broken_[s]) * std::exp(h * m - std::abs(h) * static_cast<double>(n_sites_));
    }
    double sum = 0;
    for (const auto& [first, multiplicity] : first_states_) sum += multiplicity * closed(first, layer, q);
    return std::log(sum) + static_cast<double>(n_bonds()) * k + std::abs(h) * static_cast<double>(n_sites());
  }

private:
  std::uint32_t n_states() const { return std::uint32_t{1} << n_sites_; }

  /// Weight of all lattices whose first layer is `first`.
  double closed(std::uint32_t first, const std::vector<double>& layer, double q) const {
    std::vector<double> weight(n_states(), 0.0);
    weight[first] = layer[first];
    for (std::uint64_t l = 1; l < n_layers_; ++l) {
      for (std::uint64_t site = 0; site < n_sites_; ++site) bond_to_next(weight, site, q);
      for (std::uint32_t s = 0; s < n_states(); ++s) weight[s] *= layer[s];
    }
    double sum = 0;
    for (std::uint32_t s = 0; s < n_states(); ++s) sum += weight[s] * std::pow(q, std::popcount(s ^ first));
    return sum;
  }
  void bond_to_next(std::vector<double>& weight, std::uint64_t site, double q) const {
    const std::uint32_t bit = std::uint32_t{1} << site;
    for (std::uint32_t s = 0; s < n_states(); ++s) {
      if ((s & bit) != 0) continue;
      const double down = weight[s], up = weight[s | bit];
      weight[s] = down + q * up;
      weight[s | bit] = q * down + up;
    }
  }
  int broken_bonds(std::uint32_t state) const {
    if (rest_.empty()) return 0;
    const blockspin::lattice::Geometry g(rest_);
    int n = 0;
    for (std::uint64_t s = 0; s < n_sites_; ++s)
      for (int axis = 0; axis < g.n_dimensions(); ++axis)
        n += static_cast<int>((state >> s ^ state >> g.neighbour(s, axis, true)) & 1);
    return n;
  }
  std::uint32_t smallest_image(std::uint32_t state) const {
    if (rest_.empty()) return state;
    const blockspin::lattice::Geometry g(rest_);
    std::uint32_t smallest = state;
    for (std::uint64_t by = 0; by < n_sites_; ++by) {
      std::uint32_t image = 0;
      for (std::uint64_t s = 0; s < n_sites_; ++s) image |= (state >> s & 1) << shifted(g, s, by);
      smallest = std::min(smallest, image);
    }
    return smallest;
  }
  static std::uint64_t shifted(const blockspin::lattice::Geometry& g, std::uint64_t site, std::uint64_t by) {
    auto at = g.coordinates(site);
    const auto step = g.coordinates(by);
    for (int axis = 0; axis < g.n_dimensions(); ++axis) {
      const auto i = static_cast<std::size_t>(axis);
      at[i] = (at[i] + step[i]) % g.extent(axis);
    }
    return g.site(at);
  }

  std::uint64_t n_layers_, n_sites_ = 1; ///< sites of a layer
  std::vector<std::uint64_t> rest_;
  std::vector<int> broken_;                   ///< [state]: antiparallel bonds within the layer
  std::map<std::uint32_t, int> first_states_; ///< and how many are like it
};

/// Per site, at temperature T in a field.
struct FieldExact {
  double energy, specific_heat, magnetization, magnetization_squared, susceptibility_connected;
};

/// From differences of ln Z over 1 % of K and H, exact to fourth order: some 1e-7.
inline FieldExact field_exact(const LayerTransfer& lattice, double temperature, double field) {
  constexpr double step = 0.01;
  const double k = 1 / temperature, n = static_cast<double>(lattice.n_sites());
  double by_scale[5], by_field[5];
  const double dh = step * std::max(std::abs(field), 0.1) / temperature;
  for (int i = -2; i <= 2; ++i) {
    const double s = 1 + step * i;
    by_scale[i + 2] = lattice.ln_z(s * k, s * field * k);
    by_field[i + 2] = lattice.ln_z(k, field * k + i * dh);
  }
  const auto first = [](const double* f, double d) { return (f[0] - 8 * f[1] + 8 * f[3] - f[4]) / (12 * d); };
  const auto second = [](const double* f, double d) {
    return (-f[0] + 16 * f[1] - 30 * f[2] + 16 * f[3] - f[4]) / (12 * d * d);
  };
  const double m = first(by_field, dh), m_variance = second(by_field, dh);
  return {-temperature * first(by_scale, step) / n, second(by_scale, step) / n, m / n,
          (m_variance + m * m) / (n * n), m_variance / (n * temperature)};
}
