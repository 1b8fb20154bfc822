"""Writes that fail or are cut off by SIGKILL, at every call of the file system: nothing that was complete is lost.

fault_test.py MPIRUN WRITER SHIM [--stride N] [--ranks 1,4]

The writer replaces content 0 by content 1 with a preloaded shim that, at the n-th write, sync or rename, kills the
process or returns an error. Afterwards the file must open with h5py and hold exactly old or new content, group by group,
an error must have ended the job with exit code 4 and one message that names the file, and a run without faults must
reach the same datasets as an undisturbed one.
"""

import argparse
import errno
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import time

import h5py
import numpy as np

TIMEOUT = 60


def datasets(path):
    found = {}
    with h5py.File(path) as archive:
        archive.visititems(
            lambda name, item: found.update({name: item[()].tobytes()})
            if isinstance(item, h5py.Dataset) and not name.startswith("provenance")
            else None
        )
    return found


class Bench:
    def __init__(self, args, folder):
        self.args, self.folder = args, folder

    def run(self, what, path, shift, ranks, faults=None):
        exports = [f"{key}={value}" for key, value in (faults or {}).items()]
        if faults is not None:
            exports += [f"LD_PRELOAD={self.args.shim}", f"FAULT_FOLDER={self.folder}"]
        command = [self.args.mpirun, "-n", str(ranks), "env", *exports, self.args.writer, what, path, str(shift)]
        return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=TIMEOUT)

    def n_calls(self, what, path, ranks):
        """The largest number of calls a rank makes."""
        log = self.folder + ".log"
        done = self.run(what, path, 1, ranks, {"FAULT_LOG": log})
        assert done.returncode == 0, done.stderr
        with open(log) as lines:
            counts = {int(rank): int(n) for rank, n in (line.split() for line in lines)}
        os.remove(log)
        return counts


def cases(counts, stride):
    """(fault, rank, call) over all ranks and calls."""
    for rank, n in sorted(counts.items()):
        for i, call in enumerate(range(1 + rank % stride, n + 1, stride)):
            for fault in (["kill", "half", errno.ENOSPC, errno.EIO] if stride == 1 else [["kill", errno.ENOSPC, "half", errno.EIO][i % 4]]):
                yield fault, rank, call


def check_error(done, path, label):
    assert done.returncode == 4, f"{label}: exit code {done.returncode}: {done.stderr}"
    lines = [line for line in done.stderr.splitlines() if line.startswith("writer: error")]
    assert len(lines) == 1, f"{label}: {done.stderr}"
    assert path in lines[0], f"{label}: {lines[0]}"


def main():
    parser = argparse.ArgumentParser()
    for name in ("mpirun", "writer", "shim"):
        parser.add_argument(name)
    parser.add_argument("--stride", type=int, default=1)
    parser.add_argument("--ranks", default="1,4")
    args = parser.parse_args()
    n_done = {}
    for ranks in map(int, args.ranks.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            bench = Bench(args, folder)
            path = folder + "/run.h5"
            assert bench.run("archive", path, 1, ranks).returncode == 0
            new = datasets(path)
            os.remove(path)
            assert bench.run("archive", path, 0, ranks).returncode == 0
            old = datasets(path)
            shutil.copy(path, folder + "/old")
            counts = bench.n_calls("archive", path, ranks)
            for fault, rank, call in cases(counts, args.stride):
                label = f"{ranks} ranks, {fault} in rank {rank} at call {call}"
                shutil.copy(folder + "/old", path)
                start = time.time()
                done = bench.run("archive", path, 1, ranks, {"FAULT_AT": call, "FAULT_DO": fault, "FAULT_RANK": rank})
                if os.environ.get("FAULT_VERBOSE"):
                    print(f"{label}: {time.time() - start:.1f} s, exit {done.returncode}: {done.stderr[:160]!r}", flush=True)
                now = datasets(path)
                for name in old:
                    assert now[name] in (old[name], new[name]), f"{label}: {name}"
                sample = {name: now[name] for name in now if name.startswith("sample")}
                assert all(sample[n] == old[n] for n in sample) or all(sample[n] == new[n] for n in sample), label
                if isinstance(fault, int):
                    check_error(done, path, label)
                else:
                    assert done.returncode != 0, label
                again = bench.run("archive", path, 1, 1 + call % 3)
                assert again.returncode == 0, f"{label}: {again.stderr}"
                assert datasets(path) == new, label
                left = set(os.listdir(folder)) - {"run.h5", "old"}
                assert not left, f"{label}: left behind {left}"
                n_done[ranks] = n_done.get(ranks, 0) + 1
    print(f"{sum(n_done.values())} faults, none lost anything: {n_done}")


if __name__ == "__main__":
    sys.exit(main())
