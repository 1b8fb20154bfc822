#pragma once
// The archive of a campaign: one HDF5 file that is complete and readable at every instant.

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "blockspin/archive/provenance.hpp"
#include "blockspin/archive/stage_writer.hpp"
#include "blockspin/base/slab.hpp"
#include "blockspin/h5/attribute.hpp"
#include "blockspin/h5/dataset.hpp"
#include "blockspin/h5/file.hpp"
#include "blockspin/h5/tree.hpp"

namespace blockspin::archive {

/// The attributes `format` and `format_version` of an archive and its segments.
inline constexpr const char* format_name = "blockspin";
/// Of what this program writes. Format 1, whose content hashes cover datasets alone, is read as well.
inline constexpr std::uint64_t format_version = 2;

/// What a run does with an archive that exists.
enum class OnExisting { refuse, resume, overwrite };

/// Where the groups stand: in the one file, which is copied at every commit; or each in a file of its own
/// below <archive>.segments, to which the archive holds external links, so that only links are copied.
enum class Storage { single, segments };

/// Root attributes.
struct Identity {
  std::string title;
  std::uint64_t seed = 0;
};

/// A group as it stands in the file.
struct Group {
  std::string path;                        ///< "/sample/main"
  std::string status;                      ///< "complete" or "partial"
  std::string content_hash;                ///< of all it holds, see content_hash.hpp
  std::vector<Parent> parents;             ///< the groups it was made from, as they were then
  std::map<std::string, h5::Value> values; ///< its resolved deck values
  std::uint64_t version = format_version;  ///< the archive's format when it was written
};

/// An open archive. Move only; every member is collective over the communicator unless it says otherwise, and
/// every failure is an agreed ErrorKind::archive that names the file. Call close() at the end.
/// Nothing is ever written under the archive's own name: a stage is written into a copy beside it, which is
/// closed, synced and renamed, so that a kill at any instant leaves the old content or the new. Where the
/// name is a symbolic link, the archive, and all that stands beside it, is where the link leads.
class Archive {
public:
  /// For reading only. The communicator must outlive the archive.
  static Archive open(const mpi::Communicator& comm, const std::string& path);
  /// For a run: takes the lock beside the archive (waits a few seconds for its holder), checks that the
  /// folder can be written, and applies `existing`: refuse throws where the file, or checkpoints of a run
  /// that has not made one yet, exist; resume opens it or starts afresh, and refuses another seed; overwrite
  /// starts empty, deletes the checkpoints of former runs, and replaces the old file at the first commit;
  /// until then a marker beside the archive (overwrite.hpp) says so, and a resume goes on with the new run.
  /// The archive's own file is not touched before the first commit.
  static Archive open_for_run(const mpi::Communicator& comm, const std::string& name, OnExisting existing,
                              const Identity& identity, Storage storage = Storage::single);
  Archive(Archive&&) noexcept;
  Archive& operator=(Archive&&) noexcept;
  ~Archive();
  /// Closes the file and gives the lock back.
  void close();

  /// Of the file itself, not of a link to it.
  const std::string& path() const;
  const mpi::Communicator& comm() const;
  const Identity& identity() const;

  /// What the attributes of a group tell, or nothing where there is none. Reads them, and those of the groups
  /// it was made from, when they are asked for first, and refuses what no run writes: wrong types, circles,
  /// attributes that do not match their checksum. Collective the first time, local afterwards.
  std::optional<Group> group(const std::string& path) const;
  /// Whether there is a group. Local.
  bool contains(const std::string& group) const;
  /// "/sample/main", ...: all stage groups, sorted. Local.
  std::vector<std::string> groups() const;
  /// All objects of a group (see h5/tree.hpp), after a look at them by the root.
  std::vector<h5::Node> tree(const std::string& group) const;
  /// The file a group stands in: the archive's, or its segment. Local.
  const std::string& place(const std::string& group) const;
  /// The format the archive says it has.
  std::uint64_t version() const;
  /// "run_1", ... and the attributes of each.
  std::map<std::string, std::map<std::string, h5::Value>> runs() const;
  /// Keeps a run from building on damaged content: throws unless the group, if there is one, still has the
  /// content hash it was written with. Reads it the first time, by the root alone; what this run has written
  /// was hashed as it was written. An archive that is open for a run does this before it reads a dataset.
  void require_whole(const std::string& group) const;
  /// Whether a dataset exists ("/rbm/main/layer_2/weights").
  bool has(const std::string& dataset) const;
  /// Extents of a dataset.
  std::vector<std::uint64_t> extent(const std::string& dataset) const;

  /// Reads this rank's slab of a dataset; any rank count, slabs may overlap.
  template <class T>
  void read(const std::string& dataset, const Slab& slab, std::span<T> values) const {
    h5::read_slab(file_of(dataset), dataset, element_type<T>(), slab, std::as_writable_bytes(values));
  }
  /// The whole dataset on every rank.
  template <class T>
  std::vector<T> read_all(const std::string& dataset) const {
    const Slab slab = Slab::whole(extent(dataset));
    std::vector<T> values(slab.n_local());
    read(dataset, slab, std::span<T>(values));
    return values;
  }

  /// Records this run; it enters the file, as /provenance/run_<k>, with the next commit.
  void set_run(RunRecord record);
  /// Adds to the record of this run, for the next commit. Local; the same on every rank.
  void record(const std::string& name, const h5::Value& value);

  /// Opens the group /<stage>/<name> for writing, in a copy of the archive; a group of that name is replaced
  /// when the writer commits. `rows` declare every dataset that will be written. One writer at a time; the
  /// archive can be read meanwhile.
  StageWriter begin_stage(const std::string& stage, const std::string& name,
                          const std::map<std::string, h5::Value>& deck_values,
                          const std::vector<std::string>& parents, std::span<const Row> rows);

private:
  friend class StageWriter;
  struct State;
  explicit Archive(std::unique_ptr<State> state);
  /// The open file that holds a dataset; the root has looked at its group. Throws where there is none.
  const h5::File& file_of(const std::string& dataset) const;

  std::unique_ptr<State> state_;
};

} // namespace blockspin::archive
