#pragma once
// Block-spin Boltzmann machines: one hidden spin a block, the same few weights around
// every block, trained exactly.

#include <span>
#include <vector>

#include "blockspin/rg/block_transfer.hpp"

namespace blockspin::rg {

/// The (b + 2) x (b + 2) sites around a b x b block, in classes that the block's symmetries turn into one
/// another, numbered from the inside outwards. b = 2: the block, the ring's edges, its corners. b = 3: the
/// block's centre, edges, corners, and the ring's middles, the places beside them, its corners.
class WindowShape {
public:
  explicit WindowShape(unsigned block_side);
  unsigned side() const { return side_; }
  std::size_t n_classes() const { return sizes_.size(); }
  unsigned class_at(unsigned row, unsigned column) const { return classes_[row * side_ + column]; }
  /// sum over the window of the weight of each site's class.
  double total(std::span<const double> lambda) const;

  /// The up spins of every class as one number, up_k times stride(k) summed; n_sums numbers in all.
  std::size_t n_sums() const { return n_sums_; }
  std::size_t stride(unsigned k) const { return strides_[k]; }
  /// The sums of the spins of each class.
  std::vector<int> sums(std::size_t index) const;

private:
  unsigned side_;
  std::size_t n_sums_ = 1;
  std::vector<unsigned> classes_, sizes_;
  std::vector<std::size_t> strides_;
};

/// A Boltzmann machine on a torus with 2x2 or 3x3 blocks: E = -sum_B h_B sum_i lambda_k(i,B) v_i, where i
/// runs over the window around block B and k is its class. Its map T = -E + H is no normalised kernel, so
/// D_KL(Ising || machine) measures how good a map it is.
/// Exact on 4x4 (2x2 blocks) and 6x6: the distribution of the spins of one window comes from the Ising
/// transfer matrix, once, and the machine's own ln Z from the sum over its 4 or 9 hidden spins.
class WindowMachine {
public:
  explicit WindowMachine(const SmallTorus& torus, unsigned block_side = 2);
  const WindowShape& shape() const { return shape_; }
  std::size_t n_weights() const { return shape_.n_classes(); }

  /// D_KL(P || p) in nats, the whole torus; fills its gradient by lambda. Local.
  double kl_divergence(std::span<const double> lambda, std::span<double> gradient) const;
  /// H_RBM[h] for every state of the hidden spins, numbered block by block. It is
  /// H_RG[h] of the machine's map.
  std::vector<double> hidden_hamiltonian(std::span<const double> lambda) const;
  double ln_z(std::span<const double> lambda) const;
  /// The same machine as free weights, [site][hidden].
  std::vector<double> weights(std::span<const double> lambda) const;

private:
  double data_term(std::span<const double> lambda, std::span<double> gradient) const;

  SmallTorus torus_;
  WindowShape shape_;
  unsigned n_blocks_;           ///< a side
  double negative_entropy_ = 0; ///< <ln P>
  std::vector<double> window_;  ///< probability of each combination of class sums
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
