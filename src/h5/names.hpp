#pragma once
// Names in groups, and attributes of objects, of an open file. All local.

#include <string>
#include <vector>

#include "blockspin/h5/serial_file.hpp"
#include "value.hpp"

namespace blockspin::h5 {

/// The names in an open group, sorted. `path` and `where` are for messages. Throws ErrorKind::archive for names
/// that cannot be printed, and kinds of links that HDF5 itself does not know.
std::vector<Link> links_of(hid_t group, const std::string& path, const std::string& where);

/// All attributes of an open object; throws ErrorKind::archive for kinds that we do not write.
std::map<std::string, Value> read_all_attributes(hid_t object, const std::string& path,
                                                 const PathsByAddress& paths, const std::string& where);

} // namespace blockspin::h5
