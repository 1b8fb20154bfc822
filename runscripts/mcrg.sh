#!/usr/bin/env bash
# Monte Carlo renormalization in two and three dimensions, the plane of couplings with machines in it, and learned blocking in two
# and three dimensions: five decks (some fifteen minutes on two cores), then the tables and the figure.
#
#     runscripts/mcrg.sh FOLDER [RANKS]      # archives, mcrg.txt, filter.txt, filter_weights.txt, rg_plane.txt and .png go to FOLDER; RANKS: 2
#
# Interrupted, it goes on where it was. BLOCKSPIN names another program than build/release/src/app/blockspin.
# Nothing of postprocess/reference changes: what is to be shown there is copied by hand.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:?give a folder for the archives and the table}
ranks=${2:-2}
# shellcheck source=runscripts/environment.sh
source "$root/runscripts/environment.sh"
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)

archives=()
for deck in mcrg mcrg_3d rg_plane filter filter_3d; do
  mpirun -n "$ranks" "${BLOCKSPIN:-$root/build/release/src/app/blockspin}" run "$root/input/$deck.ini" --resume \
    --set campaign.archive="$folder/$deck.h5"
  archives+=("$folder/$deck.h5")
done
export PYTHONPATH=$root/postprocess
"$PYTHON" -B -m blockspin.rg_plane "${archives[2]}" -o "$folder"
"$PYTHON" -B -m blockspin.mcrg "${archives[@]::2}" > "$folder/mcrg.txt.part"
mv "$folder/mcrg.txt.part" "$folder/mcrg.txt"
"$PYTHON" -B -m blockspin.learned_blocking "${archives[@]:3}" > "$folder/filter.txt.part"
mv "$folder/filter.txt.part" "$folder/filter.txt"
"$PYTHON" -B -m blockspin.learned_blocking --weights "${archives[3]}" > "$folder/filter_weights.txt.part"
mv "$folder/filter_weights.txt.part" "$folder/filter_weights.txt"
echo "$folder/mcrg.txt $folder/filter.txt $folder/filter_weights.txt"
