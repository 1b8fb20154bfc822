#pragma once
// The sum of a minibatch's gradient, exact in floating point, so that the ranks'
// parts may be added in any order.
// Hidden means lie on the grid 2^-g; visible values are -1, 0, 1: every partial sum over n terms is a
// multiple of 2^-g below n, exact in float32 while n <= 2^(24-g). Real visible values (means, hidden
// probabilities of a lower machine) lie on 2^-15 and are summed in double, exact up to 2^22 terms.

#include <span>
#include <vector>

#include "blockspin/base/array.hpp"
#include "blockspin/mpi/communicator.hpp"
#include "blockspin/rbm/product.hpp"
#include "blockspin/train/centring.hpp"

namespace blockspin::train {

/// Grid of real visible values and, where the sums are in double, of hidden means.
constexpr int real_grid_bits = 15;
/// Bits after the point of hidden means for sums of n_terms terms: min(15, 24 - log2 n_terms).
int hidden_grid_bits(std::uint64_t n_terms);

/// sum_data (v h, v, h) - sum_model (v h, v, h).
class GradientSum {
public:
  GradientSum() = default;
  /// `real`: visible values are real. `centred`: sums over the data alone are kept as well.
  GradientSum(std::size_t n_visible, std::size_t n_hidden, bool real, bool centred = false);

  /// Sets the sum to that of these rows: the first n_data of visible [n, V] and means [n, H] count plus, the
  /// others minus; `means` comes back with the latter negated. Local.
  void set(View<const float, 2> visible, View<float, 2> means, std::size_t n_data);
  /// Adds up the ranks' parts; the same bits for every division of the rows over ranks. Collective.
  void add_ranks(const mpi::Communicator& comm);

  /// Moves the offsets to the data, n_samples over all ranks, and makes the sum that of the centred gradient. Local, on
  /// identical numbers on every rank; after add_ranks().
  void centre(Centring& centring, std::uint64_t n_samples);

  std::span<const float> weights() const { return weights_.values(); } ///< as panels
  std::span<const float> visible_bias() const { return {biases_.data(), n_visible_}; }
  std::span<const float> hidden_bias() const { return std::span(biases_).subspan(n_visible_); }

private:
  void set_biases(View<const float, 2> visible, View<const float, 2> means, std::size_t n_data);
  void add_products(View<const float, 2> visible);
  void set_real(View<const float, 2> visible, View<const float, 2> means);

  std::size_t n_visible_ = 0;
  bool real_ = false;
  rbm::Panels<float> weights_;
  rbm::Panels<float> right_;
  rbm::RoundedPanels right_terms_;
  rbm::Panels<double> real_weights_;
  std::vector<double> real_biases_;
  std::vector<double> data_sums_; ///< of v, then of h, over data alone; empty if the gradient is not centred
  std::vector<float> biases_;
};

} // namespace blockspin::train
