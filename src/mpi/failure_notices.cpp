#include "failure_notices.hpp"

#include <algorithm>

namespace blockspin::mpi {

void FailureNotices::send(Tag tag) const {
  for (int rank = 0; rank < comm_.size(); ++rank) {
    MPI_Request request = MPI_REQUEST_NULL;
    if (rank == comm_.rank()) continue;
    if (MPI_Isend(nullptr, 0, MPI_BYTE, rank, tag, comm_.handle(), &request) == MPI_SUCCESS)
      MPI_Request_free(&request);
  }
}

void FailureNotices::receive() {
  for (int here = 0;;) {
    MPI_Status status;
    if (MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, comm_.handle(), &here, &status) != MPI_SUCCESS || here == 0)
      return;
    if (MPI_Recv(nullptr, 0, MPI_BYTE, status.MPI_SOURCE, status.MPI_TAG, comm_.handle(),
                 MPI_STATUS_IGNORE) != MPI_SUCCESS)
      return;
    if (status.MPI_TAG == speaks) spoken_ = true;
    if (status.MPI_TAG != fails) continue;
    ++n_failed_;
    lowest_ = std::min(lowest_, status.MPI_SOURCE);
  }
}

} // namespace blockspin::mpi
