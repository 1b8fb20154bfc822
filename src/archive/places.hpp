#pragma once
// Where the groups of an archive stand: inside, or in segments that it links to.

#include <map>
#include <set>
#include <string>

#include "blockspin/h5/serial_file.hpp"

namespace blockspin::archive {

/// The file of each group, by the group's path.
using Places = std::map<std::string, std::string>;

/// The segments among them.
std::set<std::string> segments_of(const Places& places);

/// Opens a segment. Throws ErrorKind::archive where it is no file of its own. Local.
h5::SerialFile open_segment(const std::string& place);

/// Reads the names in an archive at `path`. Throws ErrorKind::archive for what no archive holds: anything but
/// groups and, in their place, links into the archive's own folder of segments. Local.
Places find_places(const h5::SerialFile& file, const std::string& path);

} // namespace blockspin::archive
