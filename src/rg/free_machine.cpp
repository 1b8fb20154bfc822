#include "blockspin/rg/free_machine.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

#include "blockspin/base/error.hpp"
#include "blockspin/rg/couplings.hpp"
#include "spin_tables.hpp"

namespace blockspin::rg {
namespace {

/// Turns fields into weight tanh(field); returns the sum of ln 2cosh(field). One logarithm serves all: each
/// factor of the product is at most 2.
double respond(std::span<double> fields, double weight) {
  double magnitude = 0, product = 1;
  for (double& field : fields) {
    const double a = std::abs(field), e = std::exp(-2 * a);
    magnitude += a;
    product *= 1 + e;
    field = std::copysign(weight * (1 - e) / (1 + e), field);
  }
  return magnitude + std::log(product);
}

/// W_ij [visible][hidden] as [hidden][visible].
std::vector<double> transposed(std::span<const double> weights, std::size_t n_hidden) {
  const std::size_t n_visible = weights.size() / n_hidden;
  std::vector<double> by_hidden(weights.size());
  for (std::size_t i = 0; i < n_visible; ++i)
    for (std::size_t j = 0; j < n_hidden; ++j) by_hidden[j * n_visible + i] = weights[i * n_hidden + j];
  return by_hidden;
}

/// States between two safe points: some milliseconds.
constexpr std::size_t states_at_a_time = 4096;

} // namespace

TrainingStates all_states(std::span<const double> hamiltonian) {
  require(std::has_single_bit(hamiltonian.size()) && hamiltonian.size() <= std::size_t{1} << 20,
          "all states are listed for 20 spins at most");
  TrainingStates all{static_cast<unsigned>(std::countr_zero(hamiltonian.size())), {}, {}, {}, true};
  const double f = free_energy_of(hamiltonian);
  // The last spin down: the other half is the same flipped.
  for (std::uint64_t state = 0; state < hamiltonian.size() / 2; ++state) {
    all.state.push_back(state);
    all.ln_p.push_back(f - hamiltonian[state]);
    all.weight.push_back(2 * std::exp(all.ln_p.back()));
  }
  return all;
}

TrainingStates drawn_states(const SmallTorus& torus, const TorusSampler& sampler, std::uint64_t first,
                            std::size_t n, const SafePoint& safe_point) {
  TrainingStates drawn{
      torus.side * torus.side, {}, std::vector<double>(n, 1.0 / static_cast<double>(n)), {}, false};
  const double ln_norm = ln_z(torus);
  for (std::size_t i = 0; i < n; ++i) {
    if (i % states_at_a_time == 0) pass(safe_point);
    drawn.state.push_back(sampler.draw(first + i));
    drawn.ln_p.push_back(torus.coupling * bond_sum(torus, drawn.state.back()) - ln_norm);
  }
  return drawn;
}

FreeMachine::FreeMachine(TrainingStates data, std::size_t n_hidden, SafePoint safe_point)
    : data_(std::move(data)), n_hidden_(n_hidden), safe_point_(std::move(safe_point)) {
  require(n_hidden >= 1 && n_hidden <= 16, "free machines have 1 to 16 hidden spins");
}

void FreeMachine::pass_safe_points() const {
  for (std::size_t k = 0; k < data_.state.size(); k += states_at_a_time) pass(safe_point_);
}

/// Returns ln Z; its gradient becomes `gradient`. Hidden states come in pairs that a flip of all exchanges.
double FreeMachine::model_term(std::span<const double> weights, std::span<double> gradient) const {
  const std::size_t n_states = std::size_t{1} << (n_hidden_ - 1);
  const SpinSums fields(transposed(weights, n_hidden_), n_visible());
  Array<double, 2> means({n_states, n_visible()});
  std::vector<double> ln_weight(n_states);
  for (std::uint64_t h = 0; h < n_states; ++h) {
    fields.of(h, means.row(h));
    ln_weight[h] = respond(means.row(h), 1.0);
  }
  const double ln_half = ln_sum_exp(ln_weight);
  SpinProducts products(n_hidden_, n_visible());
  for (std::uint64_t h = 0; h < n_states; ++h) {
    const double p = std::exp(ln_weight[h] - ln_half);
    for (double& mean : means.row(h)) mean *= p;
    products.add(h, means.row(h));
  }
  const auto slope = products.sums(); // [hidden][visible]
  for (std::size_t i = 0; i < n_visible(); ++i)
    for (std::size_t j = 0; j < n_hidden_; ++j) gradient[i * n_hidden_ + j] = slope(j, i);
  return ln_half + std::numbers::ln2;
}

double FreeMachine::kl_divergence(std::span<const double> weights, std::span<double> gradient) const {
  double divergence = model_term(weights, gradient);
  const SpinSums sums(weights, n_hidden_);
  SpinProducts products(n_visible(), n_hidden_);
  std::vector<double> fields(n_hidden_);
  for (std::size_t k = 0; k < data_.state.size(); ++k) {
    if (k % states_at_a_time == 0) pass(safe_point_);
    sums.of(data_.state[k], fields);
    divergence += data_.weight[k] * (data_.ln_p[k] - respond(fields, data_.weight[k]));
    products.add(data_.state[k], fields);
  }
  const auto slope = products.sums();
  for (std::size_t k = 0; k < gradient.size(); ++k) gradient[k] -= slope.flat()[k];
  return divergence;
}

Estimated FreeMachine::kl_divergence_on(const TrainingStates& states, std::span<const double> weights) const {
  const SpinSums sums(weights, n_hidden_);
  std::vector<double> fields(n_hidden_);
  const double ln_z = -free_energy_of(hidden_hamiltonian(weights));
  double mean = 0, squares = 0;
  for (std::size_t k = 0; k < states.state.size(); ++k) {
    if (k % states_at_a_time == 0) pass(safe_point_);
    sums.of(states.state[k], fields);
    const double ln_ratio = states.ln_p[k] + ln_z - respond(fields, 1.0); // ln P(v) - ln p(v)
    mean += states.weight[k] * ln_ratio;
    squares += states.weight[k] * ln_ratio * ln_ratio;
  }
  const double variance = std::max(0.0, squares - mean * mean) / static_cast<double>(states.state.size() - 1);
  return {mean, states.is_exact ? 0 : std::sqrt(variance)};
}

std::vector<double> FreeMachine::hidden_hamiltonian(std::span<const double> weights) const {
  const SpinSums sums(transposed(weights, n_hidden_), n_visible());
  std::vector<double> hamiltonian(std::size_t{1} << n_hidden_), fields(n_visible());
  for (std::uint64_t h = 0; h < hamiltonian.size(); ++h) {
    sums.of(h, fields);
    hamiltonian[h] = -respond(fields, 1.0);
  }
  return hamiltonian;
}

TrainedFreeMachine train_free_machine(const FreeMachine& machine, std::vector<double> start) {
  return train_free_machine(
      [&](auto weights, auto gradient) { return machine.kl_divergence(weights, gradient); },
      std::move(start));
}

TrainedFreeMachine train_free_machine(const petsc::Objective& divergence, std::vector<double> start) {
  TrainedFreeMachine trained{std::move(start), 0, 0};
  const auto result =
      petsc::minimise(trained.weights, divergence,
                      {.max_iterations = 2000, .gradient_tolerance = stationary_gradient, .history = 64});
  trained.kl_divergence = result.value;
  trained.gradient_norm = result.gradient_norm;
  return trained;
}

} // namespace blockspin::rg
