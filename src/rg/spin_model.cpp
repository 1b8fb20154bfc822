#include "blockspin/rg/spin_model.hpp"

#include <numeric>

#include "blockspin/base/error.hpp"
#include "blockspin/rg/couplings.hpp"

namespace blockspin::rg {

std::vector<Bond> periodic_bonds(std::span<const std::uint64_t> extents) {
  std::uint64_t n_sites = 1;
  for (const std::uint64_t extent : extents) n_sites *= extent;
  std::vector<Bond> bonds;
  std::uint64_t stride = n_sites;
  for (const std::uint64_t extent : extents) {
    const std::uint64_t outer = stride; // sites spanned by one step of the axis before
    stride /= extent;
    if (extent == 1) continue;
    for (std::uint64_t site = 0; site < n_sites; ++site) {
      const bool wraps = site % outer / stride + 1 == extent;
      const std::uint64_t neighbour = wraps ? site + stride - outer : site + stride;
      bonds.emplace_back(static_cast<std::uint32_t>(site), static_cast<std::uint32_t>(neighbour));
    }
  }
  return bonds;
}

std::int64_t SpinModel::bond_sum(std::span<const std::int8_t> spins) const {
  std::int64_t sum = 0;
  for (const auto& [i, j] : bonds) sum += spins[i] * spins[j];
  return sum;
}

double SpinModel::hamiltonian(std::span<const std::int8_t> spins) const {
  const std::int64_t magnetization = std::accumulate(spins.begin(), spins.end(), std::int64_t{0});
  return -coupling * static_cast<double>(bond_sum(spins)) - field * static_cast<double>(magnetization);
}

std::vector<double> SpinModel::all_energies() const {
  require(n_sites <= 24, "energies are listed for 24 spins at most");
  std::vector<double> energies(std::size_t{1} << n_sites);
  std::vector<std::int8_t> spins(n_sites);
  for (std::uint64_t state = 0; state < energies.size(); ++state) {
    for (unsigned i = 0; i < n_sites; ++i) spins[i] = static_cast<std::int8_t>(spin_of(state, i));
    energies[state] = hamiltonian(spins);
  }
  return energies;
}

} // namespace blockspin::rg
