#pragma once
// Whether the content of an archive is still what was written.

#include <set>
#include <string>

#include "blockspin/archive/archive.hpp"

namespace blockspin::archive {

/// Whether the bytes of a group's datasets are still those that were written: the root reads them all and
/// compares their hash with the group's. Collective.
bool is_whole(const Archive& archive, const std::string& group);

/// Keeps a run from building on damaged content. Groups that the run writes itself are hashed as they are
/// written; those it finds are read and hashed once, before the first stage that needs them.
class FoundContent {
public:
  /// Takes down what is there. Local.
  explicit FoundContent(const Archive& archive);
  /// Throws an agreed ErrorKind::archive where a group that was there at the start is damaged. Collective.
  void require_whole(const Archive& archive, const std::string& group);

private:
  std::set<std::string> unchecked_; ///< content hashes
};

} // namespace blockspin::archive
