#include "blockspin/analysis/receptive_field.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "blockspin/base/error.hpp"
#include "blockspin/rng/permutation.hpp"

namespace blockspin::analysis {
namespace {

using Point = std::array<double, lattice::max_dimensions>;

/// x - y along one axis, the shorter way around.
double separation(double x, double y, double extent) {
  const double d = x - y;
  return d - extent * std::round(d / extent);
}

double distance_squared(const lattice::Geometry& geometry, const Point& a, const Point& b) {
  double sum = 0;
  for (int axis = 0; axis < geometry.n_dimensions(); ++axis) {
    const auto k = static_cast<std::size_t>(axis);
    sum += std::pow(separation(a[k], b[k], static_cast<double>(geometry.extent(axis))), 2);
  }
  return sum;
}

Point place(const lattice::Geometry& geometry, std::uint64_t site) {
  const lattice::Coordinates at = geometry.coordinates(site);
  return {static_cast<double>(at[0]), static_cast<double>(at[1]), static_cast<double>(at[2])};
}

/// Mean place with weights `squares` over the window whose lowest corner is `corner`.
Point centre_in_window(const lattice::Geometry& geometry, std::span<const double> squares,
                       std::uint64_t corner, std::uint64_t window) {
  const lattice::Coordinates start = geometry.coordinates(corner);
  Point sum{};
  double total = 0;
  for (std::uint64_t site = 0; site < squares.size(); ++site) {
    const lattice::Coordinates at = geometry.coordinates(site);
    Point offset{};
    bool inside = true;
    for (int axis = 0; axis < geometry.n_dimensions(); ++axis) {
      const auto k = static_cast<std::size_t>(axis);
      const std::uint64_t steps = (at[k] + geometry.extent(axis) - start[k]) % geometry.extent(axis);
      inside = inside && steps < window;
      offset[k] = static_cast<double>(steps);
    }
    if (!inside) continue;
    for (std::size_t k = 0; k < offset.size(); ++k) sum[k] += squares[site] * offset[k];
    total += squares[site];
  }
  Point centre{};
  for (int axis = 0; axis < geometry.n_dimensions(); ++axis) {
    const auto k = static_cast<std::size_t>(axis);
    centre[k] =
        std::fmod(static_cast<double>(start[k]) + sum[k] / total, static_cast<double>(geometry.extent(axis)));
  }
  return centre;
}

/// Distance of each point to the nearest other; points with NaN are passed over.
std::vector<double> nearest_distances(const lattice::Geometry& geometry, std::span<const Point> points) {
  std::vector<double> nearest(points.size(), std::numeric_limits<double>::quiet_NaN());
  for (std::size_t i = 0; i < points.size(); ++i)
    for (std::size_t j = 0; j < points.size(); ++j) {
      const double d = i == j ? NAN : std::sqrt(distance_squared(geometry, points[i], points[j]));
      if (!std::isnan(d) && !(nearest[i] <= d)) nearest[i] = d;
    }
  return nearest;
}

} // namespace

std::vector<double> window_sums(const lattice::Geometry& geometry, std::vector<double> values,
                                std::uint64_t window) {
  std::vector<double> sums(values.size());
  for (int axis = 0; axis < geometry.n_dimensions(); ++axis) {
    for (std::uint64_t site = 0; site < values.size(); ++site) {
      double sum = 0;
      std::uint64_t at = site;
      for (std::uint64_t step = 0; step < window; ++step, at = geometry.neighbour(at, axis, true))
        sum += values[at];
      sums[site] = sum;
    }
    values.swap(sums);
  }
  return values;
}

std::vector<Array<double, 2>> stack_fields(std::span<const rbm::Machine> stack, const SafePoint& safe_point) {
  std::vector<Array<double, 2>> fields;
  for (const rbm::Machine& machine : stack) {
    const auto weights = machine.weights.view();
    if (fields.empty()) {
      fields.emplace_back(weights.shape());
      std::copy(weights.flat().begin(), weights.flat().end(), fields.back().flat().begin());
      continue;
    }
    const Array<double, 2>& below = fields.back();
    require(below.extent(1) == weights.extent(0),
            "a layer's visible units are the hidden units of the layer below");
    Array<double, 2> product({below.extent(0), weights.extent(1)});
    for (std::size_t site = 0; site < product.extent(0); ++site) {
      pass(safe_point);
      for (std::size_t k = 0; k < weights.extent(0); ++k)
        for (std::size_t j = 0; j < weights.extent(1); ++j)
          product(site, j) += below(site, k) * weights(k, j);
    }
    fields.push_back(std::move(product));
  }
  return fields;
}

FieldShapes measure_fields(const lattice::Geometry& geometry, View<const double, 2> fields,
                           std::uint64_t window, const SafePoint& safe_point) {
  require(fields.extent(0) == geometry.n_sites(), "a field has one value a site");
  const std::size_t n_sites = fields.extent(0), n_hidden = fields.extent(1);
  const auto n_axes = static_cast<std::size_t>(geometry.n_dimensions());
  FieldShapes shapes;
  shapes.centre = Array<double, 2>({n_hidden, n_axes});
  shapes.coverage.assign(n_sites, 0.0);
  std::vector<Point> centres(n_hidden);
  std::vector<double> squares(n_sites);
  for (std::size_t j = 0; j < n_hidden; ++j) {
    pass(safe_point);
    double total = 0, signed_sum = 0, absolute_sum = 0;
    for (std::size_t site = 0; site < n_sites; ++site) {
      const double r = fields(site, j);
      squares[site] = r * r;
      total += squares[site];
      signed_sum += r;
      absolute_sum += std::abs(r);
    }
    // A dead unit divides 0 by 0: all its measures are NaN, and it covers nothing.
    const auto sums = window_sums(geometry, squares, window);
    const auto best = std::max_element(sums.begin(), sums.end());
    shapes.window_fraction.push_back(*best / total);
    shapes.orientation.push_back(signed_sum / absolute_sum);
    centres[j] = centre_in_window(geometry, squares, static_cast<std::uint64_t>(best - sums.begin()), window);
    for (std::size_t axis = 0; axis < n_axes; ++axis) shapes.centre(j, axis) = centres[j][axis];
    double spread = 0;
    for (std::size_t site = 0; site < n_sites; ++site) {
      spread += squares[site] * distance_squared(geometry, place(geometry, site), centres[j]);
      if (total > 0) shapes.coverage[site] += squares[site] / total;
    }
    shapes.radius.push_back(std::sqrt(spread / total));
  }
  shapes.spacing = nearest_distances(geometry, centres);
  return shapes;
}

Array<double, 2> shuffled_fields(View<const double, 2> fields, const rng::Generator& generator,
                                 std::uint64_t sequence, const SafePoint& safe_point) {
  Array<double, 2> shuffled(fields.shape());
  for (std::size_t j = 0; j < fields.extent(1); ++j) {
    pass(safe_point);
    const rng::Permutation moved(generator, sequence + j, fields.extent(0));
    for (std::size_t site = 0; site < fields.extent(0); ++site) shuffled(moved(site), j) = fields(site, j);
  }
  return shuffled;
}

std::vector<rbm::Machine> untrained_stack(std::span<const rbm::Machine> stack,
                                          const rng::Generator& generator) {
  std::vector<rbm::Machine> untrained;
  for (std::size_t layer = 0; layer < stack.size(); ++layer) {
    rbm::Machine machine(stack[layer].units, stack[layer].n_visible(), stack[layer].n_hidden());
    std::uint64_t index = 0;
    for (float& weight : machine.weights.flat())
      weight = static_cast<float>(generator.normal(layer, index++));
    untrained.push_back(std::move(machine));
  }
  return untrained;
}

RandomSpacing random_spacing(const lattice::Geometry& geometry, std::size_t n, std::size_t repeats,
                             const rng::Generator& generator, std::uint64_t sequence,
                             const SafePoint& safe_point) {
  double sum = 0, squares = 0;
  std::vector<Point> points(n);
  for (std::size_t repeat = 0; repeat < repeats; ++repeat) {
    pass(safe_point);
    for (std::size_t i = 0; i < n; ++i)
      for (int axis = 0; axis < geometry.n_dimensions(); ++axis)
        points[i][static_cast<std::size_t>(axis)] =
            generator.uniform(sequence + repeat,
                              i * lattice::max_dimensions + static_cast<std::uint64_t>(axis)) *
            static_cast<double>(geometry.extent(axis));
    const auto nearest = nearest_distances(geometry, points);
    const double mean = std::accumulate(nearest.begin(), nearest.end(), 0.0) / static_cast<double>(n);
    sum += mean;
    squares += mean * mean;
  }
  const double count = static_cast<double>(repeats), mean = sum / count;
  return {mean, std::sqrt(std::max(0.0, squares / count - mean * mean))};
}

} // namespace blockspin::analysis
