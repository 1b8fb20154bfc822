#!/bin/bash
# A campaign under Slurm that outlives its wall time:  sbatch runscripts/slurm_campaign.sh DECK
# Shortly before the end Slurm sends TERM to this script; it passes USR1 to mpirun, which forwards it to the ranks; they
# stop at the next safe point with exit code 75; the job is put back in the queue and resumes. A file
# named STOP beside the deck stops the job as well, and keeps it out of the queue; delete it and submit again to go on.
# Adapt the lines marked (*).
#SBATCH --job-name=blockspin
#SBATCH --nodes=2                 # (*)
#SBATCH --ntasks-per-node=64      # (*) one rank a core
#SBATCH --cpus-per-task=1
#SBATCH --time=04:00:00           # (*)
#SBATCH --signal=B:TERM@180       # to this script, 180 s before the end: time for the safe point and the checkpoint
#SBATCH --requeue
#SBATCH --open-mode=append
set -uo pipefail
deck=${1:?usage: sbatch slurm_campaign.sh DECK}

# module load gcc openmpi hdf5 petsc slepc boost    # (*) the modules blockspin was built with
blockspin=${BLOCKSPIN:-blockspin}                   # (*) or the path of the installed program
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1

# --resume starts afresh where there is nothing, and so serves the first run and every later one alike.
# mpirun stands in the background so that the trap runs at once.
mpirun "$blockspin" run "$deck" --resume &
launcher=$!
trap 'kill -USR1 "$launcher" 2>/dev/null' TERM

# A trapped signal ends `wait` early: wait until the launcher has gone, then ask for its own status.
while kill -0 "$launcher" 2>/dev/null; do wait "$launcher"; done
wait "$launcher"
status=$?

# A file named STOP is somebody's wish, and would stop the next job as well.
if [ "$status" = 75 ] && [ ! -e "$(dirname "$deck")/STOP" ]; then
  echo "stopped early; back into the queue"
  scontrol requeue "$SLURM_JOB_ID"
fi
exit "$status"
