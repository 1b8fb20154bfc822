#include "blockspin/rg/renormalised_check.hpp"

#include <algorithm>
#include <cmath>

#include "blockspin/base/error.hpp"
#include "blockspin/rg/couplings.hpp"

namespace blockspin::rg {
namespace {

/// ln p(values | fields) of units that are independent given their fields.
double ln_conditional(rbm::Units units, std::span<const float> values, std::span<const double> fields) {
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    sum += values[i] * fields[i] - rbm::ln_partition(units, fields[i]);
  return sum;
}

/// The Ising Hamiltonian of unit values, on +1 and off -1.
double hamiltonian_of(const SpinModel& model, std::span<const float> visible) {
  std::vector<std::int8_t> spins(visible.size());
  for (std::size_t i = 0; i < spins.size(); ++i) spins[i] = visible[i] > 0 ? 1 : -1;
  return model.hamiltonian(spins);
}

} // namespace

std::vector<float> drawn_units(rbm::Units units, std::span<const double> fields,
                               const rng::Generator& generator, std::uint64_t sequence) {
  std::vector<float> values(fields.size());
  const double off = rbm::off_value(units);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double on = (rbm::mean_value(units, fields[i]) - off) / (1 - off);
    values[i] = generator.uniform(sequence, i) < on ? 1.0F : rbm::off_value(units);
  }
  return values;
}

RenormalisedPair check_renormalised(const rbm::Machine& machine, const SpinModel& model,
                                    std::span<const float> hidden, std::size_t n_draws,
                                    const rng::Generator& generator, std::uint64_t sequence) {
  require(n_draws > 0 && model.n_sites == machine.n_visible(),
          "a check needs draws, and the machine's sites");
  std::vector<double> visible_fields(machine.n_visible()), hidden_fields(machine.n_hidden());
  rbm::visible_fields(machine, hidden, visible_fields);
  std::vector<double> ln_ratio; // T(v,h) - H[v] - ln p(v|h)
  for (std::size_t k = 0; k < n_draws; ++k) {
    const auto visible = drawn_units(machine.units, visible_fields, generator, sequence + k);
    rbm::hidden_fields(machine, visible, hidden_fields);
    const double energy = hamiltonian_of(model, visible);
    const double map =
        ln_conditional(machine.units, hidden, hidden_fields) + energy - rbm::free_energy(machine, visible);
    ln_ratio.push_back(map - energy - ln_conditional(machine.units, visible, visible_fields));
  }
  const auto [least, most] = std::minmax_element(ln_ratio.begin(), ln_ratio.end());
  return {-(ln_sum_exp(ln_ratio) - std::log(static_cast<double>(n_draws))), *most - *least,
          rbm::hidden_free_energy(machine, hidden)};
}

} // namespace blockspin::rg
