#include "blockspin/rg/free_machine.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "blockspin/base/error.hpp"
#include "blockspin/petsc/minimise.hpp"
#include "blockspin/rg/couplings.hpp"

namespace blockspin::rg {
namespace {

/// fields[j] = sum_i v_i W_ij.
void hidden_fields(std::uint64_t state, std::span<const double> weights, std::span<double> fields) {
  std::fill(fields.begin(), fields.end(), 0.0);
  const std::size_t n_hidden = fields.size();
  for (std::size_t i = 0; i * n_hidden < weights.size(); ++i) {
    const int spin = spin_of(state, static_cast<unsigned>(i));
    for (std::size_t j = 0; j < n_hidden; ++j) fields[j] += spin * weights[i * n_hidden + j];
  }
}

/// fields[i] = sum_j W_ij h_j.
void visible_fields(std::uint64_t state, std::span<const double> weights, std::size_t n_hidden,
                    std::span<double> fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    fields[i] = 0;
    for (std::size_t j = 0; j < n_hidden; ++j)
      fields[i] += weights[i * n_hidden + j] * spin_of(state, static_cast<unsigned>(j));
  }
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
  require(n_hidden <= 16, "free machines have 16 hidden spins at most");
}

/// Returns ln Z and adds its gradient.
double FreeMachine::add_model_term(std::span<const double> weights, std::span<double> gradient) const {
  const auto hamiltonian = hidden_hamiltonian(weights);
  const double ln_z = -free_energy_of(hamiltonian);
  std::vector<double> fields(n_visible());
  for (std::uint64_t h = 0; h < hamiltonian.size(); ++h) {
    const double p = std::exp(-hamiltonian[h] - ln_z);
    visible_fields(h, weights, n_hidden_, fields);
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const double mean = p * std::tanh(fields[i]);
      for (std::size_t j = 0; j < n_hidden_; ++j)
        gradient[i * n_hidden_ + j] += mean * spin_of(h, static_cast<unsigned>(j));
    }
  }
  return ln_z;
}

double FreeMachine::kl_divergence(std::span<const double> weights, std::span<double> gradient) const {
  std::fill(gradient.begin(), gradient.end(), 0.0);
  const double ln_z = add_model_term(weights, gradient);
  std::vector<double> fields(n_hidden_);
  double divergence = ln_z;
  for (std::size_t k = 0; k < data_.state.size(); ++k) {
    if (k % states_at_a_time == 0) pass(safe_point_);
    hidden_fields(data_.state[k], weights, fields);
    divergence += data_.weight[k] * data_.ln_p[k];
    for (double& x : fields) {
      divergence -= data_.weight[k] * ln_2cosh(x);
      x = data_.weight[k] * std::tanh(x);
    }
    for (std::size_t i = 0; i < n_visible(); ++i) {
      const int spin = spin_of(data_.state[k], static_cast<unsigned>(i));
      for (std::size_t j = 0; j < n_hidden_; ++j) gradient[i * n_hidden_ + j] -= spin * fields[j];
    }
  }
  return divergence;
}

Estimated FreeMachine::kl_divergence_on(const TrainingStates& states, std::span<const double> weights) const {
  std::vector<double> fields(n_hidden_);
  const double ln_z = -free_energy_of(hidden_hamiltonian(weights));
  double mean = 0, squares = 0;
  for (std::size_t k = 0; k < states.state.size(); ++k) {
    if (k % states_at_a_time == 0) pass(safe_point_);
    hidden_fields(states.state[k], weights, fields);
    double ln_ratio = states.ln_p[k] + ln_z; // ln P(v) - ln p(v)
    for (const double x : fields) ln_ratio -= ln_2cosh(x);
    mean += states.weight[k] * ln_ratio;
    squares += states.weight[k] * ln_ratio * ln_ratio;
  }
  const double variance = std::max(0.0, squares - mean * mean) / static_cast<double>(states.state.size() - 1);
  return {mean, states.is_exact ? 0 : std::sqrt(variance)};
}

std::vector<double> FreeMachine::hidden_hamiltonian(std::span<const double> weights) const {
  std::vector<double> hamiltonian(std::size_t{1} << n_hidden_, 0.0), fields(n_visible());
  for (std::uint64_t h = 0; h < hamiltonian.size(); ++h) {
    visible_fields(h, weights, n_hidden_, fields);
    for (const double field : fields) hamiltonian[h] -= ln_2cosh(field);
  }
  return hamiltonian;
}

TrainedFreeMachine train_free_machine(const FreeMachine& machine, std::vector<double> start) {
  std::vector<double> evaluations;
  return train_free_machine(machine, std::move(start), evaluations);
}

TrainedFreeMachine train_free_machine(const FreeMachine& machine, std::vector<double> start,
                                      std::vector<double>& evaluations) {
  TrainedFreeMachine trained{std::move(start), 0, 0, false};
  const auto divergence = [&](auto weights, auto gradient) {
    return machine.kl_divergence(weights, gradient);
  };
  const auto result = petsc::minimise(trained.weights, petsc::remembering(divergence, evaluations),
                                      {.max_iterations = 1000, .gradient_tolerance = 1e-5, .history = 20});
  trained.kl_divergence = result.value;
  trained.iterations = result.iterations;
  trained.converged = result.converged;
  return trained;
}

} // namespace blockspin::rg
