#include "blockspin/archive/whole.hpp"

#include "archive_state.hpp"
#include "blockspin/mpi/agree.hpp"
#include "content_hash.hpp"
#include "group_attributes.hpp"

namespace blockspin::archive {

namespace {

/// For the root alone, which looks before it reads.
std::string hash_of(const std::string& place, const std::string& group) {
  const std::vector<h5::Node> nodes = h5::SerialFile(place).describe(group);
  const std::uint64_t version = version_of_group(group, nodes.front().attributes, place);
  const mpi::Communicator self = mpi::Communicator::self();
  h5::File file = h5::File::open(self, place, h5::Access::read);
  std::string hash = content_hash(file, group, nodes, version);
  file.close();
  return hash;
}

} // namespace

std::string present_hash(const Archive& archive, const std::string& group) {
  std::string hash;
  const std::string& place = archive.place(group);
  h5::look_on_root(archive.comm(), place, [&] { hash = hash_of(place, group); });
  return archive.comm().broadcast(hash);
}

std::string stored_hash(const Archive& archive, const std::string& group) {
  std::string hash;
  const std::string& place = archive.place(group);
  h5::look(archive.comm(), place, [&] {
    hash = group_of(group, h5::SerialFile(place).attributes(group), archive.path()).content_hash;
  });
  return hash;
}

void Archive::require_whole(const std::string& group) const {
  if (!state_->places.contains(group) || state_->whole.contains(group)) return;
  mpi::agree(comm(), present_hash(*this, group) == state_->know(group).content_hash, ErrorKind::archive,
             group +
                 " is damaged: its content does not match its checksum; bring the archive back from a copy, "
                 "or start over with --overwrite",
             path());
  state_->whole.insert(group);
  state_->looked_at.insert(group);
}

} // namespace blockspin::archive
