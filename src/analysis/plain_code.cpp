#include "blockspin/analysis/plain_code.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "blockspin/base/error.hpp"

namespace blockspin::analysis {
namespace {

/// Blocks along each axis, at most `most` in all: the longest side is cut as long as that is allowed.
std::vector<std::uint64_t> blocks_along(const lattice::Geometry& geometry, std::size_t most) {
  const auto& extents = geometry.extents();
  std::vector<std::uint64_t> cuts(extents.size(), 1);
  std::uint64_t n = 1;
  while (true) {
    std::size_t longest = 0;
    for (std::size_t axis = 1; axis < cuts.size(); ++axis)
      if (extents[axis] * cuts[longest] > extents[longest] * cuts[axis]) longest = axis;
    const std::uint64_t more = n / cuts[longest] * (cuts[longest] + 1);
    if (more > most || cuts[longest] == extents[longest]) return cuts;
    ++cuts[longest];
    n = more;
  }
}

Array<double, 2> block_functions(const lattice::Geometry& geometry, std::size_t most) {
  const auto cuts = blocks_along(geometry, most);
  const std::size_t n =
      std::accumulate(cuts.begin(), cuts.end(), std::size_t{1}, [](auto a, auto b) { return a * b; });
  Array<double, 2> functions({n, geometry.n_sites()});
  std::vector<double> size(n);
  std::vector<std::size_t> block(geometry.n_sites());
  for (std::uint64_t site = 0; site < geometry.n_sites(); ++site) {
    const auto place = geometry.coordinates(site);
    for (std::size_t axis = 0; axis < cuts.size(); ++axis)
      block[site] = block[site] * cuts[axis] + place[axis] * cuts[axis] / geometry.extents()[axis];
    ++size[block[site]];
  }
  for (std::uint64_t site = 0; site < geometry.n_sites(); ++site)
    functions(block[site], site) = 1 / std::sqrt(size[block[site]]);
  return functions;
}

/// A wave number in units of 2 pi / extent, one of each pair of opposite ones.
struct Wave {
  lattice::Coordinates number;
  double
      squared; ///< in units of (2 pi / number of sites)^2, turned back beyond half an extent: a whole number
  bool is_own_opposite;
};

std::vector<Wave> waves_of(const lattice::Geometry& geometry) {
  std::vector<Wave> waves;
  for (std::uint64_t k = 0; k < geometry.n_sites(); ++k) {
    Wave wave{geometry.coordinates(k), 0, false};
    lattice::Coordinates opposite{};
    for (int axis = 0; axis < geometry.n_dimensions(); ++axis) {
      const auto a = static_cast<std::size_t>(axis);
      const std::uint64_t extent = geometry.extent(axis);
      opposite[a] = (extent - wave.number[a]) % extent;
      const auto shorter = static_cast<double>(std::min(wave.number[a], extent - wave.number[a]) *
                                               (geometry.n_sites() / extent));
      wave.squared += shorter * shorter;
    }
    wave.is_own_opposite = geometry.site(opposite) == k;
    if (geometry.site(opposite) >= k) waves.push_back(wave);
  }
  std::stable_sort(waves.begin(), waves.end(),
                   [](const Wave& a, const Wave& b) { return a.squared < b.squared; });
  return waves;
}

Array<double, 2> mode_functions(const lattice::Geometry& geometry, std::size_t n) {
  Array<double, 2> functions({n, geometry.n_sites()});
  std::size_t next = 0;
  for (const Wave& wave : waves_of(geometry))
    for (int part = 0; part < (wave.is_own_opposite ? 1 : 2) && next < n; ++part, ++next) {
      const double norm =
          std::sqrt((wave.is_own_opposite ? 1.0 : 2.0) / static_cast<double>(geometry.n_sites()));
      for (std::uint64_t site = 0; site < geometry.n_sites(); ++site) {
        const auto place = geometry.coordinates(site);
        double turns = 0;
        for (int axis = 0; axis < geometry.n_dimensions(); ++axis) {
          const auto a = static_cast<std::size_t>(axis);
          turns += static_cast<double>(wave.number[a] * place[a] % geometry.extent(axis)) /
                   static_cast<double>(geometry.extent(axis));
        }
        const double phase = 2 * std::numbers::pi * turns;
        functions(next, site) = norm * (part == 0 ? std::cos(phase) : std::sin(phase));
      }
    }
  return functions;
}

double projection(std::span<const double> function, std::span<const float> spins) {
  double sum = 0;
  for (std::size_t site = 0; site < spins.size(); ++site) sum += function[site] * spins[site];
  return sum;
}

/// Of the block's first spin.
double first_sign(std::span<const double> function, std::span<const float> spins) {
  const auto first = std::find_if(function.begin(), function.end(), [](double f) { return f != 0; });
  return spins[static_cast<std::size_t>(first - function.begin())];
}

} // namespace

PlainCode::PlainCode(const lattice::Geometry& geometry, Code code, std::size_t n_numbers) : code_(code) {
  require(n_numbers > 0, "a code has a number at least");
  const std::size_t n = std::min<std::size_t>(n_numbers, geometry.n_sites());
  functions_ = code == Code::blocks ? block_functions(geometry, n) : mode_functions(geometry, n);
}

std::vector<float> PlainCode::passed(std::span<const float> spins) const {
  std::vector<double> read(spins.size());
  for (std::size_t k = 0; k < n_numbers(); ++k) {
    const auto function = functions_.view().row(k);
    double number = projection(function, spins);
    if (code_ == Code::blocks) // a sum of equal terms is 0 to rounding or not at all
      number = std::abs(number) > 1e-6 ? std::copysign(1.0, number) : first_sign(function, spins);
    for (std::size_t site = 0; site < spins.size(); ++site) read[site] += number * function[site];
  }
  std::vector<float> back(spins.size());
  // What is 0 on paper counts as up, whatever the rounding.
  std::transform(read.begin(), read.end(), back.begin(), [](double x) { return x < -1e-9 ? -1.0F : 1.0F; });
  return back;
}

Array<double, 2> PlainCode::fields() const {
  Array<double, 2> fields({functions_.extent(1), functions_.extent(0)});
  for (std::size_t k = 0; k < functions_.extent(0); ++k)
    for (std::size_t site = 0; site < functions_.extent(1); ++site) fields(site, k) = functions_(k, site);
  return fields;
}

} // namespace blockspin::analysis
