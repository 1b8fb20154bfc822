#include "blockspin/archive/whole.hpp"

#include "blockspin/mpi/agree.hpp"
#include "content_hash.hpp"

namespace blockspin::archive {

std::string present_hash(const Archive& archive, const std::string& group) {
  require(archive.group(group).has_value(), "a group that is not there has no hash");
  std::string hash;
  // The root alone, through a file of its own: HDF5 duplicates a communicator at each step over a link to
  // another file, so that ranks cannot follow links at their own pace.
  mpi::agreed(
      archive.comm(),
      [&] {
        const mpi::Communicator self = mpi::Communicator::self();
        h5::File file = h5::File::open(self, archive.path(), h5::Access::read);
        hash = content_hash(file, group);
        file.close();
      },
      true);
  return archive.comm().broadcast(hash);
}

FoundContent::FoundContent(const Archive& archive) {
  for (const std::string& path : archive.groups())
    unchecked_.emplace(path, archive.group(path)->content_hash);
}

void FoundContent::require_whole(const Archive& archive, const std::string& group) {
  const auto found = archive.group(group);
  const auto at_start = unchecked_.find(group);
  if (!found || at_start == unchecked_.end() || at_start->second != found->content_hash) return;
  mpi::agree(archive.comm(), present_hash(archive, group) == found->content_hash, ErrorKind::archive,
             group +
                 " is damaged: its content does not match its checksum; bring the archive back from a copy, "
                 "or start over with --overwrite",
             archive.path());
  unchecked_.erase(at_start);
}

} // namespace blockspin::archive
