#pragma once
// The files of checkpoints: what they are called, and what proves that a file is one. All local: for the root.

#include <cstdint>
#include <string>
#include <vector>

#include "blockspin/archive/checkpoint.hpp"
#include "blockspin/archive/listing.hpp"

namespace blockspin::archive {

struct CheckpointFile {
  std::uint64_t number;
  std::string path;
};

/// The checkpoints of one part of a group by their names, newest first.
std::vector<CheckpointFile> checkpoints_of_part(const std::string& archive_path, const std::string& group,
                                                const std::string& part);
/// Those of all parts of a group. `listing` saves a look at the folder, if it is of that.
std::vector<std::string> checkpoints_of_group(const std::string& archive_path, const std::string& group,
                                              const Listing* listing = nullptr);
/// The path of the next checkpoint of a part.
std::string next_checkpoint(const std::string& archive_path, const std::string& group,
                            const std::string& part);
/// The longest name that a checkpoint of the group can have.
std::string longest_checkpoint(const std::string& archive_path, const std::string& group);

/// Whether a file is a checkpoint, whole or damaged, whatever its name says: nothing else is read or deleted. HDF5 is
/// not asked, which damage could crash.
bool is_checkpoint(const std::string& path);
/// The same for a file with the name of a checkpoint: where it is none, a warning says that it is left alone, once.
bool is_removable(const std::string& path);
/// Deletes a file that is a checkpoint; failures are ignored.
void remove_checkpoint(const std::string& path);

} // namespace blockspin::archive
