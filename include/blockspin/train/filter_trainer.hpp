#pragma once
// Training of a translation-invariant machine: minibatches divided over the ranks, gradients added exactly.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "blockspin/base/state.hpp"
#include "blockspin/mpi/communicator.hpp"
#include "blockspin/rbm/sampling.hpp"
#include "blockspin/train/data.hpp"
#include "blockspin/train/epoch_record.hpp"
#include "blockspin/train/filter_machine.hpp"
#include "blockspin/train/optimiser.hpp"
#include "blockspin/train/settings.hpp"

namespace blockspin::train {

struct FilterSettings {
  unsigned side = 8, stride = 2;
  bool bias = false;       ///< both biases are trained; without, turning all spins over changes no energy
  bool persistent = false; ///< model chains persist (PCD); else they start at the data (CD)
  std::uint64_t gibbs_steps = 3;
  UpdateRule update;
  std::uint64_t batch = 50;
  std::uint64_t epochs = 100;
  double initial_std = 0.01;
  double weight_limit = 1e3; ///< a larger parameter is a runaway
  std::uint64_t seed = 0;
  std::uint64_t instance = 0;
};

/// Gibbs training of one filter as a stepper: one step is a minibatch. The gradient is that of the mean of ln p(v)
/// over the batch, a hidden spin for weights and the hidden bias and a site for the visible bias: so a learning rate
/// means the same on every lattice. Parameters and history are the same bits for every number of ranks, and whether
/// or not it was saved and loaded. Where a parameter stops being finite, or exceeds the limit, advance() throws an
/// agreed ErrorKind::numerical naming epoch and batch.
class FilterTrainer : public Stepper {
public:
  /// Keeps references to comm and data, configurations of the lattice as bits. Collective.
  FilterTrainer(const mpi::Communicator& comm, const DataPart& data, const ising::RowLattice& lattice,
                const FilterSettings& settings);

  bool done() const override { return epoch_ >= settings_.epochs; }
  void advance() override;
  double work_done() const override;
  double work_total() const override;
  std::string note() const override;
  void save(StateSink& sink) const override;
  void load(StateSource& source) override;
  /// Epochs that are complete in a saved state.
  static std::uint64_t saved_epochs(StateSource& source);

  const ising::BlockFilter& filter() const { return machine_.filter; }
  const std::vector<EpochRecord>& history() const { return history_; }

private:
  void train_batch();
  void data_phase(std::size_t n);
  void reconstruct(std::size_t n);
  void model_phase_from_data(std::size_t n);
  void model_phase_from_chains(std::uint64_t n_samples);
  void draw_hidden(View<const float, 2> visible, View<float, 2> hidden, const rbm::Draw& draw);
  void draw_visible(View<const float, 2> hidden, View<float, 2> visible, const rbm::Draw& draw) const;
  void subtract(View<const float, 2> visible);
  /// Random numbers of one Gibbs step of this batch.
  rbm::Draw draw(const rng::Generator& generator, std::uint64_t step) const;
  void update(std::uint64_t n_samples);
  void check_parameters() const;
  void end_epoch();
  Slab chain_slab() const;
  std::uint64_t update_number() const { return epoch_ * batches_.n_batches() + batch_; }

  const mpi::Communicator& comm_;
  const DataPart& data_;
  FilterSettings settings_;
  Batches batches_;
  rng::Generator hidden_draws_, visible_draws_;
  FilterMachine machine_;
  FilterGradient gradient_;
  Optimiser weights_optimiser_, visible_optimiser_, hidden_optimiser_;

  mpi::Range held_chains_; ///< of this rank, of settings.batch in all
  Array<float, 2> chains_; ///< their visible spins; none unless they persist
  Array<float, 2> visible_, hidden_, means_, fields_, model_; ///< rows of one batch on this rank

  bool epoch_started_ = false;
  std::uint64_t epoch_ = 0;
  std::uint64_t batch_ = 0;
  std::uint64_t n_different_ = 0; ///< of this rank and epoch: spins that the reconstructions turned
  double last_gradient_norm_ = 0;
  std::vector<EpochRecord> history_;
};

} // namespace blockspin::train
