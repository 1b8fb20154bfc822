#include "blockspin/analysis/walker_observables.hpp"

#include <algorithm>

namespace blockspin::analysis {

WalkerMeasurement::WalkerMeasurement(const lattice::Geometry& geometry, double field)
    : n_sites_(geometry.n_sites()), field_(field), n_axes_(static_cast<std::size_t>(geometry.n_dimensions())),
      n_distances_(*std::min_element(geometry.extents().begin(), geometry.extents().end()) / 2) {
  at_distance_.resize(n_distances_ * n_axes_ * n_sites_);
  for (std::size_t axis = 0; axis < n_axes_; ++axis)
    for (std::size_t s = 0; s < n_sites_; ++s) {
      std::uint64_t site = s;
      for (std::size_t r = 0; r < n_distances_; ++r) {
        site = geometry.neighbour(site, static_cast<int>(axis), true);
        at_distance_[(r * n_axes_ + axis) * n_sites_ + s] = static_cast<std::uint32_t>(site);
      }
    }
}

WalkerObservables WalkerMeasurement::measure(std::span<const float> spins,
                                             std::span<double> correlation) const {
  const auto n = static_cast<double>(n_sites_);
  double total = 0, squares = 0;
  for (const double s : spins) {
    total += s;
    squares += s * s;
  }
  correlation[0] = squares / n;
  for (std::size_t r = 0; r < n_distances_; ++r) {
    double sum = 0;
    for (std::size_t axis = 0; axis < n_axes_; ++axis) {
      const std::uint32_t* ahead = at_distance_.data() + (r * n_axes_ + axis) * n_sites_;
      for (std::size_t s = 0; s < n_sites_; ++s) sum += static_cast<double>(spins[s]) * spins[ahead[s]];
    }
    correlation[r + 1] = sum / (n * static_cast<double>(n_axes_));
  }
  const double neighbours = correlation[1], pairs = (total * total - squares) / (n * (n - 1));
  return {-static_cast<double>(n_axes_) * neighbours - field_ * total / n, total / n, neighbours, pairs};
}

} // namespace blockspin::analysis
