#include "file_check.hpp"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>

#include <sys/stat.h>

#include "blockspin/base/error.hpp"
#include "blockspin/h5/raw.hpp"

namespace blockspin::h5 {

namespace {

/// Superblock versions 2 and 3 (the newest format): the end of file stands here, little endian, if offsets
/// have 8 bytes (HDF5 File Format Specification 3.0, II.A).
constexpr std::size_t end_of_file_position = 28;
/// The consistency flags of version 3: bit 0 and bit 2 are set while a program has the file open for writing.
/// MPI-IO leaves them alone; h5py and the like do not.
constexpr std::size_t flags_position = 11;
constexpr unsigned open_for_writing = 1 | 4;
constexpr std::size_t superblock_bytes = 48;

void check_length(const char* superblock, std::uint64_t n_bytes, const std::string& path) {
  const int version = superblock[8];
  if (version < 2 || version > 3 || superblock[9] != 8) return; // another layout: HDF5 itself will tell
  std::uint64_t end_of_file = 0;
  std::memcpy(&end_of_file, superblock + end_of_file_position, sizeof end_of_file);
  if (n_bytes < end_of_file)
    throw Error(ErrorKind::archive,
                "the file is truncated: " + std::to_string(n_bytes) + " bytes of " +
                    std::to_string(end_of_file),
                path);
}

void check_flags(const char* superblock, const std::string& path) {
  if (superblock[8] == 3 && (static_cast<unsigned char>(superblock[flags_position]) & open_for_writing) != 0)
    throw Error(
        ErrorKind::archive,
        "another program has the file open for writing, or was ended while it had: close it there; if "
        "none has, what it wrote is not to be trusted, and the file is to be brought back from a copy",
        path);
}

} // namespace

void check_file(const std::string& path) {
  const auto fail = [&path](const std::string& message) { throw Error(ErrorKind::archive, message, path); };
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) fail(std::string("cannot open the file: ") + std::strerror(errno));
  if (S_ISDIR(status.st_mode)) fail("is a directory, not a file");
  if (!S_ISREG(status.st_mode)) fail("is not a regular file");
  std::ifstream stream(path, std::ios::binary);
  if (!stream) fail(std::string("cannot open the file: ") + std::strerror(errno));
  if (!is_hdf5(path)) fail("is not an HDF5 file");
  char superblock[superblock_bytes] = {};
  stream.read(superblock, sizeof superblock);
  check_flags(superblock, path);
  check_length(superblock, static_cast<std::uint64_t>(status.st_size), path);
}

} // namespace blockspin::h5
