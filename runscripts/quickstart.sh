#!/bin/bash
# From a fresh clone to figures: installs what is missing, builds, runs input/quickstart.ini on two ranks, draws.
#   runscripts/quickstart.sh                a second call rebuilds nothing unchanged and keeps the archive it finds
#   runscripts/quickstart.sh --overwrite    computes the campaign anew (any option of `blockspin run` may stand here)
set -euo pipefail
cd "$(dirname "$0")/.."

source runscripts/install_packages.sh
install_packages
source runscripts/environment.sh

echo "== Building (build/release)"
[ -f build/release/build.ninja ] || cmake --preset release -D BUILD_TESTING=OFF
cmake --build --preset release --target blockspin

echo "== Running input/quickstart.ini on 2 ranks"
mpirun -n 2 build/release/src/app/blockspin run input/quickstart.ini "${@:---resume}"

echo "== Drawing"
PYTHONPATH=postprocess "$PYTHON" -m blockspin.figures input/quickstart.h5 --output input/quickstart_figures

echo
echo "archive:  $PWD/input/quickstart.h5      (look inside: build/release/src/app/blockspin info input/quickstart.h5)"
echo "figures:  $PWD/input/quickstart_figures"
