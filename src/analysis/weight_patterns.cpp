#include "blockspin/analysis/weight_patterns.hpp"

#include <algorithm>
#include <complex>
#include <limits>
#include <numbers>

#include "blockspin/base/error.hpp"

namespace blockspin::analysis {

namespace {

using Amplitudes = std::vector<std::complex<double>>;

/// exp(-2 pi i j/n), j = 0 ... n - 1.
Amplitudes roots_of_unity(std::uint64_t n) {
  Amplitudes roots;
  for (std::uint64_t j = 0; j < n; ++j)
    roots.push_back(std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(j) / static_cast<double>(n)));
  return roots;
}

/// The sum over x of values(x) exp(-2 pi i q x/L), axis by axis, in place.
void transform(const lattice::Geometry& geometry, Amplitudes& values) {
  std::uint64_t stride = geometry.n_sites();
  for (const std::uint64_t n : geometry.extents()) {
    stride /= n;
    const Amplitudes root = roots_of_unity(n);
    Amplitudes line(n);
    for (std::uint64_t site = 0; site < geometry.n_sites(); ++site) {
      if (site / stride % n != 0) continue; // a line along the axis begins here
      for (std::uint64_t j = 0; j < n; ++j) line[j] = values[site + j * stride];
      for (std::uint64_t q = 0; q < n; ++q) {
        std::complex<double> sum = 0;
        for (std::uint64_t j = 0; j < n; ++j) sum += line[j] * root[q * j % n];
        values[site + q * stride] = sum;
      }
    }
  }
}

Array<double, 2> fourier_power(const lattice::Geometry& geometry, const Array<double, 2>& vectors,
                               const SafePoint& safe_point) {
  const auto n_sites = static_cast<double>(geometry.n_sites());
  Array<double, 2> power(vectors.shape());
  for (std::size_t k = 0; k < vectors.extent(0); ++k) {
    pass(safe_point);
    Amplitudes values(vectors.row(k).begin(), vectors.row(k).end());
    transform(geometry, values);
    std::ranges::transform(values, power.row(k).begin(),
                           [&](const std::complex<double>& a) { return std::norm(a) / n_sites; });
  }
  return power;
}

std::vector<double> product_by_displacement(const lattice::Geometry& geometry, const Spectrum& spectrum,
                                            const Array<double, 2>& power) {
  Amplitudes sum(geometry.n_sites());
  for (std::size_t k = 0; k < power.extent(0); ++k)
    for (std::size_t q = 0; q < sum.size(); ++q)
      sum[q] += spectrum.singular_value[k] * spectrum.singular_value[k] * power(k, q);
  transform(geometry, sum); // even in q: forwards is backwards
  std::vector<double> mean;
  for (const auto& value : sum) mean.push_back(value.real() / static_cast<double>(geometry.n_sites()));
  return mean;
}

double participation(std::span<const double> vector) {
  double fourth = 0;
  for (const double x : vector) fourth += x * x * x * x;
  return 1 / fourth;
}

double largest_share(View<const double, 2> weights, std::size_t unit) {
  double largest = 0, sum = 0;
  for (std::size_t site = 0; site < weights.extent(0); ++site) {
    const double square = weights(site, unit) * weights(site, unit);
    largest = std::max(largest, square);
    sum += square;
  }
  return sum > 0 ? largest / sum : std::numeric_limits<double>::quiet_NaN();
}

} // namespace

WeightPatterns weight_patterns(const lattice::Geometry& geometry, const Spectrum& spectrum,
                               View<const double, 2> weights, const SafePoint& safe_point) {
  require(weights.extent(0) == geometry.n_sites() && spectrum.left_vector.extent(1) == geometry.n_sites(),
          "patterns on a lattice need weights of its sites");
  WeightPatterns patterns;
  patterns.fourier_power = fourier_power(geometry, spectrum.left_vector, safe_point);
  for (std::size_t k = 0; k < spectrum.left_vector.extent(0); ++k)
    patterns.participation.push_back(participation(spectrum.left_vector.row(k)));
  patterns.product_by_displacement = product_by_displacement(geometry, spectrum, patterns.fourier_power);
  for (std::size_t unit = 0; unit < weights.extent(1); ++unit)
    patterns.largest_share.push_back(largest_share(weights, unit));
  patterns.n_copies = static_cast<std::uint64_t>(
      std::ranges::count_if(patterns.largest_share, [](double share) { return share > copy_share; }));
  return patterns;
}

} // namespace blockspin::analysis
