// Ranks on nodes of several kinds use the same kernels.

#include "blockspin/mpi/communicator.hpp"
#include "blockspin/rbm/product.hpp"
#include "kernels.hpp"

namespace blockspin::rbm {

// A processor that runs a set of kernels runs all lesser ones: their number tells which.
void agree_on_kernels(const mpi::Communicator& comm, std::size_t n_runnable) {
  const auto all = runnable_kernels();
  use_kernels(*all[all.size() - comm.min(static_cast<std::uint64_t>(n_runnable))]);
}

void agree_on_kernels(const mpi::Communicator& comm) { agree_on_kernels(comm, runnable_kernels().size()); }

} // namespace blockspin::rbm
