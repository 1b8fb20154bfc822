# shellcheck shell=bash
# Sourced by quickstart.sh and test.sh: what MPI and Python need on one ordinary machine.
# Not for clusters: there the scheduler places and binds the ranks (see slurm_campaign.sh).

# Open MPI refuses root unless told twice.
if [ "$(id -u)" = 0 ]; then
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi
# More ranks than free cores must share them: allowed, unbound, and yielding while they wait.
export OMPI_MCA_rmaps_base_oversubscribe=1
export OMPI_MCA_hwloc_base_binding_policy=none
export OMPI_MCA_mpi_yield_when_idle=1
# Shared memory only: no search for networks, no warnings about missing ones.
export OMPI_MCA_pml=ob1 OMPI_MCA_btl=self,vader
# After Ctrl-C mpirun sends SIGCONT (the program makes a checkpoint), waits so many seconds (Open MPI: 1), sends SIGTERM (it
# stops), waits as long again, and kills its ranks. It does the same after a rank has failed.
export OMPI_MCA_odls_base_sigkill_timeout=10
# The ranks are the parallelism; threads inside BLAS would compete with them.
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1

# PYTHON: Debian's python3, whose h5py packages.txt installs, unless only another one has h5py.
PYTHON=
for candidate in /usr/bin/python3 python3; do
  if "$candidate" -c 'import h5py, matplotlib' 2>/dev/null; then PYTHON=$candidate; break; fi
done
if [ -z "$PYTHON" ]; then
  echo "No python3 with h5py and matplotlib was found." >&2
  exit 1
fi
