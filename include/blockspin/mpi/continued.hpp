#pragma once
// SIGCONT: it follows upon a pause, and mpirun sends it first, before the other signals, when it is asked to end.

namespace blockspin::mpi {

/// Counts SIGCONT from now on. Local.
void install_continue_signal();
/// How often it has come. Local.
int n_continued();

} // namespace blockspin::mpi
