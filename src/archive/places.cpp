#include "places.hpp"

#include <filesystem>

#include "segments.hpp"

namespace blockspin::archive {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const h5::SerialFile& file, const std::string& message) {
  throw Error(ErrorKind::archive, message, file.path());
}

/// The segment that a link leads to. What is written in the link must be what segment_path() makes of the group.
std::string segment_of(const h5::Link& link, const std::string& group, const h5::SerialFile& file,
                       const std::string& path) {
  const fs::path target(link.file); // as written
  const std::string own = fs::path(segment_folder(path)).filename().string();
  const std::string segment = segment_folder(path) + "/" + target.filename().string();
  if (link.object != group || !is_segment_of(segment, group))
    fail(file, group + " is a link to " + link.file + ", which is no segment");
  if (target.parent_path().string() != own)
    fail(file,
         group + " stands in " + link.file + ", which is not in this archive's own folder " + own +
             ": a copy of an archive of segments is a copy of both, under the same names in another folder");
  return segment;
}

} // namespace

std::set<std::string> segments_of(const Places& places) {
  std::set<std::string> files;
  for (const auto& [group, place] : places) files.insert(place);
  return files;
}

h5::SerialFile open_segment(const std::string& place) {
  std::error_code ignored;
  if (fs::is_symlink(fs::symlink_status(place, ignored)))
    throw Error(ErrorKind::archive, "is a link, where only the segment itself may stand", place);
  return h5::SerialFile(place);
}

Places find_places(const h5::SerialFile& file, const std::string& path) {
  Places places;
  for (const h5::Link& stage : file.links("/")) {
    const std::string above = "/" + stage.name;
    if (stage.kind != h5::LinkKind::hard)
      fail(file, above + " is a link, where only the content itself may stand");
    if (!file.is_group(above)) fail(file, above + " is no group");
    if (stage.name == "provenance") continue;
    for (const h5::Link& link : file.links(above)) {
      const std::string group = above + "/" + link.name;
      if (link.kind == h5::LinkKind::soft)
        fail(file, group + " is a link, where only the content itself may stand");
      places.emplace(group, link.kind == h5::LinkKind::hard ? path : segment_of(link, group, file, path));
    }
  }
  return places;
}

} // namespace blockspin::archive
