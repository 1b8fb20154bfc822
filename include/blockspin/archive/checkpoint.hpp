#pragma once
// The state of an unfinished stage, in files of its own beside the archive.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "blockspin/base/state.hpp"
#include "blockspin/h5/attribute.hpp"
#include "blockspin/h5/file.hpp"
#include "blockspin/mpi/communicator.hpp"

namespace blockspin::archive {

/// What a checkpoint belongs to. A checkpoint is used only where all of it is the same.
struct CheckpointKey {
  std::string group;      ///< "/rbm/main"
  std::string part;       ///< which of the stage's steppers: "layer 2"; empty where it has one
  std::uint64_t seed = 0; ///< of the campaign
  /// Resolved deck values that the user alone changes, and not in the middle: all but those that may grow.
  /// Unfinished work with other ones is refused, not passed over.
  std::map<std::string, h5::Value> values;
  /// What else the state rests on, and may become another in the course of things: the content of the groups
  /// it was made from, and for a later part the values that may grow. Work from other ones is passed over.
  std::map<std::string, h5::Value> origins = {};
  /// Names of `values` that need not be the same: whether what is done agrees with them is for the state to say.
  std::function<bool(const std::string& name)> is_of_the_future = [](const std::string&) { return false; };
};

/// Takes a state. `changed`: the values of the future that have another text in the checkpoint.
using LoadState = std::function<void(StateSource&, const std::vector<std::string>& changed)>;

/// Checkpoints of one archive: HDF5 files <archive>.checkpoint-<stage>.<name>[+<part>]-<n>, the newest two of
/// each group and part kept. A line behind HDF5's content seals each with a hash of all its bytes, so that HDF5 is
/// never given a damaged one. Files that cannot be recognised as checkpoints, whatever their names say, are neither
/// used nor deleted, and a warning names them. Every member is collective and every failure an agreed
/// ErrorKind::archive.
class CheckpointStore {
public:
  CheckpointStore(const mpi::Communicator& comm, const std::string& archive_path);

  /// Writes a new checkpoint under a temporary name, syncs and renames it. Then deletes, of the same group and
  /// part, those that load() could not use, damaged ones among them, and of the others all but the newest two.
  void save(const CheckpointKey& key, const std::function<void(StateSink&)>& save_state);

  /// Loads the newest checkpoint that is whole and belongs to `key`; a damaged one is reported with a warning
  /// and the one before is tried. `load_state` runs at most once, on a checkpoint whose checksum is right; what it
  /// throws as an agreed ErrorKind::setting is a refusal of values, too.
  /// False where there is none. Where there is none, but a whole one of the same group with another seed or
  /// other values, throws with every value that differs: a slip in the deck must not let new checkpoints
  /// displace the old ones.
  bool load(const CheckpointKey& key, const LoadState& load_state);

  /// Whether there is a whole one that belongs to `key`, of whatever part.
  bool has_of_any_part(const CheckpointKey& key) const;
  /// Whether there are files with the names of checkpoints of a group, of any part.
  bool has_any(const std::string& group) const;
  /// Deletes the checkpoints of a group.
  void remove(const std::string& group);
  /// Deletes the checkpoints of one part of a group: it has done its work.
  void remove_part(const CheckpointKey& key);
  /// A group is complete in the archive: keeps the newest checkpoint of each of
  /// these parts, for a longer run.
  void settle(const std::string& group, const std::set<std::string>& parts);

private:
  struct Found {
    h5::File file;
    std::string chosen; ///< what the user had chosen, see checkpoint.cpp
  };
  std::optional<Found> newest_whole(const CheckpointKey& key);
  void refuse_other_values(const CheckpointKey& key);
  void remove_superseded(const CheckpointKey& key) const;
  std::vector<std::string> found(const std::function<std::vector<std::string>()>& look) const;

  const mpi::Communicator& comm_;
  std::string archive_path_;
  std::set<std::string> unusable_; ///< paths that load() has found damaged or made from something else
};

/// The files whose names are those of checkpoints of an archive. Local.
std::vector<std::string> all_checkpoints(const std::string& archive_path);

} // namespace blockspin::archive
