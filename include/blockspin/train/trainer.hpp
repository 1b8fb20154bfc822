#pragma once
// Training one machine: minibatches divided over the ranks, gradients added exactly, epochs of history.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "blockspin/base/state.hpp"
#include "blockspin/mpi/communicator.hpp"
#include "blockspin/rbm/machine.hpp"
#include "blockspin/rbm/sampling.hpp"
#include "blockspin/train/chains.hpp"
#include "blockspin/train/continuation.hpp"
#include "blockspin/train/data.hpp"
#include "blockspin/train/epoch_record.hpp"
#include "blockspin/train/gradient.hpp"
#include "blockspin/train/judge.hpp"
#include "blockspin/train/optimiser.hpp"
#include "blockspin/train/settings.hpp"
#include "blockspin/train/trajectory.hpp"

namespace blockspin::train {

/// Where a training diverged; both from 1.
struct Divergence {
  std::uint64_t epoch = 0;
  std::uint64_t batch = 0;
};

/// Gibbs training of one machine as a stepper: one step is a few minibatches.
/// Parameters, history, judgements and snapshots are the same bits for every number of ranks, and whether or
/// not it was saved and loaded between steps. Where a weight stops being finite, or exceeds
/// settings.weight_limit, advance() throws an agreed ErrorKind::numerical naming epoch and batch; machine()
/// is then the one at the start of the epoch.
class Trainer : public Stepper {
public:
  /// Keeps references to comm and data; `held_out`, data that are judged but not
  /// learned, may be null. `start`, of the same shape, has the initial parameters; null: random weights of
  /// settings.initial_std, and biases of 0. Collective.
  Trainer(const mpi::Communicator& comm, const DataPart& data, const Settings& settings,
          const DataPart* held_out = nullptr, const rbm::Machine* start = nullptr);

  bool done() const override { return epoch_ >= settings_.epochs; }
  void advance() override;
  double work_done() const override;
  double work_total() const override;
  std::string note() const override;
  void save(StateSink& sink) const override;
  /// Learning rates, judgements, snapshots and the limit of weights may be set otherwise than before, as far as the
  /// epochs that are over would have been the same; else throws an agreed ErrorKind::setting.
  void load(StateSource& source) override;

  /// The machine as trained so far.
  rbm::Machine machine() const;
  /// The machines kept after the epochs of settings.snapshots that have passed.
  const std::vector<rbm::Machine>& snapshots() const { return snapshots_; }
  /// The machines on its way, with settings.trajectory; else none.
  std::vector<Checkpoint> trajectory() const {
    return trajectory_ ? trajectory_->checkpoints() : std::vector<Checkpoint>{};
  }
  const std::vector<EpochRecord>& history() const { return history_; }
  /// Number i was made after (i + 1) settings.judge.interval epochs.
  const std::vector<Judgement>& judgements() const { return judgements_; }
  /// That of the settings, or of the training that was loaded.
  rbm::Precision precision() const { return sampler_.precision(); }
  /// Where the training diverged, or nothing: epoch and batch, from 1.
  std::optional<Divergence> divergence() const { return divergence_; }

private:
  Beginning beginning() const;
  void load_snapshots(StateSource& source, const std::vector<std::uint64_t>& epochs);
  void initialise(const rbm::Machine* start);
  rbm::Machine random_machine() const;
  void train_batch();
  void data_phase(std::size_t n);
  void model_phase_from_data(std::size_t n);
  void model_phase_from_chains(std::size_t n, std::size_t n_model);
  void compare(std::size_t n, View<const float, 2> reconstruction);
  void update(std::uint64_t n_samples);
  void check_weights();
  void end_epoch();
  void judge();
  std::uint64_t update_number() const { return epoch_ * batches_.n_batches() + batch_; }
  rbm::Draw draw(const rng::Generator& generator, std::uint64_t step) const;

  const mpi::Communicator& comm_;
  const DataPart& data_;
  Settings settings_;
  Batches batches_;
  Judge judge_;
  rng::Generator hidden_draws_, visible_draws_;
  bool epoch_started_ = false;

  rbm::GibbsSampler sampler_; ///< holds the parameters
  rbm::Machine good_;         ///< the machine at the start of the epoch
  std::optional<Divergence> divergence_;
  Chains chains_;
  Centring centring_; ///< counts where settings.centred
  std::optional<Trajectory> trajectory_;
  Optimiser weights_optimiser_, visible_optimiser_, hidden_optimiser_;

  // Buffers of one batch on this rank: rows of data, then rows of the model.
  bool real_; ///< visible values are not only those of units
  int grid_bits_;
  Array<float, 2> visible_, means_, fields_, hidden_;
  GradientSum gradient_;

  // Progress.
  std::uint64_t epoch_ = 0;
  std::uint64_t batch_ = 0;
  std::int64_t squared_error_ = 0; ///< of this rank and epoch, in 2^-20
  std::uint64_t n_compared_ = 0;   ///< samples of all ranks that squared_error_ counts
  std::vector<EpochRecord> history_;
  std::vector<Judgement> judgements_;
  std::vector<rbm::Machine> snapshots_;
};

} // namespace blockspin::train
