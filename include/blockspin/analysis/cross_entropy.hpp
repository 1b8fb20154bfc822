#pragma once
// The thermometer's training objective and its gradient, over configurations divided among ranks.

#include <cstdint>
#include <span>
#include <vector>

#include "blockspin/analysis/labelled_sample.hpp"
#include "blockspin/analysis/network.hpp"
#include "blockspin/analysis/symmetry_image.hpp"

namespace blockspin::analysis {

/// f(parameters) = mean over the training set of -ln p_label + (l2 / 2) sum of
/// squared weights (biases are free).
/// Data come in fixed blocks of up to 256; each block's float32 gradient is added up in 64-bit integers (grid
/// 2^-30), which is exact: value and gradient are the same bits on every rank and for every rank count.
class CrossEntropy {
public:
  CrossEntropy(const mpi::Communicator& comm, const LabelledSample& sample, std::size_t n_hidden, double l2);

  const NetworkShape& shape() const { return shape_; }
  /// Shows each training configuration in its image of round `round` from now on. Local.
  void show(const SymmetryImages& images, std::uint64_t round);
  /// f, and its gradient; lengths shape().n_parameters(). Collective. Throws ErrorKind::numerical on all
  /// ranks where a block's sums are not finite or too large for the grid.
  double operator()(std::span<const double> parameters, std::span<double> gradient) const;

private:
  void add_block(const Network& network, const std::vector<std::uint64_t>& block,
                 std::vector<std::int64_t>& sums) const;

  const mpi::Communicator& comm_;
  const LabelledSample& sample_;
  NetworkShape shape_;
  double l2_;
  std::vector<std::vector<std::uint64_t>> blocks_; ///< this rank's training configurations
  Array<std::uint8_t, 2> shown_;                   ///< their current images, packed, row as in the sample
};

/// How well a network tells temperatures on the held-out configurations.
struct TestScore {
  double cross_entropy = 0.0;       ///< mean -ln p_label, nats
  double cross_entropy_error = 0.0; ///< standard error from the scatter between independent parts
  double accuracy = 0.0;            ///< share of configurations whose likeliest class is right
};

/// Configurations of one ladder are correlated, along its run and, by exchange, between its temperatures. So
/// errors come from the scatter between ladders (configuration c of a class is of ladder c % n_ladders), each
/// cut into stretches where there are fewer than 32. Collective; the same bits for every rank count.
TestScore test_score(const mpi::Communicator& comm, const LabelledSample& sample, const Network& network,
                     std::uint64_t n_ladders);

} // namespace blockspin::analysis
