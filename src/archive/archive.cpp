#include "blockspin/archive/archive.hpp"

#include <filesystem>
#include <utility>

#include "archive_state.hpp"
#include "blockspin/base/log.hpp"
#include "blockspin/mpi/agree.hpp"
#include "checkpoint_files.hpp"
#include "durable.hpp"
#include "overwrite.hpp"
#include "segments.hpp"

namespace blockspin::archive {

namespace {

constexpr double lock_patience_seconds = 5.0;

/// Nothing but an archive is replaced.
void require_archive(const std::string& path) {
  std::string reason = "it is an HDF5 file of another program";
  try {
    Attributes attributes;
    h5::look_alone(path, [&] { attributes = h5::SerialFile(path).attributes("/"); });
    const auto format = attributes.find("format");
    if (format != attributes.end() && h5::to_text(format->second) == format_name) return;
  } catch (const Error& error) {
    reason = error.message();
  }
  throw Error(ErrorKind::archive,
              "cannot be recognised as an archive of blockspin and is not replaced (" + reason +
                  "); move it away, or delete it, to start anew",
              path);
}

void check_existing(const std::string& path, OnExisting existing) {
  std::error_code ignored;
  const auto status = std::filesystem::status(path, ignored);
  if (!std::filesystem::exists(status)) return;
  if (!std::filesystem::is_regular_file(status))
    throw Error(ErrorKind::archive,
                std::string(std::filesystem::is_directory(status) ? "is a folder" : "is no ordinary file") +
                    "; nothing in it is continued or replaced: campaign.archive names a file",
                path);
  if (existing == OnExisting::refuse)
    throw Error(ErrorKind::archive,
                "the archive exists; --resume continues it, --overwrite starts anew and replaces it", path);
  if (existing == OnExisting::overwrite) require_archive(path);
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
  if (exists) require_archive(path);
  if (exists)
    log::info(path +
              ": continues the overwrite; the old archive stands until the first new stage is complete");
  return false;
}

std::string file_behind(const mpi::Communicator& comm, const std::string& name) {
  std::string path;
  mpi::agreed(
      comm, [&] { path = behind_links(name); }, true);
  return comm.broadcast(path);
}

/// The group of a dataset: "/rbm/main" of "/rbm/main/layer_1/weights".
std::string group_in(const std::string& dataset) {
  const std::size_t stage = dataset.find('/', 1);
  return stage == std::string::npos ? dataset : dataset.substr(0, dataset.find('/', stage + 1));
}

} // namespace

Archive::Archive(std::unique_ptr<State> state) : state_(std::move(state)) {}
Archive::Archive(Archive&&) noexcept = default;
Archive& Archive::operator=(Archive&&) noexcept = default;
Archive::~Archive() = default;

Archive Archive::open(const mpi::Communicator& comm, const std::string& path) {
  auto state = std::make_unique<State>();
  state->comm = &comm;
  state->path = file_behind(comm, path);
  state->load();
  return Archive(std::move(state));
}

Archive Archive::open_for_run(const mpi::Communicator& comm, const std::string& name, OnExisting existing,
                              const Identity& identity, Storage storage) {
  const std::string path = file_behind(comm, name);
  auto state = std::make_unique<State>();
  state->comm = &comm;
  state->path = path;
  state->identity = identity;
  state->storage = storage;
  state->for_run = true;
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
        state->standing = identity_of(path);
      },
      true);
  state->afresh = comm.max(continues ? 1 : 0) == 0;
  if (!state->afresh) {
    state->load();
    mpi::agree(comm, state->identity.seed == identity.seed, ErrorKind::archive,
               "the archive was made with seed " + std::to_string(state->identity.seed) + ", the deck says " +
                   std::to_string(identity.seed) + "; --overwrite starts anew",
               path);
    mpi::agreed(
        comm, [&] { remove_segments(path, segments_of(state->places)); }, true);
  }
  return Archive(std::move(state));
}

void Archive::close() {
  state_->close_files();
  state_->lock.reset();
}

const std::string& Archive::path() const { return state_->path; }
const mpi::Communicator& Archive::comm() const { return *state_->comm; }
const Identity& Archive::identity() const { return state_->identity; }

std::optional<Group> Archive::group(const std::string& path) const {
  if (!state_->places.contains(path)) return std::nullopt;
  return state_->know(path);
}

bool Archive::contains(const std::string& group) const { return state_->places.contains(group); }

std::vector<std::string> Archive::groups() const {
  std::vector<std::string> paths;
  for (const auto& [path, place] : state_->places) paths.push_back(path);
  return paths;
}

std::vector<h5::Node> Archive::tree(const std::string& group) const {
  if (!state_->places.contains(group)) throw_no_group(group, path());
  std::vector<h5::Node> nodes;
  h5::look(comm(), place(group), [&] { nodes = state_->describe(group); });
  state_->looked_at.insert(group);
  return nodes;
}

const std::string& Archive::place(const std::string& group) const { return state_->places.at(group); }

std::uint64_t Archive::version() const { return state_->version; }

std::map<std::string, std::map<std::string, h5::Value>> Archive::runs() const {
  std::map<std::string, std::map<std::string, h5::Value>> all;
  h5::look(comm(), path(), [&] {
    if (!state_->structure || !state_->structure->exists("/provenance")) return;
    for (const h5::Link& run : state_->structure->links("/provenance"))
      all.emplace(run.name, state_->structure->attributes("/provenance/" + run.name));
  });
  return all;
}

bool Archive::has(const std::string& dataset) const {
  if (!state_->places.contains(group_in(dataset))) return false;
  const h5::File& file = file_of(dataset);
  bool found = false;
  mpi::agreed(comm(), [&] { found = file.exists(dataset); });
  return found;
}

std::vector<std::uint64_t> Archive::extent(const std::string& dataset) const {
  const h5::File& file = file_of(dataset);
  std::vector<std::uint64_t> found;
  mpi::agreed(comm(), [&] { found = h5::dataset_info(file, dataset).extent; });
  return found;
}

const h5::File& Archive::file_of(const std::string& dataset) const {
  const std::string group = group_in(dataset);
  if (state_->for_run) require_whole(group);
  return state_->file_of(group);
}

void Archive::set_run(RunRecord record) { state_->record = std::move(record); }

void Archive::record(const std::string& name, const h5::Value& value) { state_->unrecorded[name] = value; }

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
  Draft draft = state_->begin_group(path);
  h5::File& file = draft.file;
  file.create_group(path);
  for (const auto& [key, value] : deck_values) h5::write_attribute(file, path, key, value);
  h5::write_attribute(file, path, "format_version", format_version);
  h5::write_attribute(file, path, "parents", parents);
  h5::write_attribute(file, path, "parent_hashes", hashes);
  return {*this, {rows.begin(), rows.end()}, path, std::move(draft)};
}

} // namespace blockspin::archive
