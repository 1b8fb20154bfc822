#include "blockspin/archive/ancestry.hpp"

namespace blockspin::archive {

namespace {

/// `fresh`: ancestors that have been found to be so, which many groups may share.
std::string stale_ancestor(const Archive& archive, const Group& group, const std::set<std::string>& changing,
                           std::set<std::string>& fresh) {
  for (const Parent& parent : group.parents) {
    const auto now = archive.group(parent.path);
    if (!now || now->content_hash != parent.content_hash || changing.contains(parent.path))
      return parent.path;
    if (!fresh.insert(parent.path).second) continue;
    if (std::string older = stale_ancestor(archive, *now, changing, fresh); !older.empty()) return older;
  }
  return {};
}

} // namespace

std::string stale_ancestor(const Archive& archive, const Group& group,
                           const std::set<std::string>& changing) {
  std::set<std::string> fresh;
  return stale_ancestor(archive, group, changing, fresh);
}

} // namespace blockspin::archive
