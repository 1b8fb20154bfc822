#pragma once
// Whether the content of an archive is still what was written.

#include <map>
#include <string>

#include "blockspin/archive/archive.hpp"

namespace blockspin::archive {

/// The hash of a group's datasets as they are now, on every rank; the root reads them all. Collective.
std::string present_hash(const Archive& archive, const std::string& group);

/// Keeps a run from building on damaged content. Groups that the run writes itself are hashed as they are
/// written; those it finds are read and hashed once, before the first stage that needs them.
class FoundContent {
public:
  /// Takes down what is there. Local.
  explicit FoundContent(const Archive& archive);
  /// Throws an agreed ErrorKind::archive where a group that was there at the start is damaged. Collective.
  void require_whole(const Archive& archive, const std::string& group);

private:
  std::map<std::string, std::string>
      unchecked_; ///< content hashes by path: equal groups are damaged one by one
};

} // namespace blockspin::archive
