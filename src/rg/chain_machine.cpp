#include "blockspin/rg/chain_machine.hpp"

#include <cmath>

#include "blockspin/base/error.hpp"
#include "blockspin/rbm/enumeration.hpp"
#include "blockspin/rg/couplings.hpp"

namespace blockspin::rg {
namespace {

/// A unit holds a bond when this share of its squared weight is on the bond's sites, and belongs to no unit
/// when its whole squared weight is below `least_square`.
constexpr double holding_share = 0.9, least_square = 0.05;

/// The bond (its first site) with most of a unit's squared weight, and that share.
struct Held {
  std::size_t bond = 0;
  double share = 0;
  double total = 0;
};

Held held_bond(const rbm::Machine& machine, std::size_t unit) {
  const std::size_t n = machine.n_visible();
  const auto square = [&](std::size_t i) {
    return std::pow(static_cast<double>(machine.weights(i % n, unit)), 2);
  };
  Held held;
  for (std::size_t i = 0; i < n; ++i) held.total += square(i);
  for (std::size_t i = 0; i < n && held.total > 0; ++i) {
    const double share = (square(i) + square(i + 1)) / held.total;
    if (share > held.share) held = {i, share, held.total};
  }
  return held;
}

std::vector<double> weights_of_lone_units(const rbm::Machine& machine) {
  const std::size_t n = machine.n_visible();
  std::vector<Held> held;
  std::vector<int> n_holders(n, 0);
  for (std::size_t j = 0; j < machine.n_hidden(); ++j) {
    held.push_back(held_bond(machine, j));
    // Whoever has half its weight there shares the bond.
    if (held[j].total > least_square && held[j].share > 0.5) ++n_holders[held[j].bond];
  }
  std::vector<double> weights;
  for (std::size_t j = 0; j < held.size(); ++j)
    if (held[j].total > least_square && held[j].share > holding_share && n_holders[held[j].bond] == 1)
      weights.push_back((std::abs(static_cast<double>(machine.weights(held[j].bond, j))) +
                         std::abs(static_cast<double>(machine.weights((held[j].bond + 1) % n, j)))) /
                        2);
  return weights;
}

} // namespace

Estimated mean_and_error(std::span<const double> values) {
  double sum = 0, squares = 0;
  const double n = static_cast<double>(values.size());
  for (const double value : values) sum += value;
  for (const double value : values) squares += (value - sum / n) * (value - sum / n);
  return {sum / n, std::sqrt(squares / (n * (n - 1)))};
}

ChainMachine examine_chain_machine(const rbm::Machine& machine, double coupling) {
  const std::size_t n = machine.n_visible();
  require(n >= 4 && n <= 16, "a chain's machine is examined on 4 to 16 sites");
  std::vector<double> free_energy(std::size_t{1} << n), chain(free_energy.size());
  std::vector<float> values(n);
  for (std::uint64_t v = 0; v < free_energy.size(); ++v) {
    rbm::set_state(v, machine.units, values);
    free_energy[v] = rbm::free_energy(machine, values);
    for (unsigned i = 0; i < n; ++i)
      chain[v] -= coupling * spin_of(v, i) * spin_of(v, (i + 1) % static_cast<unsigned>(n));
  }
  ChainMachine result;
  result.weight = weights_of_lone_units(machine);
  const auto couplings = couplings_of(free_energy);
  std::vector<double> nearest;
  std::vector<bool> is_bond(couplings.size(), false);
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t mask = std::size_t{1} << i | std::size_t{1} << (i + 1) % n;
    nearest.push_back(couplings[mask]);
    is_bond[mask] = true;
  }
  result.coupling = mean_and_error(nearest);
  for (std::size_t mask = 1; mask < couplings.size(); ++mask)
    if (!is_bond[mask]) result.other_coupling = std::max(result.other_coupling, std::abs(couplings[mask]));
  const double f = free_energy_of(chain), f_machine = free_energy_of(free_energy);
  for (std::size_t v = 0; v < chain.size(); ++v)
    result.kl_divergence += std::exp(f - chain[v]) * (f - chain[v] - f_machine + free_energy[v]);
  return result;
}

} // namespace blockspin::rg
