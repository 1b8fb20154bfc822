#include "seal.hpp"

#include <span>
#include <vector>

#include "blockspin/archive/file_hash.hpp"
#include "blockspin/base/byte_file.hpp"
#include "blockspin/base/error.hpp"
#include "blockspin/mpi/agree.hpp"
#include "durable.hpp"
#include "group_attributes.hpp"

namespace blockspin::archive {

namespace {

const std::string words = "blockspin checkpoint, sealed ";
constexpr std::size_t n_digits = 32;
const std::size_t seal_bytes = words.size() + n_digits + 1;

/// The hash in the last line of a file; empty where that is no seal. Local.
std::string sealed_hash(const std::string& path) {
  const ByteFile file(path);
  if (file.n_bytes() < seal_bytes) return {};
  std::string line(seal_bytes, '\0');
  file.read(file.n_bytes() - seal_bytes, std::as_writable_bytes(std::span(line)));
  const std::string digits = line.substr(words.size(), n_digits);
  return line.starts_with(words) && line.ends_with('\n') && is_content_hash(digits) ? digits : std::string();
}

} // namespace

void seal(const mpi::Communicator& comm, const std::string& path) {
  const std::string digits = file_hash(comm, path);
  mpi::agreed(
      comm, [&] { append(path, words + digits + "\n"); }, true);
}

bool is_sealed(const mpi::Communicator& comm, const std::string& path) {
  std::string promised;
  mpi::agreed(
      comm, [&] { promised = sealed_hash(path); }, true);
  promised = comm.broadcast(promised);
  if (promised.empty()) return false;
  if (file_hash(comm, path, seal_bytes) != promised)
    throw_agreed(ErrorKind::archive, "its bytes do not match its checksum", path);
  return true;
}

} // namespace blockspin::archive
