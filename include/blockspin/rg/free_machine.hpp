#pragma once
// Machines with free weights and no biases, trained to the least D_KL there is, by exact
// sums where they can be had.

#include <cstdint>
#include <span>
#include <vector>

#include "blockspin/base/array.hpp"
#include "blockspin/base/state.hpp"
#include "blockspin/petsc/minimise.hpp"
#include "blockspin/rg/map_estimate.hpp"
#include "blockspin/rg/torus_sampler.hpp"

namespace blockspin::rg {

/// What a machine is trained on: states and their weights, which sum to 1, of a distribution P that is
/// unchanged when all spins flip.
struct TrainingStates {
  unsigned n_sites = 0;
  std::vector<std::uint64_t> state;
  std::vector<double> weight;
  std::vector<double> ln_p; ///< ln P of each state, exact
  bool is_exact = true;     ///< every state of P (up to a flip), not a sample
};
/// All states of P ~ exp(-H): H on 2^n states, n <= 20, with H(v) = H(-v).
TrainingStates all_states(std::span<const double> hamiltonian);
/// Independent configurations [first, first + n) of a torus. About a microsecond each.
TrainingStates drawn_states(const SmallTorus& torus, const TorusSampler& sampler, std::uint64_t first,
                            std::size_t n, const SafePoint& safe_point = {});

/// E = -sum_ij v_i W_ij h_j on spins. In double precision; ln Z by the sum over all hidden states.
class FreeMachine {
public:
  /// n_hidden <= 16. Sums over many states pass `safe_point` on their way.
  FreeMachine(TrainingStates data, std::size_t n_hidden, SafePoint safe_point = {});

  std::size_t n_visible() const { return data_.n_sites; }
  std::size_t n_hidden() const { return n_hidden_; }
  std::size_t n_weights() const { return n_hidden_ * n_visible(); }
  /// D_KL(P || p) in nats for weights [visible][hidden], <ln p> over the training states;
  /// fills its gradient. Local.
  double kl_divergence(std::span<const double> weights, std::span<double> gradient) const;
  /// Passes the safe point as often as kl_divergence() does: for ranks that wait while others evaluate.
  void pass_safe_points() const;
  /// The same over other states, and its standard error: 0 where they are all states of P. Local.
  Estimated kl_divergence_on(const TrainingStates& states, std::span<const double> weights) const;
  /// H_RBM[h] on the 2^n_hidden states.
  std::vector<double> hidden_hamiltonian(std::span<const double> weights) const;

private:
  double model_term(std::span<const double> weights, std::span<double> gradient) const;

  TrainingStates data_;
  std::size_t n_hidden_;
  SafePoint safe_point_;
};

/// Where the gradient of D_KL has a 2-norm below this, in nats, training ends: at a stationary point.
inline constexpr double stationary_gradient = 1e-5;

/// The end of one training.
struct TrainedFreeMachine {
  std::vector<double> weights;
  double kl_divergence = 0; ///< on the training states
  double gradient_norm = 0;
};
/// The minimum of D_KL that TAO reaches from `start`: a local one as a rule, or where 2000 iterations or
/// rounding ended. Local: every rank runs it alike.
TrainedFreeMachine train_free_machine(const FreeMachine& machine, std::vector<double> start);
/// The same of a D_KL that its caller evaluates.
TrainedFreeMachine train_free_machine(const petsc::Objective& divergence, std::vector<double> start);

} // namespace blockspin::rg
