#include "group_attributes.hpp"

#include <algorithm>
#include <set>

#include "content_hash.hpp"

namespace blockspin::archive {

namespace {

/// Attributes that are the archive's own and no deck values.
const std::set<std::string> own_attributes{"status", "content_hash", "parents", "parent_hashes",
                                           "format_version"};

std::vector<Parent> parents_of(const std::string& path, const Attributes& attributes,
                               const std::string& where) {
  using Texts = std::vector<std::string>;
  const auto& paths = attribute<Texts>(attributes, path, "parents", where);
  const auto& hashes = attribute<Texts>(attributes, path, "parent_hashes", where);
  const auto fail = [&](const std::string& what) {
    throw Error(ErrorKind::archive, path + " " + what, where);
  };
  if (paths.size() != hashes.size()) fail("has parents without hashes");
  std::vector<Parent> parents;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (paths[i] == path) fail("is its own parent");
    if (!is_group_path(paths[i]) || !is_content_hash(hashes[i])) fail("has a parent that is no group");
    parents.push_back({paths[i], hashes[i]});
  }
  return parents;
}

} // namespace

std::uint64_t version_of_group(const std::string& path, const Attributes& attributes,
                               const std::string& where) {
  if (!attributes.contains("format_version")) return 1; // it did not say so then
  const auto version = attribute<std::uint64_t>(attributes, path, "format_version", where);
  if (version < 2 || version > format_version)
    throw Error(ErrorKind::archive, path + " is of archive format " + std::to_string(version), where);
  return version;
}

bool is_content_hash(const std::string& text) {
  return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

bool is_group_path(const std::string& text) {
  const std::size_t slash = text.find('/', 1);
  return text.starts_with('/') && slash != std::string::npos && slash > 1 && slash + 1 < text.size() &&
         text.find('/', slash + 1) == std::string::npos;
}

Group group_of(const std::string& path, const Attributes& attributes, const std::string& where) {
  Group group{path,
              attribute<std::string>(attributes, path, "status", where),
              attribute<std::string>(attributes, path, "content_hash", where),
              parents_of(path, attributes, where),
              {},
              version_of_group(path, attributes, where)};
  const auto fail = [&](const std::string& what) {
    throw Error(ErrorKind::archive, path + " " + what, where);
  };
  if (group.status != "complete" && group.status != "partial") fail("is neither complete nor partial");
  if (!is_content_hash(group.content_hash)) fail("has no content hash");
  if (group.version > 1 && !group.content_hash.starts_with(attribute_digits(path, attributes)))
    fail("is damaged: its attributes do not match its checksum; bring the archive back from a copy, or start "
         "over with --overwrite");
  for (const auto& [name, value] : attributes)
    if (!own_attributes.contains(name)) group.values.emplace(name, value);
  return group;
}

} // namespace blockspin::archive
