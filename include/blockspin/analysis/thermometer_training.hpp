#pragma once
// Trains a thermometer: TAO on the cross entropy, in short rounds.

#include <optional>
#include <vector>

#include "blockspin/analysis/cross_entropy.hpp"
#include "blockspin/base/state.hpp"

namespace blockspin::analysis {

struct ThermometerOptions {
  std::size_t n_hidden = 80;
  double l2 = 1e-4;
  std::uint64_t max_iterations = 500;
  bool flip = true; ///< whether configurations are also shown flipped (zero field)
};

/// The random streams of a training.
struct ThermometerStreams {
  rng::Generator initial; ///< first weights
  rng::Generator image;   ///< symmetry images
};

/// Each step is a round of up to 20 quasi-Newton iterations, begun afresh, on the training set seen through
/// new random symmetry images (translations, and the flip in zero field). The images are as good as new data:
/// without them a network of this size learns 20,000 configurations by heart. As a round keeps nothing of the
/// one before but the parameters, these and the number of rounds are the whole state, and a resumed training
/// gives the same bits. Collective.
class ThermometerTraining : public Stepper {
public:
  /// First weights are normal with standard deviation 0.1, biases 0. Borrows comm and sample. A
  /// round of a large network takes long: it passes `safe_point` before each evaluation, in the
  /// state of the round's beginning.
  ThermometerTraining(const mpi::Communicator& comm, const LabelledSample& sample,
                      const lattice::Geometry& geometry, const ThermometerOptions& options,
                      const ThermometerStreams& streams, SafePoint safe_point = {});

  bool done() const override { return n_rounds_done() >= n_rounds_; }
  void advance() override;
  double work_done() const override { return static_cast<double>(n_rounds_done()); }
  double work_total() const override { return static_cast<double>(n_rounds_); }
  void save(StateSink& sink) const override;
  void load(StateSource& source) override;

  const std::vector<double>& parameters() const { return parameters_; }
  Network network() const { return {objective_.shape(), parameters_}; }
  /// The objective at the end of each round.
  const std::vector<double>& history() const { return history_; }

  static constexpr std::uint64_t iterations_per_round = 20;

private:
  std::uint64_t n_rounds_done() const { return history_.size(); }

  CrossEntropy objective_;
  SymmetryImages images_;
  std::uint64_t max_iterations_;
  std::uint64_t n_rounds_;
  SafePoint safe_point_;
  std::vector<double> parameters_;
  std::vector<double> history_;
};

} // namespace blockspin::analysis
