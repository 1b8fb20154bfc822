// MPI-IO calls that change a file, seen through MPI's profiling interface (MPI 3.1, chapter 14): HDF5
// does not return from a failing one, but goes on into a collective call that the other ranks will not
// make. They are told apart as HDF5 does it: by the error code, or by a status that counts fewer
// elements than were asked for.

#include <mpi.h>

#include "mpi_io.hpp"
#include "together.hpp"

namespace blockspin::h5 {

void watch_mpi_io() {}

namespace {

int watched(int code, const char* reason) {
  if (code != MPI_SUCCESS) Watchdog::current_has_failed(reason);
  return code;
}

int watched_write(int code, const MPI_Status* status, int n, MPI_Datatype type) {
  int n_written = n, n_bytes = 0;
  PMPI_Type_size(type, &n_bytes);
  if (code == MPI_SUCCESS && status != MPI_STATUS_IGNORE && n_bytes > 0)
    PMPI_Get_count(status, type, &n_written);
  if (n_written != n) Watchdog::current_has_failed("a write has failed");
  return watched(code, "a write has failed");
}

} // namespace

} // namespace blockspin::h5

using namespace blockspin::h5;

extern "C" {

int MPI_File_write_at(MPI_File file, MPI_Offset at, const void* data, int n, MPI_Datatype type,
                      MPI_Status* status) {
  return watched_write(PMPI_File_write_at(file, at, data, n, type, status), status, n, type);
}

int MPI_File_write_at_all(MPI_File file, MPI_Offset at, const void* data, int n, MPI_Datatype type,
                          MPI_Status* status) {
  return watched_write(PMPI_File_write_at_all(file, at, data, n, type, status), status, n, type);
}

int MPI_File_set_size(MPI_File file, MPI_Offset size) {
  return watched(PMPI_File_set_size(file, size), "the file's size cannot be changed");
}

int MPI_File_sync(MPI_File file) { return watched(PMPI_File_sync(file), "the file cannot be synced"); }

int MPI_File_close(MPI_File* file) { return watched(PMPI_File_close(file), "the file cannot be closed"); }
}
