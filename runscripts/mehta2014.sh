#!/usr/bin/env bash
# The whole study of Mehta & Schwab: its five decks (some forty minutes on two cores), then tables and figures.
#
#     runscripts/mehta2014.sh FOLDER [RANKS]      # archives go to FOLDER, tables and figures to FOLDER/report; RANKS: 2
#
# Interrupted, it goes on where it was. BLOCKSPIN names another program than build/release/src/app/blockspin.
# Nothing of postprocess/reference changes: what is to be shown there is copied by hand.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:?give a folder for the archives and the report}
ranks=${2:-2}
# shellcheck source=runscripts/environment.sh
source "$root/runscripts/environment.sh"
mkdir -p "$folder/report"
folder=$(cd "$folder" && pwd)

archives=()
for deck in mehta2014 kadanoff mehta2014_16x16 mehta2014_20x20 mehta2014_temperatures; do
  mpirun -n "$ranks" "${BLOCKSPIN:-$root/build/release/src/app/blockspin}" run "$root/input/$deck.ini" --resume \
    --set campaign.archive="$folder/$deck.h5"
  archives+=("$folder/$deck.h5")
done

export PYTHONPATH=$root/postprocess
table() { # NAME [OPTIONS]: a table stands under its name when it is whole
  local name=$1
  shift
  "$PYTHON" -B -m blockspin.mehta2014 "$@" "${archives[@]}" > "$folder/report/$name.part"
  mv "$folder/report/$name.part" "$folder/report/$name"
  echo "$folder/report/$name"
}
table mehta2014.txt
table mehta2014_verdicts.md --short # the table of postprocess/reference/mehta2014.md
for archive in "${archives[@]}"; do
  "$PYTHON" -B -m blockspin.figures "$archive" --output "$folder/report/$(basename "$archive" .h5)"
done
