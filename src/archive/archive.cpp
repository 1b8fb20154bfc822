#include "blockspin/archive/archive.hpp"

#include <filesystem>
#include <functional>
#include <set>
#include <utility>

#include "archive_state.hpp"
#include "blockspin/archive/checkpoint.hpp"
#include "blockspin/base/log.hpp"
#include "blockspin/mpi/agree.hpp"
#include "durable.hpp"
#include "overwrite.hpp"
#include "segments.hpp"

namespace blockspin::archive {

namespace {

constexpr const char* format_name = "blockspin";
constexpr double lock_patience_seconds = 5.0;
/// Group attributes that are the archive's own and no deck values.
const std::set<std::string> own_attributes{"status", "content_hash", "parents", "parent_hashes"};

[[noreturn]] void fail(const h5::File& file, const std::string& message) {
  throw Error(ErrorKind::archive, message, file.path());
}

template <class T>
T attribute(const h5::File& file, const std::string& object, const std::string& name) {
  const h5::Value value = h5::read_attribute(file, object, name);
  if (const T* held = std::get_if<T>(&value)) return *held;
  fail(file, "the attribute " + name + " of " + object + " has the wrong type");
}

void check_format(const h5::File& file) {
  if (!h5::has_attribute(file, "/", "format") || attribute<std::string>(file, "/", "format") != format_name)
    fail(file, "is an HDF5 file, but no archive of blockspin");
  const auto version = attribute<std::uint64_t>(file, "/", "format_version");
  if (version > format_version)
    fail(file, "was made by a newer blockspin: archive format " + std::to_string(version) +
                   ", this program reads formats up to " + std::to_string(format_version));
}

Group read_group(const h5::File& file, const std::string& path) {
  Group group{path,
              attribute<std::string>(file, path, "status"),
              attribute<std::string>(file, path, "content_hash"),
              {},
              {}};
  const auto parents = attribute<std::vector<std::string>>(file, path, "parents");
  const auto hashes = attribute<std::vector<std::string>>(file, path, "parent_hashes");
  if (parents.size() != hashes.size()) fail(file, path + " has parents without hashes");
  for (std::size_t i = 0; i < parents.size(); ++i) group.parents.push_back({parents[i], hashes[i]});
  for (auto& [name, value] : h5::read_attributes(file, path))
    if (!own_attributes.contains(name)) group.values.emplace(name, value);
  return group;
}

std::map<std::string, Group> read_groups(const h5::File& file) {
  std::map<std::string, Group> groups;
  for (const std::string& stage : file.children("/")) {
    if (stage == "provenance") continue;
    for (const std::string& name : file.children("/" + stage)) {
      const std::string path = "/" + stage + "/" + name;
      groups.emplace(path, read_group(file, path));
    }
  }
  return groups;
}

void check_existing(const std::string& path, OnExisting existing) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return;
  if (existing == OnExisting::refuse)
    throw Error(ErrorKind::archive,
                "the archive exists; --resume continues it, --overwrite starts anew and replaces it", path);
  if (existing == OnExisting::overwrite && !std::filesystem::is_regular_file(path))
    throw Error(ErrorKind::archive, "is a directory or no regular file, and is not overwritten", path);
}

/// A run that neither continues nor replaces what is there must find nothing: work that has not come as far
/// as an archive is work all the same. For the root, under the lock: before, its holder's own would be found.
void refuse_unfinished(const std::string& path) {
  std::error_code ignored;
  if (!all_checkpoints(path).empty() || std::filesystem::exists(overwrite_marker(path), ignored))
    throw Error(ErrorKind::archive,
                "there is no archive yet, but there are checkpoints of an unfinished run; "
                "--resume continues it, --overwrite starts anew and deletes it",
                path);
}

/// Whether the run continues the file under the archive's name. Where it starts anew, that file and the
/// checkpoints of whatever ran before are not its own. For the root, under the lock.
bool begin_run(const std::string& path, OnExisting existing) {
  if (existing == OnExisting::refuse) {
    refuse_unfinished(path);
    return false;
  }
  if (existing == OnExisting::overwrite) {
    start_overwrite(path);
    return false;
  }
  std::error_code ignored;
  const bool exists = std::filesystem::exists(path, ignored);
  finish_overwrite_start(path);
  if (!overwrite_is_under_way(path)) {
    end_overwrite(path);
    return exists;
  }
  if (exists)
    log::info(path +
              ": continues the overwrite; the old archive stands until the first new stage is complete");
  return false;
}

using Groups = std::map<std::string, Group>;

/// Deletes the files of segments that no group is linked to, in the archive as it stands and as it stood
/// before: a reader that has opened the version before may follow its links. For the root, under the lock.
void remove_unlinked_segments(const std::string& path, const Groups& groups, const Groups& before) {
  std::set<std::string> linked;
  for (const Groups& version : {std::cref(groups), std::cref(before)})
    for (const auto& [name, group] : version) linked.insert(segment_path(path, name, group.content_hash));
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(segment_folder(path), ignored))
    if (!linked.contains(entry.path().string())) remove_file(entry.path().string());
}

} // namespace

