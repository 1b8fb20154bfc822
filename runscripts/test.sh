#!/bin/bash
# Every test: installs what is missing, builds everything, runs ctest; the last lines are ctest's own summary.
#   runscripts/test.sh [options of ctest]     e.g. -L unit, -R endtoend, -LE statistical
set -euo pipefail
cd "$(dirname "$0")/.."

source runscripts/install_packages.sh
install_packages test_packages.txt
install_optional_packages optional_test_packages.txt
source runscripts/environment.sh

cmake --preset release -D BUILD_TESTING=ON # quickstart.sh configures without tests
cmake --build --preset release
# Each entry declares how many cores it takes, and ctest never runs more than fit.
exec ctest --preset release -j "$(nproc)" "$@"
