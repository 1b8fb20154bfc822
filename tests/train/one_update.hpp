#pragma once
// The first update of a tiny machine, whose gradient can be had by enumeration.

#include <vector>

#include "blockspin/mpi/communicator.hpp"
#include "blockspin/train/trainer.hpp"
#include "train/small_data.hpp"

namespace blockspin::train {

constexpr std::uint64_t n_update_rows = 20000;

/// All rows in one batch, learning rate 1: the first update is the gradient. Weights are so large that a
/// chain of one step is far from having forgotten where it started.
inline Settings one_update() {
  Settings settings;
  settings.n_hidden = 3;
  settings.batch = n_update_rows;
  settings.epochs = 1;
  settings.initial_std = 0.8;
  settings.update.learning_rate = 1.0;
  settings.seed = 20;
  return settings;
}

/// q over the states of four units.
inline std::vector<double> four_unit_data() {
  std::vector<double> p(16);
  for (std::size_t s = 0; s < 16; ++s) p[s] = static_cast<double>(1 + s * s % 7) / 60.0;
  double sum = 0.0;
  for (const double x : p) sum += x;
  for (double& x : p) x /= sum;
  return p;
}

struct Update {
  rbm::Machine before, after;
  float step(std::size_t i, std::size_t j) const { return after.weights(i, j) - before.weights(i, j); }
};

/// What one epoch does, of one batch unless the settings say otherwise. Local.
inline Update first_update(const Settings& settings) {
  static const auto comm = mpi::Communicator::self();
  const DataPart data = drawn_data(comm, four_unit_data(), 4, n_update_rows);
  Trainer trainer(comm, data, settings);
  Update update{trainer.machine(), {}};
  while (!trainer.done()) trainer.advance();
  update.after = trainer.machine();
  return update;
}

} // namespace blockspin::train
