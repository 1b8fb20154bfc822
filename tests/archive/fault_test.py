"""Writes that fail or are cut off by SIGKILL, at every call of the file system: nothing that was complete is lost.

fault_test.py MPIRUN WRITER SHIM [--stride N] [--ranks 1,4] [--kills]

The writer replaces old content by new with a preloaded shim that, at the n-th write, sync or rename of one rank, kills
the process (before the call, or in the middle of a write) or returns an error. Afterwards there is exactly old or new
content, an error has ended the job with exit code 4 and one message that names the file, and an undisturbed run on
another number of ranks reaches the new content and leaves nothing behind. Each fault is tried on an archive and on a
checkpoint. --stride 1 tries every call; CI takes a larger one. --kills leaves out the errors: on several ranks each may
cost the half minute after which a rank that waits inside the MPI library is given up.
"""

import argparse
import errno
import os
import shutil
import subprocess
import sys
import tempfile

import h5py

TIMEOUT = 60
OLD, NEW = 1, 2
FAULTS = ["kill", errno.ENOSPC, "half", errno.EIO]


class Writer:
    """Runs the writer program in a folder, with or without a fault."""

    def __init__(self, args, what, folder):
        self.args, self.what, self.folder, self.path = args, what, folder, folder + "/run.h5"

    def run(self, shift, ranks, faults=None):
        exports = [f"{key}={value}" for key, value in (faults or {}).items()]
        if faults is not None:
            exports += [f"LD_PRELOAD={self.args.shim}", f"FAULT_FOLDER={self.folder}"]
        command = [self.args.mpirun, "-n", str(ranks), "env", *exports]
        command += [self.args.writer, self.what, self.path, str(shift)]
        return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=TIMEOUT)

    def must_run(self, shift, ranks, faults=None, label=""):
        done = self.run(shift, ranks, faults)
        assert done.returncode == 0, f"{label}: {done.stderr}"
        return done.stdout

    def n_calls(self, ranks):
        """Calls that each rank makes to replace the content."""
        log = self.folder + ".log"
        self.must_run(NEW, ranks, {"FAULT_LOG": log})
        with open(log) as lines:
            counts = {int(rank): int(n) for rank, n in (line.split() for line in lines)}
        os.remove(log)
        return counts


class ArchiveCase:
    """Old or new datasets, group by group; a rerun gives the new ones."""

    def __init__(self, writer, ranks):
        self.writer = writer
        writer.must_run(NEW, ranks)
        self.new = self.datasets()
        os.remove(writer.path)
        writer.must_run(OLD, ranks)
        self.old = self.datasets()

    def datasets(self):
        found = {}

        def visit(name, item):
            if isinstance(item, h5py.Dataset):
                found.setdefault(name.split("/")[0], {})[name] = item[()].tobytes()

        with h5py.File(self.writer.path) as archive:
            archive.visititems(visit)
        return found

    def check(self, label):
        now = self.datasets()
        for group, content in now.items():
            assert content in (self.old[group], self.new[group]), f"{label}: {group} is neither old nor new"

    def check_rerun(self, ranks, label):
        self.writer.must_run(NEW, ranks, label=label)
        assert self.datasets() == self.new, label


class CheckpointCase:
    """The next run finds the old state or the new one."""

    def __init__(self, writer, ranks):
        self.writer = writer
        writer.must_run(OLD, ranks)

    def check(self, label):
        pass

    def check_rerun(self, ranks, label):
        found = self.writer.must_run(NEW, ranks, label=label)
        assert found in (f"found {OLD}\n", f"found {NEW}\n"), f"{label}: {found}"


def faults_of(counts, stride, kinds):
    """(fault, rank, call): every stride-th call of every rank, all kinds of faults in turn or, at stride 1, each."""
    number = 0
    for rank, n in sorted(counts.items()):
        for call in range(1 + rank % stride, n + 1, stride):
            for fault in kinds if stride == 1 else [kinds[number % len(kinds)]]:
                yield fault, rank, call
            number += 1


def check_end(done, fault, path, label):
    """A killed job fails. An error has the exit code of files and names the file: once, or once a rank that saw it
    where the other ranks could not be told (they were inside the same collective write)."""
    if isinstance(fault, str):
        assert done.returncode != 0, label
        return
    together = [line for line in done.stderr.splitlines() if line.startswith("writer: error")]
    alone = [line for line in done.stderr.splitlines() if line.startswith("[rank ")]
    assert done.returncode == 4, f"{label}: exit code {done.returncode}: {done.stderr}"
    assert len(together) + len(alone) == 1 and path in (together + alone)[0], f"{label}: {done.stderr}"


def try_faults(args, what, case_of, ranks):
    """Number of faults tried."""
    n_tried = 0
    with tempfile.TemporaryDirectory() as kept, tempfile.TemporaryDirectory() as folder:
        writer = Writer(args, what, folder)
        case = case_of(writer, ranks)
        shutil.copytree(folder, kept, dirs_exist_ok=True)
        for fault, rank, call in faults_of(writer.n_calls(ranks), args.stride, ["kill", "half"] if args.kills else FAULTS):
            label = f"{what}: {ranks} ranks, {fault} in rank {rank} at call {call}"
            shutil.rmtree(folder)
            shutil.copytree(kept, folder)
            done = writer.run(NEW, ranks, {"FAULT_AT": call, "FAULT_DO": fault, "FAULT_RANK": rank})
            check_end(done, fault, writer.path, label)
            case.check(label)
            case.check_rerun(1 + call % 3, label)
            left = [name for name in os.listdir(folder) if "tmp" in name or "lock" in name]
            assert not left or what == "checkpoint", f"{label}: left behind {left}"
            n_tried += 1
    return n_tried


def main():
    parser = argparse.ArgumentParser()
    for name in ("mpirun", "writer", "shim"):
        parser.add_argument(name)
    parser.add_argument("--stride", type=int, default=1)
    parser.add_argument("--ranks", default="1,4")
    parser.add_argument("--kills", action="store_true")
    args = parser.parse_args()
    for what, case_of in (("archive", ArchiveCase), ("checkpoint", CheckpointCase)):
        for ranks in map(int, args.ranks.split(",")):
            n_tried = try_faults(args, what, case_of, ranks)
            print(f"{what}, {ranks} ranks: {n_tried} faults, nothing lost", flush=True)


if __name__ == "__main__":
    sys.exit(main())
