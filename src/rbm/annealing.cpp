#include "blockspin/rbm/annealing.hpp"

#include <algorithm>
#include <cmath>

#include "blockspin/rbm/sampling.hpp"

namespace blockspin::rbm {

namespace {

/// ln weights of chains [first, first + n), as many as work in the caches.
std::vector<double> ln_weights(const Machine& machine, const Annealing& annealing,
                               const rng::Generator& draws, std::uint64_t first, std::size_t n) {
  const GibbsSampler sampler(machine);
  Array<float, 2> visible({n, machine.n_visible()}), hidden({n, machine.n_hidden()});
  apply_rule(machine.units, Rule::sampled, {draws, 0, first}, 1.0F,
             visible.view()); // fields are zero: fair coins
  std::vector<double> ln_weight(n, 0.0);
  for (std::uint64_t k = 1; k <= annealing.n_temperatures; ++k) {
    const auto steps = static_cast<double>(annealing.n_temperatures);
    const double beta = static_cast<double>(k) / steps, last = static_cast<double>(k - 1) / steps;
    sampler.hidden_fields(visible.view(), hidden.view());
    for (std::size_t c = 0; c < n; ++c)
      ln_weight[c] += sampler.log_weight(visible.row(c), hidden.row(c), beta) -
                      sampler.log_weight(visible.row(c), hidden.row(c), last);
    if (k == annealing.n_temperatures) break;
    const auto b = static_cast<float>(beta);
    apply_rule(machine.units, Rule::sampled, {draws, 2 * k, first}, b, hidden.view());
    sampler.to_visible(hidden.view(), visible.view(), Rule::sampled, {draws, 2 * k + 1, first}, b);
  }
  return ln_weight;
}

/// ln of the mean of exp(values), and its standard error by error propagation.
LnZEstimate ln_mean_exp(const std::vector<double>& values) {
  const double largest = *std::max_element(values.begin(), values.end()),
               n = static_cast<double>(values.size());
  double sum = 0.0, squares = 0.0;
  for (const double value : values) sum += std::exp(value - largest);
  const double mean = sum / n;
  for (const double value : values) squares += std::pow(std::exp(value - largest) - mean, 2);
  return {largest + std::log(mean), std::sqrt(squares / (n - 1) / n) / mean};
}

} // namespace

LnZEstimate anneal(const Machine& machine, const Annealing& annealing, const rng::Generator& draws,
                   const mpi::Communicator& comm) {
  constexpr std::uint64_t chains_at_a_time = 128;
  const auto mine = mpi::block_range(annealing.n_chains, comm.rank(), comm.size());
  std::vector<double> weights;
  for (std::uint64_t first = mine.first; first < mine.last; first += chains_at_a_time) {
    const auto part =
        ln_weights(machine, annealing, draws, first, std::min(chains_at_a_time, mine.last - first));
    weights.insert(weights.end(), part.begin(), part.end());
  }
  LnZEstimate estimate = ln_mean_exp(comm.gather_all<double>(weights));
  estimate.ln_z += static_cast<double>(machine.n_visible() + machine.n_hidden()) * std::log(2.0);
  return estimate;
}

} // namespace blockspin::rbm
