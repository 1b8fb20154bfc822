#pragma once
// What the training of a stack leaves, on its way to the archive.

#include <optional>
#include <vector>

#include "blockspin/archive/stage_writer.hpp"
#include "blockspin/mpi/communicator.hpp"
#include "blockspin/train/trainer.hpp"

namespace blockspin::stages {

/// What a layer's training left.
struct TrainedLayer {
  rbm::Machine machine;
  std::vector<std::uint64_t> snapshot_epochs; ///< of the snapshots that were reached
  std::vector<rbm::Machine> snapshots;
  std::vector<train::Checkpoint> trajectory;
  std::vector<train::EpochRecord> history;
  std::uint64_t judge_interval = 0;
  std::vector<train::Judgement> judgements;
  bool has_held_out = false;
  bool has_lattice = false;
  rbm::Precision precision = rbm::Precision::float32; ///< it was trained with
};

/// A stack, or as much of it as was trained: then the last layer is the one that diverged,
/// with its last good machine.
struct RbmResult {
  std::vector<TrainedLayer> layers;
  std::optional<train::Divergence> divergence;
};

TrainedLayer trained_layer(const train::Trainer& trainer, const train::Settings& settings, bool has_held_out);
/// What rank `owner` has, on every rank. Collective.
void broadcast(RbmResult& result, const mpi::Communicator& comm, int owner);
/// Collective; the same result on every rank.
void write(archive::StageWriter& writer, const RbmResult& result);

} // namespace blockspin::stages
