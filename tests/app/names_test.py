"""Names and paths that the file system does not take are refused by `check` and `run`, before any work.

names_test.py MPIRUN PROGRAM
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from patience import patient

MPIRUN, PROGRAM = sys.argv[1:3]
DECK = """[campaign]
archive = {archive}
seed = 5
storage = {storage}
checkpoint_interval = 1e-6
[model]
lattice = 4x4
[sample]
temperatures = 2
configurations = 20
[rbm.{name}]
hidden = 2
epochs = 2
batch = 10
"""


def write(folder, archive="run.h5", storage="single", name="V"):
    deck = f"{folder}/deck.ini"
    Path(deck).write_text(DECK.format(archive=archive, storage=storage, name=name), encoding="utf-8")
    return deck


def blockspin(*arguments, ranks=1):
    return subprocess.run([MPIRUN, "-n", str(ranks), PROGRAM, *arguments], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=patient(100))


def refused(folder, line, key, words, ranks=1, **values):
    """The one error line of `check` and of `run`, which leave nothing behind."""
    deck = write(folder, **values)
    before = sorted(os.listdir(folder))
    for command in ("check", "run"):
        done = blockspin(command, deck, ranks=ranks)
        errors = [text for text in done.stderr.splitlines() if "error: " in text]
        assert done.returncode == 3, f"{command} {values}: exit code {done.returncode}\n{done.stdout}{done.stderr}"
        assert len(errors) == 1 and f"deck.ini:{line}: {key}" in errors[0] and words in errors[0], done.stderr
        assert sorted(os.listdir(folder)) == before
    return errors[0]


def taken(folder, **values):
    done = blockspin("run", write(folder, **values), "--overwrite")
    assert done.returncode == 0, done.stderr


def long_names(folder, storage):
    """Just refused and just taken: the number in the message is right."""
    error = refused(folder, 11, f"[rbm.{'x' * 240}]", "too long for the files", storage=storage, name="x" * 240)
    most = int(re.search("at most ([0-9]+) characters", error)[1])
    taken(folder, storage=storage, name="x" * most)
    refused(folder, 11, f"[rbm.{'x' * (most + 1)}]", "too long for the files", ranks=2, storage=storage,
            name="x" * (most + 1))


def long_paths(folder):
    refused(folder, 2, "campaign.archive", "File name too long", archive="a" * 300 + ".h5")
    refused(folder, 2, "campaign.archive", "File name too long", archive="a" * 230 + ".h5")  # what stands beside it
    refused(folder, 2, "campaign.archive", "File name too long", ranks=2, archive="/".join(40 * ["b" * 120]) + "/run.h5")
    refused(folder, 2, "campaign.archive", "Not a directory", archive="deck.ini/run.h5")
    os.symlink("b.h5", f"{folder}/a.h5")
    os.symlink("a.h5", f"{folder}/b.h5")
    refused(folder, 2, "campaign.archive", "symbolic links", archive="a.h5")
    assert os.path.islink(f"{folder}/a.h5") and os.path.islink(f"{folder}/b.h5")


for long_name_storage in ("single", "segments"):
    with tempfile.TemporaryDirectory() as scratch:
        long_names(scratch, long_name_storage)
with tempfile.TemporaryDirectory() as scratch:
    long_paths(scratch)
print("names that the file system refuses are refused first")
