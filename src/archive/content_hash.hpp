#pragma once
// The fingerprint of a group, the same for the same content whoever computes it.

#include <map>
#include <string>
#include <vector>

#include "blockspin/archive/archive.hpp"

namespace blockspin::archive {

/// 32 hexadecimal digits. Collective; reads what is in the file: flush() first where it was just written, and
/// look at the group first where it may come from others.
/// Format 2: 16 digits of the group's path and its attributes (attribute_digits), then 16 of all that is below:
/// the path of each object, its attributes (the dimension scales' by the paths they mean), the type, extents
/// and bytes of datasets, in the order of the paths. Each is a half of XXH3 (128 bits).
/// Format 1: XXH3 (128 bits) over the paths, types, extents and bytes of datasets.
/// The bytes are hashed in blocks that depend on the shape alone, divided over the ranks.
std::string content_hash(const h5::File& file, const std::string& group,
                         std::uint64_t version = format_version);
/// The same where the group has been described already.
std::string content_hash(const h5::File& file, const std::string& group, const std::vector<h5::Node>& nodes,
                         std::uint64_t version);

/// The first 16 digits of a group's content hash in format 2: its path and every attribute but content_hash.
/// They can be checked without reading the datasets. Local.
std::string attribute_digits(const std::string& path, const std::map<std::string, h5::Value>& attributes);

} // namespace blockspin::archive
