"""Every stage stops when it is asked to, long before its end, and goes on from there. stop_test.py MPIRUN PROGRAM WHAT

long_forms: each stage in a form that takes from ten seconds to hours, stopped by SIGUSR1 once its first checkpoint stands,
resumed on another rank count, and stopped again once it has gone on from the checkpoint: exit code 75 both times.
same_bytes: a campaign of stages of seconds, stopped in each of them; its end is that of the same campaign left alone.
Both: the state of each checkpoint has no names but those of state_forms.txt, which go with a state_version of its stage.
No time is asserted but one that is generous beyond doubt: a stage that does not listen would need minutes.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import h5py
import numpy as np

from patience import patient

MPIRUN, PROGRAM, WHAT = sys.argv[1:4]
SECONDS = patient(150)  # for anything to happen
BASE = """[campaign]
archive = run.h5
seed = 5
checkpoint_interval = 0.05
[model]
lattice = 64x64
[sample]
temperatures = 2.5, inf
configurations = 1000
[thermometer]
hidden = 4
max_iterations = 20
[rbm.deep]
hidden = {units}, 16
epochs = 1
trajectory = 0.3
[rbm.narrow]
hidden = {few}
epochs = 1
"""
LONG_FORMS = {
    "sample.long": "temperatures = 2.5\nconfigurations = 1000\ninterval = 10000000",
    "import.long": "file = zeros.npy\nmodel = none",
    "thermometer.long": "hidden = 400\nmax_iterations = 1000000",
    "filter.long": "epochs = 1000000",
    "rbm.long": "hidden = 64\nepochs = 1000000",
    "flow.long": "rbm = narrow\nstart = up\nsteps = 100000",
    "generate.long": "rbm = narrow\nequilibration = 1000000",
    "spectrum.long": "rbm = broad",
    "receptive_field.long": "rbm = deep\nwindow = 64",
    "reconstruction.long": "rbm = deep",
    "likelihood.long": "rbm = narrow",
    "likelihood.annealed": "rbm = narrow\nmethod = ais\nchains = 100\ntemperatures = 100000",
    "mapping.long": "rbm = narrow\ntemperature = 2.5",
    "decimation.long": "couplings = 0.01:1:0.01\nsteps = 4\nkernel = 0:10:0.5\nkernel_sites = 14",
    "chain_machine.long": "couplings = 0.5\nepochs = 1000000",
    "kadanoff.long": "side = 6\nconfigurations = 1000000\ncouplings = 0.44",
    "mcrg.long": "configurations = 100000000",
    "couplings.long": "rbm = broad\neven = 13\nodd = 5",
    "relevance.long": "rbm = broad\ntemperature = 2.5",
}
# Stages that leave no checkpoint, since they begin again where they are stopped: what they say at their beginning.
AT_WORK = {"import.long": "reads 1000000 configurations"}
SHORT_FORMS = {
    "receptive_field.short": "rbm = deep\nwindow = 48",
    "reconstruction.short": "rbm = deep\nconfigurations = 400",
    "filter.hidden": "algorithm = pcd\nbias = on\nepochs = 10",
    "likelihood.short": "rbm = narrow",
    "mapping.short": "rbm = narrow\ntemperature = 2.5",
    "decimation.short": "couplings = 0.5, 1\nsteps = 4\nkernel = 0:4:0.5\nkernel_sites = 14",
    "chain_machine.short": "couplings = 0.5\nsites = 8\nconfigurations = 10000\nepochs = 60\nrepeats = 2",
    "kadanoff.short": "side = 6\nconfigurations = 4000\ncouplings = 0.4\nstarts = 4\nstrengths = 1",
    "spectrum.short": "rbm = deep",
    "generate.short": "rbm = deep\nlayer = 2\nmethod = tempering\nequilibration = 300\nconfigurations = 1000",
    "generate.along": "rbm = deep\nmethod = trajectory\nequilibration = 300\nconfigurations = 1000",
    "mcrg.short": "configurations = 8000",
    "couplings.short": "sample = main\neven = 13\nodd = 5",
    "couplings.machine": "rbm = deep\neven = 7",
    "relevance.short": "rbm = deep\ntemperature = 2.5",
}


class Run:
    """The program at work, its words in a file."""

    def __init__(self, folder, ranks, *arguments):
        self.words = Path(folder) / "stderr.txt"
        with open(self.words, "w", encoding="utf-8") as words:
            self.process = subprocess.Popen([MPIRUN, "-n", str(ranks), PROGRAM, "run", f"{folder}/deck.ini", *arguments],
                                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=words)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """Leaves nothing behind that goes on for hours: ranks end with their launcher."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def wait_for(self, condition, what):
        until = time.time() + SECONDS
        while not condition():
            assert self.process.poll() is None, f"{what}: the run ended first\n{self.words.read_text()}"
            assert time.time() < until, f"{what}: not within {SECONDS} s\n{self.words.read_text()}"
            time.sleep(0.005)

    def ends_with(self, code, what):
        self.process.wait(timeout=SECONDS)
        assert self.process.returncode == code, f"{what}: {self.process.returncode}\n{self.words.read_text()}"
        return self.words.read_text()

    def stop(self, what):
        self.process.send_signal(signal.SIGUSR1)
        words = self.ends_with(75, what)
        label = what.split(",")[0]
        saved = r" after [\d.]+ % of the work( \([^\n]*\))?; its state is saved"
        begins_again = "; what it was doing begins again"
        kept = begins_again if label in AT_WORK else f"({saved}|{begins_again})"
        said = rf"(?m)^blockspin: {re.escape(label)}: stopped by SIGUSR1{kept}; to go on, run the same command"
        assert re.search(said, words), words


