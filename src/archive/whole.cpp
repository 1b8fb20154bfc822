#include "blockspin/archive/whole.hpp"

#include "archive_state.hpp"
#include "blockspin/mpi/agree.hpp"
#include "content_hash.hpp"

namespace blockspin::archive {

namespace {

/// For the root alone, which looks before it reads.
std::string hash_of(const std::string& place, const std::string& group) {
  const h5::SerialFile structure(place);
  const std::uint64_t version = version_of_group(group, structure.attributes(group), place);
  structure.describe(group);
  const mpi::Communicator self = mpi::Communicator::self();
  h5::File file = h5::File::open(self, place, h5::Access::read);
  std::string hash = content_hash(file, group, version);
  file.close();
  return hash;
}

} // namespace

std::string present_hash(const Archive& archive, const std::string& group) {
  std::string hash;
  h5::look_on_root(archive.comm(), archive.path(), [&] { hash = hash_of(archive.place(group), group); });
  return archive.comm().broadcast(hash);
}

void Archive::require_whole(const std::string& group) const {
  if (!state_->places.contains(group) || state_->whole.contains(group)) return;
  mpi::agree(comm(), present_hash(*this, group) == state_->know(group).content_hash, ErrorKind::archive,
             group +
                 " is damaged: its content does not match its checksum; bring the archive back from a copy, "
                 "or start over with --overwrite",
             path());
  state_->whole.insert(group);
}

} // namespace blockspin::archive
