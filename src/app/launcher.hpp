#pragma once
// What a process can know of its launcher before MPI starts.

namespace blockspin::app {

/// This process's place among its launcher's, from the environment; 0 without a launcher.
int launcher_rank();

/// Whether mpirun or its like started this process.
bool has_launcher();

/// Under a launcher: asks the kernel to kill this process when the launcher dies, so
/// that no rank outlives its job.
void end_with_launcher();

} // namespace blockspin::app
