#pragma once
// What the signals that ask for a stop mean to a rank that has failed, and cannot stop any more.

namespace blockspin::mpi {

/// Forgets the signals that have come so far. Local.
void forget_signals();
/// Whether SIGTERM has come since: mpirun sends it to every rank once one of them has ended the job. Local.
bool end_is_under_way();

} // namespace blockspin::mpi
