#include "archive_state.hpp"

#include <algorithm>

#include "blockspin/mpi/agree.hpp"

namespace blockspin::archive {

namespace {

/// A campaign's groups descend from each other through some ten others.
constexpr std::size_t most_generations = 1000;

void check_format(const Attributes& attributes, const std::string& path) {
  const auto format = attributes.find("format");
  if (format == attributes.end() || h5::to_text(format->second) != format_name)
    throw Error(ErrorKind::archive, "is an HDF5 file, but no archive of blockspin", path);
  const auto version = attribute<std::uint64_t>(attributes, "/", "format_version", path);
  if (version > format_version)
    throw Error(ErrorKind::archive,
                "was made by a newer blockspin: archive format " + std::to_string(version) +
                    ", this program reads formats up to " + std::to_string(format_version),
                path);
}

} // namespace

void throw_no_group(const std::string& path, const std::string& archive_path) {
  throw_agreed(ErrorKind::archive, path + " is in no group of the archive", archive_path);
}

void Archive::State::open_files() {
  constexpr int most_tries = 10; // a run may put its next version in place between two of these lines
  for (int i = 0; i < most_tries; ++i) {
    standing = comm->is_root() ? identity_of(path) : std::nullopt;
    file = h5::File::open(*comm, path, h5::Access::read);
    h5::look(*comm, path, [this] { structure.emplace(path); });
    if (comm->max(comm->is_root() && identity_of(path) != standing ? 1 : 0) == 0) return;
    close_files();
  }
  throw_agreed(ErrorKind::archive, "another run replaces it faster than it can be opened", path);
}

void Archive::State::close_files() {
  for (auto& [place, segment] : segments) segment.close();
  segments.clear();
  h5::look(*comm, path, [this] { structure.reset(); }); // damage in a heap may show only when HDF5 forgets it
  if (file && file->is_open()) file->close();
  file.reset();
}

void Archive::State::load() {
  open_files();
  h5::look(*comm, path, [this] {
    const Attributes attributes = structure->attributes("/");
    check_format(attributes, path);
    version = attribute<std::uint64_t>(attributes, "/", "format_version", path);
    identity = {attribute<std::string>(attributes, "/", "title", path),
                attribute<std::uint64_t>(attributes, "/", "seed", path)};
    places = find_places(*structure, path);
    n_runs = structure->exists("/provenance") ? structure->links("/provenance").size() : 0;
  });
}

Attributes Archive::State::attributes_of(const std::string& group) const {
  const std::string& place = places.at(group);
  return place == path ? structure->attributes(group) : open_segment(place).attributes(group);
}

std::vector<h5::Node> Archive::State::describe(const std::string& group) const {
  const std::string& place = places.at(group);
  return place == path ? structure->describe(group) : open_segment(place).describe(group);
}

const Group& Archive::State::know(const std::string& group) {
  std::vector<const Group*> line;
  descend(group, line);
  return known.at(group);
}

void Archive::State::descend(const std::string& name, std::vector<const Group*>& line) {
  if (known.contains(name)) return;
  if (line.size() == most_generations)
    throw_agreed(ErrorKind::archive, name + " has more ancestors than any campaign makes", path);
  Group group;
  h5::look(*comm, places.at(name), [&] { group = group_of(name, attributes_of(name), path); });
  line.push_back(&group);
  for (const Parent& parent : group.parents) {
    if (!places.contains(parent.path)) continue;
    const auto same = [&](const Group* below) { return below->path == parent.path; };
    const auto met = std::find_if(line.begin(), line.end(), same);
    if (met == line.end()) {
      descend(parent.path, line);
    } else if ((*met)->content_hash == parent.content_hash) { // another hash: it has changed since
      throw_agreed(ErrorKind::archive, parent.path + " is its own ancestor", path);
    }
  }
  line.pop_back();
  known.emplace(name, std::move(group));
}

void Archive::State::look_at(const std::string& group) {
  if (looked_at.contains(group)) return;
  h5::look_on_root(*comm, places.at(group), [&] { describe(group); });
  looked_at.insert(group);
}

const h5::File& Archive::State::file_of(const std::string& group) {
  if (!places.contains(group)) throw_no_group(group, path);
  look_at(group);
  const std::string& place = places.at(group);
  if (place == path) return *file;
  const auto found = segments.find(place);
  if (found != segments.end()) return found->second;
  return segments.emplace(place, h5::File::open(*comm, place, h5::Access::read)).first->second;
}

} // namespace blockspin::archive
