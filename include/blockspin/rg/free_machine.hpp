#pragma once
// Machines with free weights and no biases, trained to the least D_KL there is, by summing over every state.

#include <span>
#include <vector>

#include "blockspin/base/array.hpp"

namespace blockspin::rg {

/// E = -sum_ij v_i W_ij h_j on spins, against an Ising-like distribution P ~ exp(-H) on a few sites that is
/// unchanged when all spins flip. In double precision; each evaluation sums over half of the 2^n states.
class FreeMachine {
public:
  /// hamiltonian: H on 2^n states, n <= 20, with H(v) = H(-v).
  FreeMachine(std::vector<double> hamiltonian, std::size_t n_hidden);

  std::size_t n_visible() const { return n_visible_; }
  std::size_t n_hidden() const { return n_hidden_; }
  /// D_KL(P || p) in nats for weights [visible][hidden]; fills its gradient. Local.
  double kl_divergence(std::span<const double> weights, std::span<double> gradient) const;
  /// H_RBM[h] on the 2^n_hidden states.
  std::vector<double> hidden_hamiltonian(std::span<const double> weights) const;

private:
  std::vector<double> hamiltonian_;
  std::size_t n_visible_;
  std::size_t n_hidden_;
  double ln_z_;
};

/// The weights of least D_KL that TAO reaches from `start`. Local: every rank runs it alike. The minimum may
/// be a local one; converged tells whether TAO met its tolerance within its iterations.
struct TrainedFreeMachine {
  std::vector<double> weights;
  double kl_divergence = 0;
  int iterations = 0;
  bool converged = false;
};
TrainedFreeMachine train_free_machine(const FreeMachine& machine, std::vector<double> start);

} // namespace blockspin::rg
