#pragma once
// What a running stage is given: the ranks, the model, the archive, and the one loop around every stepper.

#include <string>
#include <string_view>

#include "blockspin/archive/archive.hpp"
#include "blockspin/archive/checkpoint.hpp"
#include "blockspin/base/state.hpp"
#include "blockspin/mpi/stop.hpp"
#include "blockspin/stages/plan.hpp"
#include "blockspin/stages/progress.hpp"

namespace blockspin::stages {

/// Collective in every member that is not a plain getter.
class Context {
public:
  Context(const mpi::Communicator& comm, const Plan& plan, const Stage& stage, archive::Archive& archive,
          archive::CheckpointStore& checkpoints, mpi::StopFlag& stop);

  const mpi::Communicator& comm() const { return comm_; }
  std::uint64_t seed() const { return plan_.campaign.seed; }
  const ModelDeck& model() const { return plan_.model; }
  const ParallelDeck& parallel() const { return plan_.parallel; }
  const Plan& plan() const { return plan_; }
  /// For reading what earlier stages left.
  archive::Archive& archive() const { return archive_; }

  /// Advances to the end, from the newest good checkpoint of this stage where the run resumes or extends one.
  /// Stops at a safe point when asked to: then a checkpoint is written and an agreed ErrorKind::stopped
  /// thrown. `label` tells the steppers of one stage apart ("layer 2") and names the work in progress lines;
  /// steppers that have finished within the stage are restored from its checkpoint and not run again.
  void run_stepper(Stepper& stepper, std::string_view label = "");

  /// Opens this stage's group for writing, with its resolved values and the groups it read. Write every
  /// dataset, then commit() it; once a stage.
  archive::StageWriter begin_writing();
  /// What a key left at `auto` became; recorded with the group, and fixed from then on. Call before
  /// begin_writing().
  void resolve(const std::string& key, const std::string& text);
  /// What `auto` became when the group was first written, while it is being extended; else empty.
  std::string resolved_before(const std::string& key) const;

private:
  const mpi::Communicator& comm_;
  const Plan& plan_;
  const Stage& stage_;
  archive::Archive& archive_;
  archive::CheckpointStore& checkpoints_;
  mpi::StopFlag& stop_;
  std::map<std::string, h5::Value> found_; ///< `auto` values that were found: "auto.equilibration"
};

} // namespace blockspin::stages
