#!/usr/bin/env bash
# The normal of the critical manifold as layers see it: one deck (some five minutes on two cores), then its tables and figure.
#
#     runscripts/relevance.sh FOLDER [RANKS]      # relevance.h5, relevance.txt and relevance.png go to FOLDER; RANKS: 2
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

mpirun -n "$ranks" "${BLOCKSPIN:-$root/build/release/src/app/blockspin}" run "$root/input/relevance.ini" --resume \
  --set campaign.archive="$folder/relevance.h5"
PYTHONPATH=$root/postprocess "$PYTHON" -B -m blockspin.relevance "$folder/relevance.h5" -o "$folder"
echo "$folder/relevance.txt"
