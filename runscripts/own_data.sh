#!/usr/bin/env bash
# Two examples of data that other programs made: Ising configurations of a plain Metropolis program, and handwritten
# digits. Each becomes a file, the deck that imports it runs, and its figures are drawn.
#
#     runscripts/own_data.sh FOLDER [RANKS]        # files, archives and figures go to FOLDER; RANKS: 2
#
# The digits come with scikit-learn (Debian: python3-sklearn); without it they are left out, and the script says so.
# BLOCKSPIN names another program than build/release/src/app/blockspin.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:?give a folder for the files, archives and figures}
ranks=${2:-2}
# shellcheck source=runscripts/environment.sh
source "$root/runscripts/environment.sh"
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)

example() { # SCRIPT FILE DECK: makes FOLDER/FILE once, runs the deck beside it, draws the figures
  [ -e "$folder/$2" ] || "$PYTHON" -B "$root/postprocess/examples/$1" "$folder/$2"
  cp "$root/input/$3.ini" "$folder"
  mpirun -n "$ranks" "${BLOCKSPIN:-$root/build/release/src/app/blockspin}" run "$folder/$3.ini" --resume
  PYTHONPATH=$root/postprocess "$PYTHON" -B -m blockspin.figures "$folder/$3.h5"
}

example metropolis.py metropolis.npy own_data
if "$PYTHON" -c "import sklearn" 2>/dev/null; then
  example digits.py digits.npy digits
else
  echo "The digits are left out: $PYTHON has no scikit-learn (Debian: apt-get install python3-sklearn)." >&2
fi
