// archive_forge FILE GROUP...: gives changed groups the content hashes that fit them, as a forger would. Later groups
// take the hashes of earlier ones that are their parents. Exit code 1 where a group cannot be hashed.

#include <cstdio>

#include "blockspin/h5/serial_file.hpp"
#include "blockspin/mpi/session.hpp"
#include "content_hash.hpp"

namespace {

using namespace blockspin;
using Texts = std::vector<std::string>;

std::map<std::string, h5::Value> attributes_of(const std::string& path, const std::string& group) {
  return h5::SerialFile(path).attributes(group);
}

Texts texts(const std::map<std::string, h5::Value>& attributes, const std::string& name) {
  const auto found = attributes.find(name);
  const auto* const held = found == attributes.end() ? nullptr : std::get_if<Texts>(&found->second);
  return held == nullptr ? Texts() : *held;
}

/// The hashes of the group's parents, those that were forged before replaced.
Texts parent_hashes(const std::map<std::string, h5::Value>& attributes,
                    const std::map<std::string, std::string>& forged) {
  const Texts parents = texts(attributes, "parents");
  Texts hashes = texts(attributes, "parent_hashes");
  for (std::size_t i = 0; i < std::min(parents.size(), hashes.size()); ++i)
    if (const auto found = forged.find(parents[i]); found != forged.end()) hashes[i] = found->second;
  return hashes;
}

std::string forge(const mpi::Communicator& comm, const std::string& path, const std::string& group,
                  const std::map<std::string, std::string>& forged) {
  const auto attributes = attributes_of(path, group);
  h5::File file = h5::File::open(comm, path, h5::Access::write);
  if (!texts(attributes, "parent_hashes").empty())
    h5::write_attribute(file, group, "parent_hashes", parent_hashes(attributes, forged));
  file.flush();
  const std::string hash = archive::content_hash(file, group, attributes.contains("format_version") ? 2 : 1);
  h5::write_attribute(file, group, "content_hash", hash);
  file.close();
  return hash;
}

} // namespace

int main(int n_arguments, char** arguments) {
  mpi::Session session;
  try {
    std::map<std::string, std::string> forged;
    for (int i = 2; i < n_arguments; ++i)
      forged[arguments[i]] = forge(session.world(), arguments[1], arguments[i], forged);
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
