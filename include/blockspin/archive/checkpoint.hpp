#pragma once
// The state of an unfinished stage, in files of its own beside the archive.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "blockspin/base/state.hpp"
#include "blockspin/h5/attribute.hpp"
#include "blockspin/h5/file.hpp"
#include "blockspin/mpi/communicator.hpp"

namespace blockspin::archive {

/// What a checkpoint belongs to. A checkpoint is used only by the stage with the same group, part and values;
/// the values are those that may not grow, so that a longer run continues a shorter one.
struct CheckpointKey {
  std::string group;      ///< "/rbm/main"
  std::string part;       ///< which of the stage's steppers: "layer 2"; empty where it has one
  std::uint64_t seed = 0; ///< of the campaign
  std::map<std::string, h5::Value> values; ///< resolved deck values the state depends on
};

/// Checkpoints of one archive: HDF5 files <archive>.checkpoint-<stage>.<name>[+<part>]-<n>, the newest two of
/// each group and part kept. Every member is collective and every failure an agreed ErrorKind::archive.
class CheckpointStore {
public:
  CheckpointStore(const mpi::Communicator& comm, const std::string& archive_path);

  /// Writes a new checkpoint under a temporary name, syncs and renames it, and deletes all but the newest
  /// two of the same group and part.
  void save(const CheckpointKey& key, const std::function<void(StateSink&)>& save_state);

  /// Loads the newest checkpoint that is whole and belongs to `key`; a damaged one is reported with a warning
  /// and the one before is tried. `load_state` runs at most once, on a checkpoint whose checksum is right.
  /// False where there is none.
  bool load(const CheckpointKey& key, const std::function<void(StateSource&)>& load_state);

  /// Deletes the checkpoints of a group.
  void remove(const std::string& group);
  /// Deletes the checkpoints of one part of a group: it has done its work.
  void remove_part(const CheckpointKey& key);
  /// A group is complete in the archive: keeps the newest checkpoint of each part for a longer run where it
  /// may grow, and none where not.
  void settle(const std::string& group, bool may_grow);

private:
  std::optional<h5::File> newest_whole(const CheckpointKey& key);

  const mpi::Communicator& comm_;
  std::string archive_path_;
};

/// The files of all checkpoints of an archive. Local.
std::vector<std::string> all_checkpoints(const std::string& archive_path);

} // namespace blockspin::archive
