"""A disk that is too small: exit code 4, one message that names the file, and nothing lost; with room, the run goes on.

full_disk_test.py MPIRUN PROGRAM DECK. Needs the right to mount a small tmpfs; exits with 77 (skipped) without.
"""

import os
import re
import subprocess
import sys
import tempfile

import h5py

from patience import patient

mpirun, program, deck = sys.argv[1:]


def run(ranks, archive, *options):
    command = [mpirun, "-n", str(ranks), program, "run", deck, "--set", f"campaign.archive={archive}", "--resume"]
    return subprocess.run([*command, *options], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=patient(200))


def try_size(folder, kilobytes, ranks, storage, reference):
    """Whether the disk was too small, for a run that does not ask beforehand."""
    label = f"{kilobytes} kB, {ranks} ranks, {storage}"
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "none", folder], check=False).returncode != 0:
        sys.exit(77)
    try:
        archive = folder + "/run.h5"
        full = run(ranks, archive, "--force", "--set", f"campaign.storage={storage}")
        if full.returncode != 0:
            errors = [line for line in full.stderr.splitlines() if "error: " in line or line.startswith("[rank ")]
            assert full.returncode == 4, f"{label}: exit code {full.returncode}\n{full.stderr}"
            assert len(errors) == 1 and archive in errors[0], f"{label}: {full.stderr}"
            amount = re.search("no room for (.*) more", errors[0])
            assert not amount or amount[1].endswith("MiB"), f"{label}: a MiB is set aside beside the values: {errors[0]}"
            left = [name for name in os.listdir(folder) if ".tmp-" in name]
            assert not left, f"{label}: left behind {left}"
            if os.path.exists(archive):
                with h5py.File(archive) as kept:
                    kept.visititems(lambda name, item: item[()] if isinstance(item, h5py.Dataset) else None)
        subprocess.run(["mount", "-o", "remount,size=200m", folder], check=True)
        done = run(3, archive)
        assert done.returncode == 0, f"{label}: {done.stderr}"
        same = subprocess.run([program, "verify", archive, reference], capture_output=True, text=True)
        assert same.returncode == 0, f"{label}: {same.stdout}{same.stderr}"
        return full.returncode != 0
    finally:
        subprocess.run(["umount", folder], check=True)


with tempfile.TemporaryDirectory() as kept, tempfile.TemporaryDirectory() as folder:
    assert run(2, kept + "/reference.h5").returncode == 0
    n_full = 0
    for kilobytes, ranks, storage in ((300, 4, "single"), (2500, 1, "segments"), (3500, 4, "single")):
        n_full += try_size(folder, kilobytes, ranks, storage, kept + "/reference.h5")
    assert n_full >= 2, "the disks were not too small: the test proves nothing"
    print(f"{n_full} full disks, nothing lost")
