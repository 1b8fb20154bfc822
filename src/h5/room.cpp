#include "room.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

#include "blockspin/base/text.hpp"
#include "blockspin/mpi/agree.hpp"

namespace blockspin::h5 {

namespace {

/// What HDF5 may need beside the values: headers, indices of chunks, attributes.
constexpr std::uint64_t overhead_bytes = 1 << 20;

bool is_full(int error) { return error == ENOSPC || error == EDQUOT || error == EFBIG; }

} // namespace

void reserve_room(const File& file, std::uint64_t n_bytes) {
  const auto reserve = [&] {
    const int descriptor = open(file.path().c_str(), O_WRONLY | O_CLOEXEC);
    if (descriptor < 0) return;
    const off_t end = lseek(descriptor, 0, SEEK_END);
    const std::uint64_t n_wanted = n_bytes + overhead_bytes;
    const bool done = fallocate(descriptor, FALLOC_FL_KEEP_SIZE, end, static_cast<off_t>(n_wanted)) == 0;
    const int error = errno;
    close(descriptor);
    if (!done && is_full(error))
      throw Error(ErrorKind::archive,
                  "no room for " + format_bytes(static_cast<double>(n_wanted)) +
                      " more: " + std::strerror(error),
                  file.path());
  };
  mpi::agreed(file.comm(), reserve, true);
}

} // namespace blockspin::h5
