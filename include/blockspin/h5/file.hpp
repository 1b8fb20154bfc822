#pragma once
// One HDF5 file, opened by all ranks of a communicator.

#include <cstdint>
#include <string>
#include <string_view>

#include "blockspin/h5/handle.hpp"
#include "blockspin/mpi/communicator.hpp"

namespace blockspin::h5 {

enum class Access { read, write };

/// A parallel HDF5 file (MPI-IO, latest file format, no modification times, so that the bytes do not depend
/// on the ranks that wrote it). Move only.
/// Every member is collective and throws the same agreed ErrorKind::archive on all ranks, naming
/// the file. close() must be called: the destructor, which may run while an error is under way on
/// one rank alone, only lets go.
class File {
public:
  /// Creates the file, replacing one of that name. The communicator must outlive the file.
  static File create(const mpi::Communicator& comm, const std::string& path);
  /// Opens a file. What is missing, a directory, not HDF5, truncated, damaged at its root, or open for writing
  /// elsewhere is told apart. What is below the root has not been looked at: where the file may come from
  /// others, look() at what will be read (serial_file.hpp).
  static File open(const mpi::Communicator& comm, const std::string& path, Access access);

  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;
  ~File();

  /// Writes what is pending and closes. Collective.
  void close();
  /// Hands everything written so far to the operating system, so that other ranks can read it. Collective.
  void flush();

  bool is_open() const { return id_ >= 0; }
  hid_t id() const { return id_; }
  const std::string& path() const { return path_; }
  const mpi::Communicator& comm() const { return *comm_; }

  /// Whether a group or dataset of that path exists. Local, same on every rank.
  bool exists(std::string_view path) const;
  /// Creates a group and those above it. Collective.
  void create_group(const std::string& path);
  /// Makes `path` a link to the object of the same path in another file, which stands in this file's folder
  /// or below it; the link holds its relative path. Collective.
  void link(const std::string& path, const std::string& other_file);
  /// Deletes a group or dataset; its space is used again by what is written before the
  /// file is closed. Collective.
  void remove(const std::string& path);
  /// Tells that all ranks together have written so many bytes: the next flush may take the longer.
  void add_written(std::uint64_t n_bytes) { unsynced_bytes_ += n_bytes; }

private:
  File(const mpi::Communicator& comm, std::string path, Access access, hid_t id)
      : comm_(&comm), path_(std::move(path)), access_(access), id_(id) {}

  const mpi::Communicator* comm_;
  std::string path_;
  Access access_;
  std::uint64_t unsynced_bytes_ = 0; ///< written by all ranks since the last flush
  hid_t id_ = H5I_INVALID_HID;
};

} // namespace blockspin::h5
