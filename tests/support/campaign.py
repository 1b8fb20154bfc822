"""Runs the real program from Python tests. BLOCKSPIN and MPIRUN come from ctest (blockspin_script_test)."""

import hashlib
import subprocess
from pathlib import Path

import h5py
import numpy as np

from patience import patient
from stopping import BLOCKSPIN, MPIRUN, stop_at_checkpoint

ROOT = Path(__file__).resolve().parents[2]
# The head of a deck: 200 configurations of 4x4 spins, in run.h5.
SMALL_SAMPLE = """[campaign]
archive = run.h5
seed = 3
[model]
lattice = 4x4
[sample]
temperatures = 2, 3
configurations = 100
"""


def blockspin(*arguments, ranks=None):
    """Runs `blockspin ARGUMENTS`, under mpirun where `ranks` is given; returns status, stdout and stderr."""
    launcher = [MPIRUN, "-n", str(ranks)] if ranks else []
    command = launcher + [BLOCKSPIN] + [str(argument) for argument in arguments]
    return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=patient(300), check=False)


def run_deck(deck, archive, ranks, *options):
    """Runs a deck into `archive`; AssertionError with the program's own words where it does not end well."""
    done = blockspin("run", deck, "--set", f"campaign.archive={archive}", *options, ranks=ranks)
    assert done.returncode == 0, f"{deck} on {ranks} ranks ended with {done.returncode}:\n{done.stdout}{done.stderr}"
    assert "cannot be told" not in done.stderr, done.stderr
    return archive


def fingerprint(archive):
    """{path: digest} of everything scientific in an archive: all datasets and attributes outside /provenance."""
    digests = {}

    def visit(path, thing):
        if path.split("/")[0] == "provenance":
            return
        if isinstance(thing, h5py.Dataset):
            value = np.asarray(thing[()])
            digests[path] = f"{value.dtype} {value.shape} {hashlib.sha256(value.tobytes()).hexdigest()}"
        for name, attribute in thing.attrs.items():
            if name not in ("DIMENSION_LIST", "REFERENCE_LIST"):  # addresses inside the file
                digests[f"{path}@{name}"] = str(attribute)

    with h5py.File(archive, "r") as file:
        file.visititems(visit)
    return digests


def differences(one, other):
    """Paths at which two fingerprints differ, or that only one of them has."""
    return sorted(path for path in one.keys() | other.keys() if one.get(path) != other.get(path))
