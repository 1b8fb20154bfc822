"""A run with --overwrite that ends before its first new stage is resumed as itself. overwrite_test.py MPIRUN PROGRAM

Old and new run have the same deck, so that nothing but the marker tells the old archive from the new run's. The old run
is ended by SIGKILL of all its processes or by SIGUSR1; --resume must then compute every stage again, begin from the new
run's own checkpoints, and end with the bytes of a run that was never disturbed.
"""

import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from patience import patient

MPIRUN, PROGRAM = sys.argv[1:3]
SECONDS = patient(100)
# A sample of some seconds: every disturbance comes before its commit, which is the first.
DECK = """[campaign]
archive = run.h5
seed = 5
checkpoint_interval = 0.2
[model]
lattice = 32x32
[sample]
temperatures = 1.5:3.5:0.5
configurations = {configurations}
equilibration = 20000
interval = 2000
[rbm]
hidden = 4
epochs = 1
[spectrum]
rbm = main
"""


def start(ranks, *arguments):
    return subprocess.Popen([MPIRUN, "-n", str(ranks), PROGRAM, *arguments], stdin=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def run(ranks, *arguments, code=0):
    process = start(ranks, *arguments)
    _, errors = process.communicate(timeout=SECONDS)
    assert process.returncode == code, f"{arguments}: exit code {process.returncode}, not {code}\n{errors}"
    return errors


def checkpoints(archive):
    """Contents of the complete ones; the run may replace them meanwhile."""
    contents = []
    for path in sorted(Path(archive).parent.glob(Path(archive).name + ".checkpoint-*")):
        with contextlib.suppress(FileNotFoundError):
            contents += [path.read_bytes()] if ".tmp-" not in path.name else []
    return contents


def wait_for(condition, process, what):
    until = time.time() + SECONDS
    while not condition():
        assert process.poll() is None, f"{what}: the run ended first: {process.stderr.read()}"
        assert time.time() < until, what
        time.sleep(0.005)


def end_early(process, how):
    if how == "SIGUSR1":
        process.send_signal(signal.SIGUSR1)
    else:
        ranks = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        for pid in (process.pid, *map(int, ranks)):
            os.kill(pid, signal.SIGKILL)
    process.communicate(timeout=SECONDS)


def scenario(folder, how, configurations):
    deck, archive = f"{folder}/deck.ini", f"{folder}/run.h5"
    Path(deck).write_text(DECK.format(configurations=configurations), encoding="utf-8")
    run(2, "run", deck)
    old, old_checkpoints = Path(archive).read_bytes(), checkpoints(archive)
    assert old_checkpoints, "the test needs checkpoints of the old run"

    ranks = random.randint(1, 3)
    process = start(ranks, "run", deck, "--overwrite")
    wait_for(lambda: os.path.exists(archive + ".overwrite"), process, "the marker")
    if how == "SIGKILL once there is a checkpoint" or how == "SIGUSR1":
        wait_for(lambda: any(content not in old_checkpoints for content in checkpoints(archive)), process, "a checkpoint")
    end_early(process, how)
    has_checkpoint = any(content not in old_checkpoints for content in checkpoints(archive))
    assert has_checkpoint or how == "SIGKILL at once", how
    assert how != "SIGUSR1" or process.returncode == 75, f"{how}: {process.returncode}"
    assert Path(archive).read_bytes() == old, f"{how}: the old archive was touched"
    assert "an overwrite is under way" in subprocess.run([PROGRAM, "info", archive], capture_output=True, text=True).stdout

    errors = run(1 + ranks % 3, "run", deck, "--resume")
    for stage in ("sample", "rbm", "spectrum"):
        assert f"{stage}.main: starts" in errors, f"{how}: the old {stage} was taken for the new run's\n{errors}"
    continues = "sample.main: continues from a checkpoint" in errors
    assert continues == has_checkpoint, f"{how}: {'an old' if continues else 'no'} checkpoint was used\n{errors}"
    left = [name for name in os.listdir(folder) if name.endswith((".overwrite", ".lock")) or ".tmp-" in name]
    assert not left, f"{how}: left behind {left}"
    run(1, "run", deck, "--set", f"campaign.archive={folder}/once.h5")
    run(1, "verify", archive, f"{folder}/once.h5")
    # Complete now: nothing is left to do.
    assert "spectrum.main: complete, skipped" in run(1, "run", deck, "--resume")


random.seed(1)
for how in ("SIGKILL at once", "SIGKILL once there is a checkpoint", "SIGUSR1"):
    with tempfile.TemporaryDirectory() as scratch:
        scenario(scratch, how, 400)
print("an overwrite that was cut off goes on as itself")
