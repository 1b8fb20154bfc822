"""A campaign that is killed again and again, against the same campaign left alone.

kill_campaign.py MPIRUN PROGRAM DECK [--kills N] [--seed S] [--ranks R]

The deck runs undisturbed once. Then it is run with --resume and disturbed at random moments - SIGKILL of a rank, of
mpirun, of all, or SIGUSR1 to mpirun - each time on a random number of ranks and with either storage, until N SIGKILLs have hit a running job. After each, the archive under its own name, if there is one, must be readable, and each of its complete groups must
hold the bytes of the undisturbed one; when a run ends by itself the whole archive must. The comparison is h5py's and
this script's own.
"""

import argparse
import collections
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import h5py
from patience import patient

KINDS = ("a rank", "mpirun", "all", "SIGUSR1")
MOST_SECONDS = patient(300)


def fingerprint(path):
    """{group: {dataset: bytes}} of the complete groups of an archive."""
    groups = {}
    with h5py.File(path) as archive:
        for stage in archive:
            if stage in ("provenance", "continuation"):
                continue
            for name, group in archive[stage].items():
                assert group.attrs["status"] in ("complete", "partial"), group.name
                content = {}
                group.visititems(
                    lambda key, item: content.update({key: (item.shape, item.dtype.str, item[()].tobytes())})
                    if isinstance(item, h5py.Dataset)
                    else None
                )
                if group.attrs["status"] == "complete":
                    groups[group.name] = content
    return groups


def compare(reference, path, what, whole=False):
    if not os.path.exists(path):
        assert not whole, f"{what}: there is no archive"
        return
    found = fingerprint(path)
    for group, content in found.items():
        for name, value in content.items():
            assert value == reference[group].get(name), f"{what}: {group}/{name} differs"
        assert content.keys() == reference[group].keys(), f"{what}: {group} lacks datasets"
    assert not whole or found.keys() == reference.keys(), f"{what}: groups {found.keys()}"


def n_kills(hit):
    return sum(hit[kind] for kind in KINDS if kind != "SIGUSR1")


def state_of(pid):
    """Of a process: "R", "S", ...; "Z" for a zombie, and for what is gone altogether."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return "Z"


class Job:
    """One mpirun of the program."""

    def __init__(self, args, archive, ranks):
        command = [args.mpirun, "-n", str(ranks), args.program, "run", args.deck, "--resume"]
        command += ["--set", f"campaign.archive={archive}"]
        command += ["--set", f"campaign.storage={random.choice(('single', 'segments'))}"]
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)

    def wait(self, seconds):
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def errors(self):
        self.log.seek(0)
        return self.log.read()[-2000:]

    def ranks(self):
        task = Path(f"/proc/{self.process.pid}/task")
        try:
            return [int(pid) for thread in task.iterdir() for pid in (thread / "children").read_text().split()]
        except OSError:
            return []

    def end_launcher_left_alone(self):
        """Open MPI's mpirun can deadlock in its own end (PMIx_server_finalize) when a rank dies while it starts. Where all
        ranks have ended, that is not the program's hang: ends mpirun, and gives its code. None where a rank is left."""
        if any(state_of(pid) != "Z" for pid in self.ranks()):
            return None
        self.process.kill()
        return self.process.wait()

    def disturb(self, kind, choice):
        """Whether there was anything left to hit."""
        victims = self.ranks()
        if self.process.poll() is not None or not victims:
            return False
        targets = {"a rank": [choice(victims)], "mpirun": [self.process.pid], "all": [self.process.pid, *victims]}
        for pid in targets.get(kind, []):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                return False
        if kind == "SIGUSR1":
            self.process.send_signal(signal.SIGUSR1)
        return True


def main():
    parser = argparse.ArgumentParser()
    for name in ("mpirun", "program", "deck"):
        parser.add_argument(name)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ranks", type=int, default=4)
    args = parser.parse_args()
    random.seed(args.seed)
    with tempfile.TemporaryDirectory() as folder:
        start = time.time()
        job = Job(args, f"{folder}/undisturbed.h5", 1)
        assert job.wait(MOST_SECONDS) == 0, job.errors()
        seconds = time.time() - start
        reference = fingerprint(f"{folder}/undisturbed.h5")
        print(f"undisturbed: {seconds:.1f} s, {len(reference)} groups", flush=True)
        hit, n_runs = collections.Counter(), 0
        while n_kills(hit) < args.kills:
            n_runs += 1
            archive = f"{folder}/{n_runs}.h5"
            for turn in range(1000):
                ranks = random.randint(1, args.ranks)
                # The last kill is followed by an undisturbed end; so is a campaign that has seen a dozen.
                left_alone = turn > 12 or n_kills(hit) >= args.kills
                job = Job(args, archive, ranks)
                code = job.wait(MOST_SECONDS if left_alone else random.uniform(0, 1.2 * seconds))
                if code is None:
                    kind = random.choice(KINDS)
                    if job.disturb(kind, random.choice):
                        hit[kind] += 1
                    code = job.wait(MOST_SECONDS)
                    if code is None:
                        code = job.end_launcher_left_alone()
                        hit["mpirun that hung without ranks"] += code is not None
                    assert code is not None, f"hangs after {kind} on {ranks} ranks: {job.errors()}"
                    what = f"run {n_runs}, {kind} on {ranks} ranks"
                    if kind == "SIGUSR1" and code >= 0:  # before a process has reached main, it is a kill like any other
                        assert code in (0, 75, 128 + signal.SIGUSR1), f"{what}: exit code {code}: {job.errors()}"
                else:
                    what = f"run {n_runs} on {ranks} ranks, left alone"
                    assert code == 0, f"{what}: exit code {code}: {job.errors()}"
                compare(reference, archive, what, whole=code == 0)
                if code == 0:
                    break
            print(f"{n_kills(hit)} kills in {n_runs} campaigns, {time.time() - start:.0f} s", flush=True)
            for leftover in Path(folder).glob(f"{n_runs}.h5*"):
                shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
        print(f"hits {dict(hit)} in {n_runs} campaigns: every dataset is the same")


if __name__ == "__main__":
    sys.exit(main())
