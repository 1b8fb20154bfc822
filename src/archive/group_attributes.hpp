#pragma once
// A group as its attributes tell it.

#include <map>
#include <string>

#include "blockspin/archive/archive.hpp"

namespace blockspin::archive {

using Attributes = std::map<std::string, h5::Value>;

/// Throws ErrorKind::archive at `where` where an attribute that every group has is missing, of another type, or
/// says what no run writes; and where the attributes do not match their part of the content hash. Local.
Group group_of(const std::string& path, const Attributes& attributes, const std::string& where);

/// The archive's format when a group was written. Throws as group_of(). Local.
std::uint64_t version_of_group(const std::string& path, const Attributes& attributes,
                               const std::string& where);

/// The value of an attribute of the type T. Throws ErrorKind::archive at `where` without one. Local.
template <class T>
const T& attribute(const Attributes& attributes, const std::string& object, const std::string& name,
                   const std::string& where) {
  const auto found = attributes.find(name);
  if (found == attributes.end())
    throw Error(ErrorKind::archive, "the attribute " + name + " of " + object + " is missing", where);
  if (const T* held = std::get_if<T>(&found->second)) return *held;
  throw Error(ErrorKind::archive, "the attribute " + name + " of " + object + " has the wrong type", where);
}

/// Whether a text is what a content hash looks like: 32 hexadecimal digits.
bool is_content_hash(const std::string& text);
/// Whether a text is the path of a group of a stage: "/rbm/main".
bool is_group_path(const std::string& text);

} // namespace blockspin::archive
