#!/bin/bash
# The study of Mehta and Schwab, whole: runs its five decks on two ranks (about a quarter of an hour on two cores), then writes
# the reference table and figures anew. Archives go to OUTPUT (default: input/); those that are complete are kept.
#   runscripts/mehta2014.sh [OUTPUT]
set -euo pipefail
cd "$(dirname "$0")/.."
source runscripts/environment.sh
output=${1:-input}
reference=postprocess/reference
export PYTHONPATH=postprocess

archives=()
for deck in mehta2014 kadanoff mehta2014_16x16 mehta2014_20x20 mehta2014_temperatures; do
  archive=$(realpath -m "$output/$deck.h5")
  mpirun -n 2 build/release/src/app/blockspin run "input/$deck.ini" --set "campaign.archive=$archive" --resume
  archives+=("$archive")
done

"$PYTHON" -m blockspin.mehta2014 "${archives[@]}" > "$reference/mehta2014.txt"
figures=$(mktemp -d)
trap 'rm -r "$figures"' EXIT
for archive in "${archives[@]}"; do "$PYTHON" -m blockspin.figures "$archive" --output "$figures/$(basename "$archive" .h5)"; done
cp "$figures"/mehta2014/receptive_fields_per_update_layer3.png "$figures"/mehta2014_16x16/locality_against_l1.png \
   "$figures"/mehta2014_16x16/locality_against_units.png "$figures"/mehta2014_temperatures/hidden_order.png \
   "$figures"/kadanoff/kadanoff_couplings_6x6_by_2.png "$reference"
"$PYTHON" -m blockspin.mehta2014 --short "${archives[@]}" # the README's table
