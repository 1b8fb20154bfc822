#pragma once
// What an open archive holds; shared by the archive and its stage writer.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "blockspin/archive/archive.hpp"
#include "blockspin/archive/lock.hpp"
#include "durable.hpp"
#include "group_attributes.hpp"
#include "places.hpp"
#include "temporary_file.hpp"

namespace blockspin::archive {

struct Archive::State {
  /// What is still open after an error is closed here: damage in a heap may show only now.
  ~State() {
    if (structure) h5::look_alone(path, [this] { structure.reset(); });
  }

  const mpi::Communicator* comm = nullptr;
  std::string path;
  Identity identity;
  Storage storage = Storage::single;
  bool for_run = false;     ///< by a run, which checks what it reads
  std::optional<Lock> lock; ///< on the root of a run

  // The archive as it stands; nothing before the first commit.
  std::optional<h5::File> file;
  std::optional<h5::SerialFile> structure; ///< the same file, for a look at its structure
  std::uint64_t version = format_version;
  std::size_t n_runs = 0;                   ///< that are recorded
  std::optional<FileIdentity> standing;     ///< on the root: what stands under the archive's name
  Places places;                            ///< of all groups
  std::map<std::string, h5::File> segments; ///< that have been opened, by place
  std::map<std::string, Group> known;       ///< whose attributes have been read
  std::set<std::string> looked_at;          ///< whose structure has been looked at
  std::set<std::string> whole;              ///< whose content is known to match its hash
  Places retired;                           ///< segments that the last commit has unlinked
  bool afresh = false;                      ///< what stands in the folder of segments is an older archive's

  // This run's record.
  std::optional<RunRecord> record;
  std::string run_group;                       ///< "/provenance/run_2", once this run has a number
  std::map<std::string, h5::Value> unrecorded; ///< what the next commit adds to it

  /// Opens the file under the archive's name, checks the format and reads the names of its groups. Collective.
  void load();
  /// Opens it (again). Collective.
  void open_files();
  void close_files();

  /// Reads a group's attributes, and those of all it was made from. Collective.
  const Group& know(const std::string& path);
  /// Lets the root look at a group's structure, once. Collective.
  void look_at(const std::string& path);
  /// All objects of a group. Local.
  std::vector<h5::Node> describe(const std::string& path) const;
  /// The open file that a group stands in. Collective.
  const h5::File& file_of(const std::string& path);

  /// The file that a stage's group is written into: the next version of the archive, or the group's own
  /// segment. Collective.
  Draft begin_group(const std::string& path);
  /// Makes a written group part of the archive. Collective.
  void commit_group(h5::File& group_file, const std::string& group, const std::string& content_hash);

private:
  Attributes attributes_of(const std::string& path) const;
  void descend(const std::string& path, std::vector<const Group*>& line);
  void require_standing() const;
  Draft create(const std::string& name) const;
  Draft begin_version();
  void commit_version(h5::File& version);
  void write_record(h5::File& version);
  void adopt(const std::string& group, const std::string& place);
};

/// Throws an agreed ErrorKind::archive: a group that is not there.
[[noreturn]] void throw_no_group(const std::string& path, const std::string& archive_path);

} // namespace blockspin::archive
