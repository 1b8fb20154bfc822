#pragma once
// The BLAS libraries of this process: kept to one thread, since the ranks are the parallelism and the order of their
// sums would depend on the number of threads; and told apart, for the record.

#include <string>
#include <vector>

namespace blockspin::petsc {

/// Tells every BLAS that is loaded, and OpenMP, to use one thread. Whatever the environment says (OPENBLAS_NUM_THREADS,
/// OMP_NUM_THREADS, ...). Before any rank works; local.
void use_one_blas_thread();

/// "libopenblas.so.0: OpenBLAS 0.3.21 ..., Zen, 1 thread": each BLAS that can say what it is, sorted. Local.
std::vector<std::string> blas_libraries();

} // namespace blockspin::petsc
