#!/usr/bin/env bash
# The whole study of Iso, Shiba & Yokoo: every deck, then tables and figures of all archives together.
#
#     runscripts/iso2018.sh FOLDER [RANKS]        # archives and report go to FOLDER; RANKS: 2
#
# Interrupted, it goes on where it was. BLOCKSPIN names another program than build/release/src/app/blockspin.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:?give a folder for the archives and the report}
ranks=${2:-2}
# shellcheck source=runscripts/environment.sh
source "$root/runscripts/environment.sh"
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)

archives=()
campaign() { # NAME DECK [OPTIONS]: runs a deck into FOLDER/NAME.h5
  local name=$1 deck=$2
  shift 2
  mpirun -n "$ranks" "${BLOCKSPIN:-$root/build/release/src/app/blockspin}" run "$root/input/$deck" --resume \
    --set campaign.archive="$folder/$name.h5" "$@"
  archives+=("$folder/$name.h5")
}

campaign iso2018 iso2018.ini
campaign iso2018_seeds iso2018_seeds.ini
campaign iso2018_controls iso2018_controls.ini
campaign iso2018_sizes iso2018_sizes.ini

PYTHONPATH=$root/postprocess "$PYTHON" -B -m blockspin.iso2018 "${archives[@]}" --output "$folder/report"