void Archive::State::load() {
  file = h5::File::open(*comm, path, h5::Access::read);
  mpi::agreed(*comm, [&] {
    check_format(*file);
    identity = {attribute<std::string>(*file, "/", "title"), attribute<std::uint64_t>(*file, "/", "seed")};
    groups = read_groups(*file);
  });
}

void Archive::State::close_file() {
  if (file && file->is_open()) file->close();
  file.reset();
}

h5::File Archive::State::create_file(const std::string& temporary) const {
  h5::File created = h5::File::create(*comm, temporary);
  h5::write_attribute(created, "/", "format", std::string(format_name));
  h5::write_attribute(created, "/", "format_version", format_version);
  h5::write_attribute(created, "/", "title", identity.title);
  h5::write_attribute(created, "/", "seed", identity.seed);
  return created;
}

h5::File Archive::State::begin_version() {
  const std::string temporary = comm->broadcast(temporary_name(path));
  if (!file) return create_file(temporary);
  mpi::agreed(
      *comm,
      [&] {
        check_room(path, std::filesystem::file_size(path));
        copy_file(path, temporary);
      },
      true);
  return h5::File::open(*comm, temporary, h5::Access::write);
}

h5::File Archive::State::begin_group() {
  if (storage == Storage::single) return begin_version();
  mpi::agreed(
      *comm, [&] { make_folder(segment_folder(path)); }, true);
  return create_file(comm->broadcast(temporary_name(segment_folder(path) + "/segment")));
}

void Archive::State::commit_group(h5::File& group_file, const std::string& group,
                                  const std::string& content_hash) {
  stages_written.push_back(group);
  if (storage == Storage::single) return commit_version(group_file);
  const std::string temporary = group_file.path(), segment = segment_path(path, group, content_hash);
  group_file.close();
  mpi::agreed(
      *comm, [&] { put_in_place(temporary, segment); }, true);
  h5::File version = begin_version();
  if (version.exists(group)) version.remove(group);
  version.link(group, segment);
  commit_version(version);
}

void Archive::State::commit_version(h5::File& version) {
  if (record) {
    version.create_group("/provenance");
    if (run_group.empty())
      run_group = "/provenance/run_" + std::to_string(version.children("/provenance").size() + 1);
    if (version.exists(run_group)) version.remove(run_group);
    version.create_group(run_group);
    for (const auto& [name, value] : provenance_values(*comm, *record))
      h5::write_attribute(version, run_group, name, value);
    h5::write_attribute(version, run_group, "stages", stages_written);
  }
  const std::string temporary = version.path();
  version.close();
  close_file();
  mpi::agreed(
      *comm,
      [&] {
        announce_replacement(path, temporary);
        put_in_place(temporary, path);
        end_overwrite(path);
      },
      true);
  const Groups before = std::exchange(groups, {});
  load();
  if (comm->is_root()) remove_unlinked_segments(path, groups, before);
}

