// How a written group becomes part of the archive.

#include <algorithm>
#include <utility>

#include "archive_state.hpp"
#include "blockspin/mpi/agree.hpp"
#include "overwrite.hpp"
#include "segments.hpp"

namespace blockspin::archive {

namespace {

/// "written.rbm.main".
std::string record_of_writing(const std::string& group) {
  std::string dotted = group;
  std::replace(dotted.begin(), dotted.end(), '/', '.');
  return "written" + dotted;
}

} // namespace

/// For the root: what this run has read, or nothing, stands under the archive's name.
void Archive::State::require_standing() const {
  const auto now = identity_of(path);
  if (!now && file)
    throw Error(ErrorKind::archive,
                "the archive was deleted, or moved, while the run was at work; put it back and use --resume",
                path);
  if (now && now != standing)
    throw Error(ErrorKind::archive, "another file has taken the archive's name while the run was at work",
                path);
}

Draft Archive::State::create(const std::string& name) const {
  TemporaryFile temporary(*comm, name, path);
  h5::File created = h5::File::create(*comm, temporary.path());
  h5::write_attribute(created, "/", "format", std::string(format_name));
  h5::write_attribute(created, "/", "format_version", format_version);
  h5::write_attribute(created, "/", "title", identity.title);
  h5::write_attribute(created, "/", "seed", identity.seed);
  return {std::move(temporary), std::move(created)};
}

Draft Archive::State::begin_version() {
  mpi::agreed(
      *comm,
      [&] {
        require_standing();
        if (file) check_room(path, size_of(path));
      },
      true);
  if (!file) return create(path);
  TemporaryFile temporary(*comm, path, path);
  mpi::agreed(
      *comm, [&] { copy_file(path, temporary.path()); }, true);
  h5::File next = h5::File::open(*comm, temporary.path(), h5::Access::write);
  if (version < format_version) h5::write_attribute(next, "/", "format_version", format_version);
  return {std::move(temporary), std::move(next)};
}

Draft Archive::State::begin_group(const std::string& group) {
  if (places.contains(group) && places.at(group) == path)
    look_at(group); // HDF5 walks through what it deletes
  if (storage == Storage::single) {
    Draft next = begin_version();
    if (places.contains(group)) next.file.remove(group);
    return next;
  }
  mpi::agreed(
      *comm, [&] { make_folder(segment_folder(path)); }, true);
  return create(segment_folder(path) + "/segment");
}

void Archive::State::commit_group(h5::File& group_file, const std::string& group,
                                  const std::string& content_hash) {
  unrecorded[record_of_writing(group)] = comm->broadcast(utc_now());
  if (storage == Storage::single) {
    commit_version(group_file);
    return adopt(group, path);
  }
  const std::string temporary = group_file.path(), segment = segment_path(path, group, content_hash);
  group_file.close();
  mpi::agreed(
      *comm, [&] { put_in_place(temporary, segment); }, true);
  Draft next = begin_version();
  if (places.contains(group)) next.file.remove(group);
  next.file.link(group, segment);
  commit_version(next.file);
  adopt(group, segment);
}

void Archive::State::write_record(h5::File& next) {
  if (!record) return;
  if (run_group.empty()) {
    run_group = "/provenance/run_" + std::to_string(n_runs + 1);
    next.create_group(run_group);
    unrecorded.merge(provenance_values(*comm, *record));
  }
  unrecorded["written"] = comm->broadcast(utc_now());
  for (const auto& [name, value] : unrecorded) h5::write_attribute(next, run_group, name, value);
  unrecorded.clear();
}

void Archive::State::commit_version(h5::File& next) {
  write_record(next);
  const std::string temporary = next.path();
  next.close();
  close_files();
  mpi::agreed(
      *comm,
      [&] {
        announce_replacement(path, temporary);
        put_in_place(temporary, path);
        end_overwrite(path);
      },
      true);
  open_files();
  version = format_version;
}

void Archive::State::adopt(const std::string& group, const std::string& place) {
  const auto before = places.find(group);
  Places unlinked;
  if (before != places.end() && before->second != place && before->second != path) unlinked.insert(*before);
  places[group] = place;
  known.erase(group);
  know(group);
  looked_at.insert(group);
  whole.insert(group);
  if (!retired.empty() || afresh)
    mpi::agreed(
        *comm,
        [this] {
          for (const auto& [name, segment] : retired)
            if (places.at(name) != segment) remove_segment(segment);
          if (afresh) remove_segments(path, segments_of(places)); // of the archive that this one replaces
        },
        true);
  afresh = false;
  retired = std::move(unlinked);
}

} // namespace blockspin::archive
