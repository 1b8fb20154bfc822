#pragma once
// A file that is written beside the one whose name it will take, and goes away where it does not come so far.

#include <string>

#include "blockspin/h5/file.hpp"

namespace blockspin::archive {

/// Deletes its file at the end of its life, unless it has been renamed by then. Move only.
class TemporaryFile {
public:
  /// The root creates the empty file, named after `path` and with the permissions of `like` (create_temporary).
  /// Throws an agreed ErrorKind::archive. Collective.
  TemporaryFile(const mpi::Communicator& comm, const std::string& path, const std::string& like);
  ~TemporaryFile();
  TemporaryFile(TemporaryFile&& other) noexcept;
  TemporaryFile& operator=(TemporaryFile&&) = delete;
  const std::string& path() const { return path_; }

private:
  bool is_root_;
  std::string path_; ///< empty once moved from
};

/// An HDF5 file that is being written into a temporary one. What is not closed lets go before its file is deleted.
struct Draft {
  TemporaryFile temporary;
  h5::File file;
};

} // namespace blockspin::archive
