#pragma once
// What an open archive holds; shared by the archive and its stage writer.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "blockspin/archive/archive.hpp"
#include "blockspin/archive/lock.hpp"

namespace blockspin::archive {

struct Archive::State {
  const mpi::Communicator* comm = nullptr;
  std::string path;
  Identity identity;
  Storage storage = Storage::single;
  std::optional<h5::File>
      file;                 ///< the archive as it stands, open for reading; nothing before the first commit
  std::optional<Lock> lock; ///< on the root of a run
  std::map<std::string, Group> groups;
  std::optional<RunRecord> record;
  std::string run_group;                   ///< "/provenance/run_2", once this run has a number
  std::vector<std::string> stages_written; ///< groups this run has committed

  /// Opens (or opens again) the file under the archive's name, checks the format and reads what
  /// groups there are. Collective.
  void load();
  void close_file();
  /// Creates an empty archive under this name. Collective.
  h5::File create_file(const std::string& temporary) const;
  /// Opens the temporary copy of the archive that the next version is written into. Collective.
  h5::File begin_version();
  /// Opens the file that a stage's group is written into: the next version, or the
  /// group's own segment. Collective.
  h5::File begin_group();
  /// Makes a written group part of the archive. Collective.
  void commit_group(h5::File& file, const std::string& group, const std::string& content_hash);
  /// Adds this run's provenance, closes the copy and makes it the archive. Collective.
  void commit_version(h5::File& version);
};

} // namespace blockspin::archive
