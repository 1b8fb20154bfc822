#!/usr/bin/env bash
# The normal of the critical manifold as layers see it: one deck (some five minutes on two cores), then its tables and figure. Then
# the lattice's own functions alone, from more configurations (some 40 seconds of one core).
#
#     runscripts/relevance.sh FOLDER [RANKS]      # relevance.h5, .txt and .png, relevance_rows.h5 and .txt go to FOLDER; RANKS: 2
#
# Interrupted, it goes on where it was. BLOCKSPIN names another program than build/release/src/app/blockspin.
# Nothing of postprocess/reference changes: what is to be shown there is copied by hand.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:?give a folder for the archive and the tables}
ranks=${2:-2}
# shellcheck source=runscripts/environment.sh
source "$root/runscripts/environment.sh"
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)

run() { # DECK NAME [OPTIONS]
  local deck=$1 name=$2
  shift 2
  mpirun -n "$ranks" "${BLOCKSPIN:-$root/build/release/src/app/blockspin}" run "$root/$deck" --resume \
    --set campaign.archive="$folder/$name.h5" "$@"
}
run input/relevance.ini relevance
run tests/endtoend/relevance_rows.ini relevance_rows --set sample.main.configurations=200000
export PYTHONPATH=$root/postprocess
"$PYTHON" -B -m blockspin.relevance "$folder/relevance.h5" -o "$folder"
"$PYTHON" -B -m blockspin.relevance --rows "$folder/relevance_rows.h5" -o "$folder"
echo "$folder/relevance.txt $folder/relevance_rows.txt"
