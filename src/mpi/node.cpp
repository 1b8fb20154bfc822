#include "blockspin/mpi/node.hpp"

namespace blockspin::mpi {

int n_ranks_on_node(const Communicator& comm) {
  MPI_Comm node = MPI_COMM_NULL;
  check(MPI_Comm_split_type(comm.handle(), MPI_COMM_TYPE_SHARED, comm.rank(), MPI_INFO_NULL, &node),
        "MPI_Comm_split_type");
  int n = 1;
  const int code = MPI_Comm_size(node, &n);
  MPI_Comm_free(&node);
  check(code, "MPI_Comm_size");
  return n;
}

} // namespace blockspin::mpi