def checkpoints(folder, label):
    return [path for path in Path(folder).glob(f"run.h5.checkpoint-{label}[+-]*") if ".tmp-" not in path.name]


def recorded_forms():
    """{(stage, state version): names} of state_forms.txt; digits stand as "#"."""
    lines = Path(__file__).with_name("state_forms.txt").read_text(encoding="utf-8").splitlines()
    words = [line.split() for line in lines if line and not line.startswith("#")]
    return {(stage, version): set(names) for stage, version, *names in words}


def check_form(folder, label):
    """A state that has something new is another state: a build of before cannot have written it, nor this one read that."""
    stage = label.split(".")[0]
    for path in checkpoints(folder, label):
        with h5py.File(path) as file:
            version = re.search(r"(?m)^state_version=(\d+)$", file["state"].attrs["owner"])
            key, names = (stage, version[1] if version else "1"), {re.sub(r"\d+", "#", name) for name in file["state"]}
        new = sorted(names - recorded_forms().get(key, set()))
        assert not new, f"{key}: {' '.join(new)} are new in the state: raise Stage::state_version, and record its form"


def section(label, keys):
    return f"[{label}]\n{keys}\n"


def write_zeros(path):
    """8 GB of zeros that need no room on the disk: a file with a hole."""
    np.save(path, np.zeros((0, 1024)))
    header = path.read_bytes().replace(b"(0, 1024), }      ", b"(1000000, 1024), }")
    path.write_bytes(header.ljust(128))
    os.truncate(path, len(header) + 8 * 1000000 * 1024)


def long_forms(folder):
    base = BASE.format(units=512, few=24) + section("rbm.broad", "hidden = 1024\nepochs = 1\nbatch = 500")
    deck = Path(folder) / "deck.ini"
    deck.write_text(base, encoding="utf-8")
    with Run(folder, 2) as run:
        run.ends_with(0, "the base")
    write_zeros(Path(folder) / "zeros.npy")
    for number, (label, keys) in enumerate(LONG_FORMS.items()):
        deck.write_text(base + section(label, keys), encoding="utf-8")
        ranks = 1 + number % 3
        with Run(folder, ranks, "--resume") as run:
            begun = AT_WORK.get(label)
            run.wait_for(lambda at=label, words=run.words, begun=begun:
                         begun in words.read_text() if begun else checkpoints(folder, at), f"{label}: at work")
            run.stop(label)
        check_form(folder, label)
        with Run(folder, 1 + ranks % 3, "--resume") as run:
            begun = AT_WORK.get(label, "continues from a checkpoint")
            run.wait_for(lambda words=run.words, begun=begun: begun in words.read_text(), f"{label}: going on")
            run.stop(f"{label}, resumed")
        print(f"{label}: stopped twice", flush=True)


def same_bytes(folder):
    deck = Path(folder) / "deck.ini"
    deck.write_text(BASE.format(units=256, few=16) + "".join(section(*form) for form in SHORT_FORMS.items()),
                    encoding="utf-8")
    with Run(folder, 1, "--set", "campaign.archive=once.h5") as run:
        run.ends_with(0, "left alone")
    stopped_in = None
    for number, label in enumerate([*SHORT_FORMS, None]):
        with Run(folder, 1 + number % 3, "--resume") as run:
            if label is None:
                words = run.ends_with(0, "the last run")
            else:
                run.wait_for(lambda at=label: checkpoints(folder, at), f"{label}: a checkpoint")
                run.stop(label)
                check_form(folder, label)
                words = run.words.read_text()
        if stopped_in is not None:
            # A part of the stage may be named: "likelihood.short ln Z".
            went_on = re.search(rf"{re.escape(stopped_in)}( [^:]*)?: continues from a checkpoint", words)
            assert went_on, f"{stopped_in} began anew\n{words}"
        stopped_in = label
    subprocess.run([PROGRAM, "verify", f"{folder}/once.h5", f"{folder}/run.h5"], check=True, timeout=SECONDS)


with tempfile.TemporaryDirectory() as scratch:
    {"long_forms": long_forms, "same_bytes": same_bytes}[WHAT](scratch)
