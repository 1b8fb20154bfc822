"""Stops the real program where it has left a checkpoint, however fast the machine. Needs Python alone."""

import contextlib
import os
import subprocess
import time
from pathlib import Path

from patience import patient

BLOCKSPIN = os.environ.get("BLOCKSPIN", str(Path(__file__).resolve().parents[2] / "build/release/src/app/blockspin"))
MPIRUN = os.environ.get("MPIRUN", "mpirun")


def checkpoints(archive, stage):
    """Those of a stage that stand beside an archive, each with the time of its making."""
    found = set()
    for path in Path(archive).parent.glob(f"{Path(archive).name}.checkpoint-{stage}*"):
        with contextlib.suppress(FileNotFoundError):  # the run has replaced it
            found |= {(path.name, path.stat().st_mtime_ns)} if ".tmp-" not in path.name else set()
    return found


def stop_at_checkpoint(deck, archive, stage, *options, ranks=None):
    """Runs a deck until it has made a checkpoint of a stage ("rbm.main", of a part "rbm.main+layer_2"). Then stops it.
    Returns its stderr."""
    before, stop = checkpoints(archive, stage), Path(deck).with_name("STOP")
    launcher = [MPIRUN, "-n", str(ranks)] if ranks else []
    words = ["run", deck, "--set", f"campaign.archive={archive}", "--set", "campaign.checkpoint_interval=0.1", *options]
    process = subprocess.Popen(launcher + [BLOCKSPIN] + [str(word) for word in words], stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        until = time.time() + patient(120)
        while process.poll() is None and time.time() < until and checkpoints(archive, stage) <= before:
            time.sleep(0.02)
        stop.touch()
        _, errors = process.communicate(timeout=patient(120))
    finally:
        process.kill()  # where it has ended, nothing
        stop.unlink(missing_ok=True)
    assert process.returncode == 75, f"{deck}: ended with {process.returncode}, not stopped\n{errors}"
    assert not checkpoints(archive, stage) <= before, f"{deck}: no new checkpoint of {stage}\n{errors}"
    return errors