Archive::Archive(std::unique_ptr<State> state) : state_(std::move(state)) {}
Archive::Archive(Archive&&) noexcept = default;
Archive& Archive::operator=(Archive&&) noexcept = default;
Archive::~Archive() = default;

Archive Archive::open(const mpi::Communicator& comm, const std::string& path) {
  auto state = std::make_unique<State>();
  state->comm = &comm;
  state->path = comm.broadcast(behind_links(path));
  state->load();
  return Archive(std::move(state));
}

Archive Archive::open_for_run(const mpi::Communicator& comm, const std::string& name, OnExisting existing,
                              const Identity& identity, Storage storage) {
  const std::string path = comm.broadcast(behind_links(name));
  auto state = std::make_unique<State>();
  state->comm = &comm;
  state->path = path;
  state->identity = identity;
  state->storage = storage;
  bool continues = false;
  mpi::agreed(
      comm,
      [&] {
        check_existing(path, existing);
        state->lock = Lock::acquire(path, lock_patience_seconds);
        check_existing(path, existing); // the former holder may just have made it
        remove_leftovers(path);
        remove_leftovers(overwrite_marker(path));
        remove_leftovers(segment_folder(path) + "/segment");
        continues = begin_run(path, existing);
      },
      true);
  if (comm.max(continues ? 1 : 0) == 1) {
    state->load();
    mpi::agree(comm, state->identity.seed == identity.seed, ErrorKind::archive,
               "the archive was made with seed " + std::to_string(state->identity.seed) + ", the deck says " +
                   std::to_string(identity.seed) + "; --overwrite starts anew",
               path);
    if (comm.is_root()) remove_unlinked_segments(path, state->groups, {});
  }
  return Archive(std::move(state));
}

void Archive::close() {
  state_->close_file();
  state_->lock.reset();
}

const std::string& Archive::path() const { return state_->path; }
const mpi::Communicator& Archive::comm() const { return *state_->comm; }
const Identity& Archive::identity() const { return state_->identity; }

std::optional<Group> Archive::group(const std::string& path) const {
  const auto found = state_->groups.find(path);
  if (found == state_->groups.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string> Archive::groups() const {
  std::vector<std::string> paths;
  for (const auto& [path, group] : state_->groups) paths.push_back(path);
  return paths;
}

bool Archive::has(const std::string& dataset) const {
  if (!state_->file) return false;
  bool found = false;
  mpi::agreed(comm(), [&] { found = state_->file->exists(dataset); });
  return found;
}

std::vector<std::uint64_t> Archive::extent(const std::string& dataset) const {
  std::vector<std::uint64_t> found;
  mpi::agreed(comm(), [&] { found = h5::dataset_info(file(), dataset).extent; });
  return found;
}

const h5::File& Archive::file() const {
  if (state_->file) return *state_->file;
  Error error(ErrorKind::archive, "the archive holds nothing yet", state_->path);
  error.set_agreed();
  throw error;
}

void Archive::set_run(RunRecord record) { state_->record = std::move(record); }

StageWriter Archive::begin_stage(const std::string& stage, const std::string& name,
                                 const std::map<std::string, h5::Value>& deck_values,
                                 const std::vector<std::string>& parents, std::span<const Row> rows) {
  const std::string path = "/" + stage + "/" + name;
  std::vector<std::string> hashes;
  for (const std::string& parent : parents) {
    const std::optional<Group> known = group(parent);
    if (!known)
      throw Error(ErrorKind::internal, "a stage names a parent that is not in the archive: " + parent, path);
    hashes.push_back(known->content_hash);
  }
  h5::File version = state_->begin_group();
  if (version.exists(path)) version.remove(path);
  version.create_group(path);
  for (const auto& [key, value] : deck_values) h5::write_attribute(version, path, key, value);
  h5::write_attribute(version, path, "status", std::string("partial"));
  h5::write_attribute(version, path, "parents", parents);
  h5::write_attribute(version, path, "parent_hashes", hashes);
  return {*this, {rows.begin(), rows.end()}, path, std::move(version)};
}

} // namespace blockspin::archive
