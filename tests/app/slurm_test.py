"""The example job script goes back into the queue when its time is up, and not when a STOP file asks for an end.

slurm_test.py SCRIPT MPIRUN PROGRAM
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from patience import patient

SCRIPT, MPIRUN, PROGRAM = sys.argv[1:]
DECK = """[campaign]
archive = run.h5
seed = 1
[model]
lattice = 4x4
[sample]
temperatures = 1, 2
configurations = 20
"""


def executable(path, text):
    path.write_text("#!/bin/bash\n" + text, encoding="utf-8")
    path.chmod(0o755)


def submit(folder, program):
    """Exit code, what the scheduler was asked for, and the job's words."""
    asked = folder / "asked"
    asked.unlink(missing_ok=True)
    environment = {**os.environ, "PATH": f"{folder}/bin:{os.environ['PATH']}", "SLURM_JOB_ID": "17",
                   "BLOCKSPIN": str(program)}
    done = subprocess.run(["bash", SCRIPT, folder / "deck.ini"], env=environment, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=patient(100))
    return done.returncode, asked.read_text(encoding="utf-8") if asked.exists() else "", done.stdout + done.stderr


with tempfile.TemporaryDirectory() as scratch:
    folder = Path(scratch)
    (folder / "bin").mkdir()
    executable(folder / "bin/scontrol", f"echo \"$@\" >> {folder}/asked\n")
    executable(folder / "bin/mpirun", f"exec {MPIRUN} -n 2 \"$@\"\n")
    executable(folder / "out_of_time", "exit 75\n")
    (folder / "deck.ini").write_text(DECK, encoding="utf-8")

    assert submit(folder, folder / "out_of_time")[:2] == (75, "requeue 17\n")
    (folder / "STOP").touch()
    code, asked, words = submit(folder, PROGRAM)
    assert (code, asked) == (75, ""), (code, asked, words)
    assert f"delete {folder}/STOP, then" in words, words
    (folder / "STOP").unlink()
    code, asked, words = submit(folder, PROGRAM)
    assert (code, asked) == (0, ""), (code, asked, words)
print("a job goes back into the queue when it should")
