#include "blockspin/rg/lattice_functions.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "blockspin/rg/response_sums.hpp"

namespace blockspin::rg {
namespace {

/// Coordinates of a row-major place, and back.
std::vector<std::uint64_t> place_of(std::uint64_t site, std::span<const std::uint64_t> extents) {
  std::vector<std::uint64_t> place(extents.size());
  for (std::size_t axis = extents.size(); axis-- > 0; site /= extents[axis])
    place[axis] = site % extents[axis];
  return place;
}
std::uint64_t site_of(std::span<const std::uint64_t> place, std::span<const std::uint64_t> extents) {
  std::uint64_t site = 0;
  for (std::size_t axis = 0; axis < extents.size(); ++axis) site = site * extents[axis] + place[axis];
  return site;
}

double sum(std::span<const double> values) { return std::accumulate(values.begin(), values.end(), 0.0); }

/// Block spins of sums; 0 is the mean of a tie.
std::vector<double> signs_of(std::span<const float> spins, std::span<const std::uint32_t> of_site,
                             std::size_t n) {
  std::vector<double> block(n, 0.0);
  for (std::size_t site = 0; site < spins.size(); ++site) block[of_site[site]] += spins[site];
  for (double& b : block) b = b > 0 ? 1 : b < 0 ? -1 : 0;
  return block;
}

} // namespace

LatticeFunctions::LatticeFunctions(const ising::RowLattice& lattice) {
  const auto& extents = lattice.extents();
  for (std::uint64_t b = 2; 2 * b <= std::ranges::min(extents); ++b)
    if (std::ranges::all_of(extents, [b](std::uint64_t extent) { return extent % b == 0; }))
      factors_.push_back(b);
  for (const std::uint64_t b : factors_) blocks_.push_back(blocks_of(lattice, b));
}

LatticeFunctions::Blocks LatticeFunctions::blocks_of(const ising::RowLattice& lattice, std::uint64_t factor) {
  std::vector<std::uint64_t> coarse = lattice.extents();
  for (std::uint64_t& extent : coarse) extent /= factor;
  Blocks blocks{{}, {}, ising::RowLattice(coarse).n_sites()};
  for (std::uint64_t site = 0; site < lattice.n_sites(); ++site) {
    auto place = place_of(site, lattice.extents());
    for (std::uint64_t& x : place) x /= factor;
    blocks.of_site.push_back(static_cast<std::uint32_t>(site_of(place, coarse)));
  }
  for (std::size_t axis = 0; axis < coarse.size(); ++axis)
    for (std::uint64_t block = 0; block < blocks.n; ++block) {
      auto place = place_of(block, coarse);
      place[axis] = (place[axis] + 1) % coarse[axis];
      blocks.next.push_back(static_cast<std::uint32_t>(site_of(place, coarse)));
    }
  return blocks;
}

FunctionValues LatticeFunctions::measure(View<const float, 2> spins, std::uint64_t) const {
  FunctionValues values{Array<std::int64_t, 2>({spins.extent(0), n_even()}),
                        Array<std::int64_t, 2>({spins.extent(0), n_odd()})};
  for (std::size_t c = 0; c < spins.extent(0); ++c) {
    const auto row = spins.row(c);
    const double m = std::accumulate(row.begin(), row.end(), 0.0), n_sites = static_cast<double>(row.size());
    values.even(c, 0) = on_grid(m * m / n_sites);
    values.odd(c, 0) = on_grid(m / n_sites);
    for (std::size_t k = 0; k < blocks_.size(); ++k) {
      const Blocks& blocks = blocks_[k];
      const std::vector<double> sign = signs_of(row, blocks.of_site, blocks.n);
      double bonds = 0;
      for (std::size_t i = 0; i < blocks.next.size(); ++i) bonds += sign[i % blocks.n] * sign[blocks.next[i]];
      const double total = sum(sign), n = static_cast<double>(blocks.n);
      const auto n_ties = static_cast<double>(std::ranges::count(sign, 0.0)); // whose squares are 1
      values.even(c, 1 + 2 * k) = on_grid(bonds / n);
      values.even(c, 2 + 2 * k) = on_grid((total * total + n_ties) / n);
      values.odd(c, 1 + k) = on_grid(total / n);
    }
  }
  return values;
}

} // namespace blockspin::rg
