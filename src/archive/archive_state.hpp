#pragma once
// What an open archive holds; shared by the archive and its stage writer.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "blockspin/archive/archive.hpp"
#include "blockspin/archive/lock.hpp"

namespace blockspin::archive {

/// "/continuation/rbm/main": where the state of "/rbm/main" is kept.
inline std::string continuation_of(const std::string& group) { return "/continuation" + group; }

struct Archive::State {
  const mpi::Communicator* comm = nullptr;
  std::string path;
  Identity identity;
  std::optional<h5::File>
      file;                 ///< the archive as it stands, open for reading; nothing before the first commit
  std::optional<Lock> lock; ///< on the root of a run
  std::map<std::string, Group> groups;
  std::optional<RunRecord> record;
  std::string run_group;                   ///< "/provenance/run_2", once this run has a number
  std::vector<std::string> stages_written; ///< groups this run has committed

  /// Opens (or opens again) the file under the archive's name, checks the format and reads what groups there
  /// are. Collective.
  void load();
  void close_file();
  /// Opens the temporary copy that the next version is written into. Collective.
  h5::File begin_version();
  /// Adds this run's provenance, closes the copy and makes it the archive. Collective.
  void commit_version(h5::File& version);
};

} // namespace blockspin::archive
