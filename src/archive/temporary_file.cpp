#include "temporary_file.hpp"

#include <utility>

#include "blockspin/mpi/agree.hpp"
#include "durable.hpp"

namespace blockspin::archive {

TemporaryFile::TemporaryFile(const mpi::Communicator& comm, const std::string& path, const std::string& like)
    : is_root_(comm.is_root()), path_(comm.broadcast(temporary_name(path))) {
  mpi::agreed(
      comm, [&] { create_temporary(path_, like); }, true);
}

TemporaryFile::TemporaryFile(TemporaryFile&& other) noexcept
    : is_root_(other.is_root_), path_(std::exchange(other.path_, {})) {}

TemporaryFile::~TemporaryFile() {
  if (is_root_ && !path_.empty()) remove_file(path_);
}

} // namespace blockspin::archive
