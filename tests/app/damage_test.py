"""One flipped bit in an archive's data is found, and nothing is built upon it. damage_test.py MPIRUN PROGRAM"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py

from patience import patient

MPIRUN, PROGRAM = sys.argv[1:3]
DECK = """[campaign]
archive = run.h5
seed = 5
storage = {}
[model]
lattice = 8x8
[sample]
temperatures = 2, 3
configurations = 60
[decimation]
couplings = 0.5
steps = 3
"""
MACHINE = "[rbm]\nhidden = 4\nepochs = 1\nbatch = 20\n"


def run(ranks, *arguments, code=0):
    done = subprocess.run([MPIRUN, "-n", str(ranks), PROGRAM, *arguments], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=patient(100))
    assert done.returncode == code, f"{arguments}: exit code {done.returncode}, not {code}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def flip_bit(archive, dataset):
    """In the file that holds the values, which a link may lead to."""
    with h5py.File(archive) as file:
        path, offset = file[dataset].file.filename, file[dataset].id.get_offset()
    assert offset is not None, "the values stand in one piece"
    content = bytearray(Path(path).read_bytes())
    content[offset + 7] ^= 4
    Path(path).write_bytes(content)


def take_status(archive, group):
    with h5py.File(archive, "r+") as file:
        status = file[group].attrs["status"]
        del file[group].attrs["status"]
    return status


def with_damaged_attributes(folder):
    """`info` tells all that can be read, also where the damaged group has no results to tell."""
    archive = f"{folder}/run.h5"
    for group, damaged, lines in (("/sample/main", "/rbm/main, /sample/main", ("rbm.main: cannot be read: ", "sample.main: cannot be read: ")),
                                  ("/decimation/main", "/decimation/main", ("rbm.main: after epoch 1", "sample.main: 2 temperatures"))):
        status = take_status(archive, group)
        for ranks in (1, 2):
            for options in ([], ["--brief"]):
                text = run(ranks, "info", archive, *options, code=4)
                assert all(line in text for line in lines) and text.count("blockspin: error: ") == 1, text
                assert options or f"DAMAGED, or made from what is damaged: {damaged}\n" in text, text
        with h5py.File(archive, "r+") as file:
            file[group].attrs["status"] = status


def scenario(folder, storage):
    deck, archive = f"{folder}/deck.ini", f"{folder}/run.h5"
    Path(deck).write_text(DECK.format(storage), encoding="utf-8")
    run(2, "run", deck)
    assert "DAMAGED" not in run(3, "info", archive, "--check")

    flip_bit(archive, "/sample/main/configuration")
    text = run(2, "info", archive, "--check", code=4)
    assert "/sample/main: DAMAGED" in text and "/decimation/main: whole" in text, text
    Path(deck).write_text(DECK.format(storage) + MACHINE, encoding="utf-8")
    before = Path(archive).read_bytes()
    for ranks in (1, 3):
        text = run(ranks, "run", deck, "--resume", code=4)
        assert text.count("blockspin: error") == 1 and f"{archive}: /sample/main is damaged" in text, text
    assert Path(archive).read_bytes() == before and os.listdir(folder).count("run.h5.lock") == 0
    flip_bit(archive, "/sample/main/configuration")  # back
    run(2, "run", deck, "--resume")
    run(1, "info", archive, "--check")
    with_damaged_attributes(folder)


for storage in ("single", "segments"):
    with tempfile.TemporaryDirectory() as scratch:
        scenario(scratch, storage)
print("a flipped bit is found, and nothing is built upon it")
