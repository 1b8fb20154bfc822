#pragma once
// A folder for one test's files, the same on every rank, removed at the end by the root.

#include <filesystem>
#include <string>

#include <unistd.h>

#include "blockspin/mpi/communicator.hpp"

/// Construct on all ranks of `comm` together. Collective in both ends.
class ScratchFolder {
public:
  explicit ScratchFolder(const blockspin::mpi::Communicator& comm) : comm_(comm) {
    std::string folder;
    if (comm.is_root()) {
      std::string pattern = (std::filesystem::temp_directory_path() / "blockspin-test-XXXXXX").string();
      folder = mkdtemp(pattern.data());
    }
    path_ = comm.broadcast(folder);
  }
  ~ScratchFolder() {
    comm_.barrier();
    std::error_code ignored;
    if (comm_.is_root()) std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  std::string file(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

private:
  const blockspin::mpi::Communicator& comm_;
  std::string path_;
};
