# shellcheck shell=bash
# Sourced by quickstart.sh and test.sh. Installs the Debian packages of packages.txt that are missing, and those of other
# lists that are named.
# As root or with a password-free sudo it installs them; without either it lists them and stops, unless one can do
# without them.
# What apt prints goes to a log; its last lines are shown if it fails.

# packages_missing LIST...
packages_missing() {
  local package
  for package in $(cd "$(dirname "${BASH_SOURCE[0]}")" && grep -hv '^#' "$@"); do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
  done
}

# Runs a command as root, by sudo where needed; 1 where neither is possible.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then sudo "$@"
  else return 1
  fi
}

# apt_install PACKAGE...: 1 where apt fails.
apt_install() {
  local log
  log=$(mktemp "${TMPDIR:-/tmp}/blockspin-packages-XXXXXX.log")
  echo "== Installing $# Debian packages (log: $log)"
  if ! { as_root apt-get update -q &&
         as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
       } >"$log" 2>&1 </dev/null; then
    tail -n 15 "$log" >&2
    echo "apt-get failed; all it printed is in $log. Wanted: $*" >&2
    return 1
  fi
}

# install_packages [LIST...]: those of packages.txt and of these lists, or it ends the script.
install_packages() {
  if ! command -v dpkg-query >/dev/null; then
    echo "This is no Debian system: see runscripts/cluster.md for configuring by hand." >&2
    exit 1
  fi
  local missing
  mapfile -t missing < <(packages_missing packages.txt "$@")
  [ ${#missing[@]} = 0 ] && return 0
  if ! as_root true; then
    echo "These Debian packages are missing, and there is neither root nor sudo to install them:" >&2
    echo "  ${missing[*]}" >&2
    echo "Ask the administrator for: apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
  apt_install "${missing[@]}" || exit 1
}

# install_optional_packages LIST: those of a list that tests can do without; says so where they cannot be installed.
install_optional_packages() {
  local missing
  mapfile -t missing < <(packages_missing "$1")
  [ ${#missing[@]} = 0 ] && return 0
  if ! as_root true || ! apt_install "${missing[@]}"; then
    echo "Tests that need one of these Debian packages are skipped: ${missing[*]}" >&2
  fi
}
