#include "blockspin/rg/exact_map.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "blockspin/base/error.hpp"
#include "blockspin/rbm/enumeration.hpp"
#include "blockspin/rg/couplings.hpp"

namespace blockspin::rg {
namespace {

/// The columns of a row-major table reduced by ln sum exp, in one pass over its rows and without a transpose.
std::vector<double> column_ln_sums(std::span<const double> hamiltonian, View<const double, 2> map) {
  const std::size_t n_h = map.extent(1);
  std::vector<double> largest(n_h, -HUGE_VAL), sum(n_h, 0.0);
  for (std::size_t v = 0; v < map.extent(0); ++v)
    for (std::size_t h = 0; h < n_h; ++h) largest[h] = std::max(largest[h], map(v, h) - hamiltonian[v]);
  for (std::size_t v = 0; v < map.extent(0); ++v)
    for (std::size_t h = 0; h < n_h; ++h) sum[h] += std::exp(map(v, h) - hamiltonian[v] - largest[h]);
  for (std::size_t h = 0; h < n_h; ++h) sum[h] = largest[h] + std::log(sum[h]);
  return sum;
}

void add_averages(std::span<const double> hamiltonian, ExactMap& map) {
  std::vector<double> ln_joint(hamiltonian.size()); // ln of the unnormalised marginal p(v)
  for (std::size_t v = 0; v < hamiltonian.size(); ++v) ln_joint[v] = map.ln_trace[v] - hamiltonian[v];
  const double ln_z = -map.free_energy_visible;
  const double ln_z_map = ln_sum_exp(ln_joint);
  map.ln_mean_trace = ln_z_map - ln_z;
  for (std::size_t v = 0; v < hamiltonian.size(); ++v) {
    const double ln_p = -hamiltonian[v] - ln_z;
    map.ln_trace_mean += std::exp(ln_p) * map.ln_trace[v];
    map.kl_divergence += std::exp(ln_p) * (ln_p - (ln_joint[v] - ln_z_map));
  }
  double variance = 0;
  for (std::size_t v = 0; v < hamiltonian.size(); ++v)
    variance += std::exp(-hamiltonian[v] - ln_z) * std::pow(map.ln_trace[v] - map.ln_trace_mean, 2);
  map.ln_trace_std = std::sqrt(variance);
}

std::vector<float> unit_values(rbm::Units units, std::uint64_t state, std::size_t n) {
  std::vector<float> values(n);
  rbm::set_state(state, units, values);
  return values;
}

} // namespace

ExactMap examine_map(std::span<const double> hamiltonian, View<const double, 2> map) {
  require(map.extent(0) == hamiltonian.size() && std::has_single_bit(map.extent(1)),
          "a map has T for every v and h");
  ExactMap result;
  for (std::size_t v = 0; v < hamiltonian.size(); ++v) result.ln_trace.push_back(ln_sum_exp(map.row(v)));
  result.renormalised = column_ln_sums(hamiltonian, map);
  for (double& energy : result.renormalised) energy = -energy;
  result.free_energy_visible = free_energy_of(hamiltonian);
  result.free_energy_hidden = free_energy_of(result.renormalised);
  result.delta_f = result.free_energy_hidden - result.free_energy_visible;
  add_averages(hamiltonian, result);
  return result;
}

Array<double, 2> machine_map(const rbm::Machine& machine, std::span<const double> hamiltonian) {
  const std::size_t n_h = machine.n_hidden();
  require(machine.n_visible() + n_h <= 24 && hamiltonian.size() == std::size_t{1} << machine.n_visible(),
          "a machine's map is listed for 24 units at most");
  Array<double, 2> map({hamiltonian.size(), std::size_t{1} << n_h});
  std::vector<double> fields(n_h);
  for (std::size_t v = 0; v < map.extent(0); ++v) {
    const auto visible = unit_values(machine.units, v, machine.n_visible());
    rbm::hidden_fields(machine, visible, fields);
    double of_visible = hamiltonian[v];
    for (std::size_t i = 0; i < visible.size(); ++i) of_visible += machine.visible_bias[i] * visible[i];
    for (std::size_t h = 0; h < map.extent(1); ++h) {
      double value = of_visible;
      for (std::size_t j = 0; j < n_h; ++j)
        value += (h >> j & 1) != 0 ? fields[j] : fields[j] * rbm::off_value(machine.units);
      map(v, h) = value;
    }
  }
  return map;
}

double IdentityErrors::largest() const {
  return std::max({trace, renormalised, conditional, mean_trace, delta_f, kl_divergence});
}

IdentityErrors check_identities(const rbm::Machine& machine, std::span<const double> hamiltonian,
                                const ExactMap& map) {
  IdentityErrors errors;
  const std::size_t n_v = machine.n_visible(), n_h = machine.n_hidden();
  const Array<double, 2> table = machine_map(machine, hamiltonian);
  std::vector<double> fields(n_h);
  for (std::size_t v = 0; v < hamiltonian.size(); ++v) {
    const auto visible = unit_values(machine.units, v, n_v);
    const double difference = hamiltonian[v] - rbm::free_energy(machine, visible);
    errors.trace = std::max(errors.trace, std::abs(map.ln_trace[v] - difference));
    rbm::hidden_fields(machine, visible, fields);
    for (std::size_t h = 0; h < table.extent(1); ++h) {
      double ln_conditional = 0;
      for (std::size_t j = 0; j < n_h; ++j)
        ln_conditional += ((h >> j & 1) != 0 ? fields[j] : fields[j] * rbm::off_value(machine.units)) -
                          rbm::ln_partition(machine.units, fields[j]);
      errors.conditional = std::max(errors.conditional, std::abs(table(v, h) - ln_conditional - difference));
    }
  }
  for (std::size_t h = 0; h < map.renormalised.size(); ++h)
    errors.renormalised = std::max(
        errors.renormalised,
        std::abs(map.renormalised[h] - rbm::hidden_free_energy(machine, unit_values(machine.units, h, n_h))));
  const double ln_ratio = rbm::ln_z(machine) + map.free_energy_visible; // ln Z_RBM - ln Z
  errors.mean_trace = std::abs(map.ln_mean_trace - ln_ratio);
  errors.delta_f = std::abs(map.delta_f + ln_ratio);
  errors.kl_divergence = std::abs(map.kl_divergence - (ln_ratio - map.ln_trace_mean));
  return errors;
}

} // namespace blockspin::rg
