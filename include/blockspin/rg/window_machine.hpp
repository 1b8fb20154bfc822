#pragma once
// Block-spin Boltzmann machines: one hidden spin a block, the same few weights around every block, trained
// exactly.

#include <span>
#include <vector>

#include "blockspin/rg/block_transfer.hpp"

namespace blockspin::rg {

/// A Boltzmann machine on a torus with 2x2 blocks: E = -sum_B h_B sum_i lambda_k(i,B) v_i, where i runs over
/// the 4x4 window around block B and k is its class: 0 the block's own sites, 1 the ring's edges, 2 the
/// ring's corners. Its map T = -E + H is no normalised kernel, so D_KL(Ising || machine) measures how good a
/// map it is.
///
/// Exact on 4x4 and 6x6: the distribution of the spins of one window comes from the Ising transfer matrix,
/// once, and the machine's own ln Z from the sum over its 4 or 9 hidden spins.
class WindowMachine {
public:
  explicit WindowMachine(const SmallTorus& torus);
  static constexpr std::size_t n_weights = 3;

  /// D_KL(P || p) in nats, the whole torus; fills its gradient by lambda. Local.
  double kl_divergence(std::span<const double> lambda, std::span<double> gradient) const;
  /// H_RBM[h] for every state of the hidden spins, numbered block by block. It is H_RG[h] of the machine's
  /// map.
  std::vector<double> hidden_hamiltonian(std::span<const double> lambda) const;
  double ln_z(std::span<const double> lambda) const;

private:
  double data_term(std::span<const double> lambda, std::span<double> gradient) const;

  SmallTorus torus_;
  unsigned n_blocks_;           ///< a side
  double negative_entropy_ = 0; ///< <ln P>
  std::vector<double> window_;  ///< probability of each combination of the three class sums
  std::vector<int> class_of_;   ///< [block][site], -1 outside the window
};

/// The lambda of least D_KL that TAO finds from a few starts. Local: every rank runs it alike. Throws
/// ErrorKind::numerical where TAO does not converge.
struct BestWindowMachine {
  std::vector<double> lambda;
  double kl_divergence = 0;
  int iterations = 0;
};
BestWindowMachine best_window_machine(const WindowMachine& machine);

} // namespace blockspin::rg
