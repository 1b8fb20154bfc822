#include "blockspin/rbm/machine.hpp"

#include <algorithm>
#include <cmath>

#include "blockspin/base/error.hpp"

namespace blockspin::rbm {

namespace {

bool finite(std::span<const float> values) {
  return std::all_of(values.begin(), values.end(), [](float x) { return std::isfinite(x); });
}

double dot(std::span<const float> a, std::span<const float> b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

/// -b.v - sum_j ln sum_h exp(h x_j): the other layer summed out.
double marginal_energy(Units units, std::span<const float> bias, std::span<const float> values,
                       std::span<const double> fields) {
  double sum = dot(bias, values);
  for (const double x : fields) sum += ln_partition(units, x);
  return -sum;
}

} // namespace

Machine::Machine(Units kind, std::size_t n_visible_units, std::size_t n_hidden_units)
    : units(kind), weights({n_visible_units, n_hidden_units}), visible_bias(n_visible_units),
      hidden_bias(n_hidden_units) {}

Machine Machine::transposed() const {
  Machine other(units, n_hidden(), n_visible());
  for (std::size_t i = 0; i < n_visible(); ++i)
    for (std::size_t j = 0; j < n_hidden(); ++j) other.weights(j, i) = weights(i, j);
  other.visible_bias = hidden_bias;
  other.hidden_bias = visible_bias;
  return other;
}

bool Machine::all_finite() const {
  return finite(weights.flat()) && finite(visible_bias) && finite(hidden_bias);
}

double ln_partition(Units units, double x) {
  if (units == Units::spin) return std::abs(x) + std::log1p(std::exp(-2.0 * std::abs(x)));
  return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
}

double mean_value(Units units, double x) {
  return units == Units::spin ? std::tanh(x) : 0.5 * (1.0 + std::tanh(0.5 * x));
}

double energy(const Machine& machine, std::span<const float> visible, std::span<const float> hidden) {
  std::vector<double> fields(machine.n_hidden());
  hidden_fields(machine, visible, fields);
  double sum = dot(machine.visible_bias, visible);
  for (std::size_t j = 0; j < hidden.size(); ++j) sum += fields[j] * hidden[j];
  return -sum;
}

void hidden_fields(const Machine& machine, std::span<const float> visible, std::span<double> fields) {
  require(visible.size() == machine.n_visible() && fields.size() == machine.n_hidden(),
          "hidden fields: sizes do not match the machine");
  std::copy(machine.hidden_bias.begin(), machine.hidden_bias.end(), fields.begin());
  for (std::size_t i = 0; i < visible.size(); ++i) {
    const auto row = machine.weights.row(i);
    const double v = visible[i];
    if (v != 0.0)
      for (std::size_t j = 0; j < fields.size(); ++j) fields[j] += v * row[j];
  }
}

void visible_fields(const Machine& machine, std::span<const float> hidden, std::span<double> fields) {
  require(hidden.size() == machine.n_hidden() && fields.size() == machine.n_visible(),
          "visible fields: sizes do not match the machine");
  for (std::size_t i = 0; i < fields.size(); ++i)
    fields[i] = machine.visible_bias[i] + dot(machine.weights.row(i), hidden);
}

double free_energy(const Machine& machine, std::span<const float> visible) {
  std::vector<double> fields(machine.n_hidden());
  hidden_fields(machine, visible, fields);
  return free_energy(machine, visible, fields);
}

double free_energy(const Machine& machine, std::span<const float> visible, std::span<const double> fields) {
  return marginal_energy(machine.units, machine.visible_bias, visible, fields);
}

void free_energies(const Machine& machine, const PackedView& configurations, std::span<double> out) {
  require(configurations.n_sites == machine.n_visible() && out.size() == configurations.n_configurations(),
          "free energies: sizes do not match");
  std::vector<float> visible(machine.n_visible());
  for (std::size_t i = 0; i < out.size(); ++i) {
    unpack(configurations.bytes.row(i), visible, off_value(machine.units), 1.0F);
    out[i] = free_energy(machine, visible);
  }
}

double hidden_free_energy(const Machine& machine, std::span<const float> hidden) {
  std::vector<double> fields(machine.n_visible());
  visible_fields(machine, hidden, fields);
  return marginal_energy(machine.units, machine.hidden_bias, hidden, fields);
}

} // namespace blockspin::rbm
