#include "blockspin/rg/free_machine.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "blockspin/base/error.hpp"
#include "blockspin/petsc/minimise.hpp"
#include "blockspin/rg/couplings.hpp"

namespace blockspin::rg {

FreeMachine::FreeMachine(std::vector<double> hamiltonian, std::size_t n_hidden)
    : hamiltonian_(std::move(hamiltonian)),
      n_visible_(static_cast<std::size_t>(std::countr_zero(hamiltonian_.size()))), n_hidden_(n_hidden),
      ln_z_(-free_energy_of(hamiltonian_)) {
  require(std::has_single_bit(hamiltonian_.size()) && n_visible_ <= 20 && n_hidden <= 20,
          "free machines are trained exactly on 20 units a layer at most");
}

double FreeMachine::kl_divergence(std::span<const double> weights, std::span<double> gradient) const {
  const std::size_t n_half =
      hamiltonian_.size() / 2; // the last spin down: the other half is the same flipped
  std::vector<double> negative_f(n_half, 0.0);
  Array<double, 2> means({n_half, n_hidden_});
  std::vector<double> fields(n_hidden_);
  for (std::uint64_t v = 0; v < n_half; ++v) {
    std::fill(fields.begin(), fields.end(), 0.0);
    for (std::size_t i = 0; i < n_visible_; ++i) {
      const int spin = spin_of(v, static_cast<unsigned>(i));
      for (std::size_t j = 0; j < n_hidden_; ++j) fields[j] += spin * weights[i * n_hidden_ + j];
    }
    for (std::size_t j = 0; j < n_hidden_; ++j) {
      negative_f[v] += ln_2cosh(fields[j]);
      means(v, j) = std::tanh(fields[j]);
    }
  }
  const double ln_z_machine = ln_sum_exp(negative_f) + std::log(2.0);
  std::fill(gradient.begin(), gradient.end(), 0.0);
  double divergence = 0;
  for (std::uint64_t v = 0; v < n_half; ++v) {
    const double ln_data = -hamiltonian_[v] - ln_z_, ln_model = negative_f[v] - ln_z_machine;
    const double data = 2 * std::exp(ln_data), excess = 2 * std::exp(ln_model) - data;
    divergence += data * (ln_data - ln_model);
    for (std::size_t i = 0; i < n_visible_; ++i) {
      const double weight = excess * spin_of(v, static_cast<unsigned>(i));
      for (std::size_t j = 0; j < n_hidden_; ++j) gradient[i * n_hidden_ + j] += weight * means(v, j);
    }
  }
  return divergence;
}

std::vector<double> FreeMachine::hidden_hamiltonian(std::span<const double> weights) const {
  std::vector<double> hamiltonian(std::size_t{1} << n_hidden_, 0.0);
  for (std::uint64_t h = 0; h < hamiltonian.size(); ++h)
    for (std::size_t i = 0; i < n_visible_; ++i) {
      double field = 0;
      for (std::size_t j = 0; j < n_hidden_; ++j)
        field += weights[i * n_hidden_ + j] * spin_of(h, static_cast<unsigned>(j));
      hamiltonian[h] -= ln_2cosh(field);
    }
  return hamiltonian;
}

TrainedFreeMachine train_free_machine(const FreeMachine& machine, std::vector<double> start) {
  TrainedFreeMachine trained{std::move(start), 0, 0, false};
  const auto result = petsc::minimise(
      trained.weights, [&](auto weights, auto gradient) { return machine.kl_divergence(weights, gradient); },
      {.max_iterations = 1000, .gradient_tolerance = 1e-5, .history = 20});
  trained.kl_divergence = result.value;
  trained.iterations = result.iterations;
  trained.converged = result.converged;
  return trained;
}

} // namespace blockspin::rg
