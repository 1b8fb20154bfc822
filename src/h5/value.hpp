#pragma once
// Values of attributes, as HDF5 holds them and as this program does.

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "blockspin/h5/attribute.hpp"

namespace blockspin::h5 {

/// Paths of objects by where they stand in their file: what an attribute means that refers to an object.
using PathsByAddress = std::map<haddr_t, std::string>;

/// Writes the value as a new attribute of an open object. Collective in a parallel file.
void write_value(hid_t object, const std::string& name, const Value& value);

/// The value of an open attribute; nothing where it is of a kind that no Value holds. What HDF5 notes of
/// dimension scales are texts: the paths of the scales of each axis; "path axis" for each use of a scale; a
/// place that no path of `paths` stands at is "?". Local.
std::optional<Value> read_value(hid_t attribute, const PathsByAddress& paths = {});

/// The names of all attributes of an open object, sorted. Local.
std::vector<std::string> attribute_names(hid_t object);

} // namespace blockspin::h5
