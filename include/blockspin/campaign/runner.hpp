#pragma once
// Runs a plan: what is complete is skipped, what may grow is extended, the rest is computed, in deck order.

#include <span>
#include <string>
#include <vector>

#include "blockspin/campaign/context.hpp"
#include "blockspin/campaign/plan.hpp"
#include "blockspin/mpi/stop.hpp"

namespace blockspin::campaign {

/// What becomes of a stage of the deck when the archive is as it is.
enum class Action {
  compute, ///< it is not there yet
  skip,    ///< it is there, as the deck wants it
  extend,  ///< it is there, but a key that may grow has grown
  redo,    ///< it is there, but what it was made from has changed, or will
};

struct Decision {
  Action action = Action::compute;
  /// Of what is skipped or extended: keys that differ from the archive's, and what that means; a line each.
  std::vector<std::string> without_effect = {};
  bool input_changes = false; ///< this run makes anew what it is made from
};

/// Decides for every stage, and throws an agreed ErrorKind::archive with every key that differs between the
/// deck and the archive and may not. Local.
std::vector<Decision> decide(const Plan& plan, const archive::Archive& archive);

/// What checkpoints of a part of the stage belong to; `archive` is null where there is none yet. Local.
archive::CheckpointKey checkpoint_key(const Plan& plan, const archive::Archive* archive, const Stage& stage,
                                      const std::string& part);
/// What checkpoints there are of a stage.
enum class Unfinished {
  no,      ///< none that the run would go on with
  yes,     ///< at least one of these
  damaged, ///< damaged ones alone: the stage would begin anew
};

/// Looks at the checkpoints of a stage that is not skipped. Throws, as the run does, where they are of other values or
/// another seed than the deck's, or where what is done contradicts the deck. Collective.
Unfinished unfinished_work(const mpi::Communicator& comm, const Plan& plan, const archive::Archive* archive,
                           const Stage& stage, const Decision& decision);

/// Runs every stage. Collective. `record` is what the archive keeps of this run; `existing` is what the user said
/// of an archive that exists: with resume, checkpoints may be used; `decisions` are those of decide().
void run(const mpi::Communicator& comm, const Plan& plan, archive::Archive& archive, mpi::StopFlag& stop,
         archive::RunRecord record, archive::OnExisting existing, std::span<const Decision> decisions);

} // namespace blockspin::campaign
