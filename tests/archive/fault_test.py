"""Writes that fail or are cut off by SIGKILL, at every call of the file system: nothing that was complete is lost.

fault_test.py MPIRUN WRITER PROGRAM SHIM [--short | --stride N] [--ranks 1,4] [--subjects archive,...]
              [--faults kill,half,28,5] [--first N] [--only open,rename,...] [--count]

Old content is replaced by new with a preloaded shim that, at the n-th call of one rank that changes a file, kills
the process (before the call, or in the middle of a write) or returns an error. Afterwards there is exactly old or new
content, an error has ended the job with exit code 4 and one message that names the file, and an undisturbed run on
another number of ranks reaches the new content and leaves nothing behind. Subjects: the writer's archive, the same
overwritten, its checkpoint, and a small campaign of the program that grows its sample, in one file and in segments.
--stride 1 tries every kind of fault at every call of every rank (half a write only where something is written, being
a kill elsewhere); a larger stride every so manieth call, with the kinds in turn. CI's --short picks calls by their names:
of the root the first call, a write in the middle, the last rename and the last sync, which is the folder's; of other
ranks the last. --count only counts.
"""

import argparse
import collections
import errno
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import h5py

from patience import patient

TIMEOUT = patient(90)
OLD, NEW = 1, 2
FAULTS = f"kill,half,{errno.ENOSPC},{errno.EIO}"
# A run may go on, and has to end with the new content: what was synced is safe whatever its close says, room is reserved
# where that works, and what cannot be deleted is deleted next time.
MAY_FAIL = ("close", "open", "fallocate", "remove", "unlink")
WRITES = ("write", "pwrite", "pwrite64", "writev", "pwritev", "pwritev64")
# An error ends the job after the failing rank's patience (h5/together.hpp), not after the half minute of a hang.
MOST_SECONDS_OF_AN_ERROR = patient(20)
# A rank that alone cannot open a file stays inside MPI_File_open, as the others do: nobody knows before the half minute.
MOST_SECONDS_OF_A_HANG = patient(50)
DECK = """[campaign]
archive = run.h5
seed = 3
checkpoint_interval = 1000
[model]
lattice = 4x4
[sample]
temperatures = 1, 2, 3
configurations = 20
[rbm]
hidden = 4, 2
epochs = 1
batch = 10
[spectrum]
rbm = main
"""


class Subject:
    """What is disturbed: runs it in a folder, with or without a fault."""

    def __init__(self, args, what, folder):
        self.args, self.what, self.folder, self.path = args, what, folder, folder + "/run.h5"

    def command(self, shift, resume):
        if not self.what.startswith("campaign"):
            what = "archive" if self.what == "overwrite" and resume else self.what
            return [self.args.writer, what, self.path, str(shift)]
        storage = "segments" if self.what.endswith("segments") else "single"
        return [self.args.program, "run", self.args.deck, "--resume", "--set", f"campaign.archive={self.path}",
                "--set", f"campaign.storage={storage}", "--set", f"sample.configurations={20 if shift == OLD else 30}"]

    def run(self, shift, ranks, faults=None, resume=False):
        exports = [f"{key}={value}" for key, value in (faults or {}).items()]
        if faults is not None:
            exports += [f"LD_PRELOAD={self.args.shim}", f"FAULT_FOLDER={self.folder}"]
        command = [self.args.mpirun, "-n", str(ranks), "env", *exports, *self.command(shift, resume)]
        return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=TIMEOUT)

    def must_run(self, shift, ranks, faults=None, label="", resume=False):
        done = self.run(shift, ranks, faults, resume)
        assert done.returncode == 0, f"{label}: {done.stderr}"
        return done.stdout

    def calls(self, ranks):
        """{rank: names of the calls it makes to replace the content}."""
        log = self.folder + ".log"
        self.must_run(NEW, ranks, {"FAULT_LOG": log})
        names = {}
        for rank in range(ranks):
            if os.path.exists(f"{log}.{rank}"):
                names[rank] = Path(f"{log}.{rank}").read_text().split()
                os.remove(f"{log}.{rank}")
        return names


class ArchiveCase:
    """Old or new datasets, group by group; a rerun gives the new ones."""

    def __init__(self, subject, ranks):
        self.subject = subject
        subject.must_run(NEW, ranks)
        self.new = self.datasets()
        shutil.rmtree(subject.folder)
        os.mkdir(subject.folder)
        subject.must_run(OLD, ranks)
        self.old = self.datasets()
        assert self.old.keys() == self.new.keys() and self.old != self.new

    def datasets(self):
        """{group: {dataset: bytes}}, of linked files as well."""
        found = {}
        with h5py.File(self.subject.path) as archive:
            for stage in archive:
                for name, group in archive[stage].items() if stage != "provenance" else ():
                    content = found.setdefault(f"{stage}/{name}", {})
                    group.visititems(
                        lambda key, item, content=content: content.update({key: item[()].tobytes()})
                        if isinstance(item, h5py.Dataset)
                        else None
                    )
        return found

    def check(self, label):
        for group, content in self.datasets().items():
            assert content in (self.old[group], self.new[group]), f"{label}: {group} is neither old nor new"

    def check_done(self, label):
        assert self.datasets() == self.new, label

    def check_rerun(self, ranks, label, before_all):
        self.subject.must_run(NEW, ranks, label=label, resume=True)
        self.check_done(label)


class OverwriteCase(ArchiveCase):
    """And the rerun, which resumes, never continues the old archive, unless the overwrite had not begun: the root had
    not yet renamed its marker."""

    def __init__(self, subject, ranks):
        super().__init__(subject, ranks)
        self.hash = subject.must_run(OLD, ranks, resume=True)
        assert "found nothing" not in self.hash

    def check_rerun(self, ranks, label, before_all):
        found = self.subject.must_run(NEW, ranks, label=label, resume=True)
        assert found != self.hash or before_all, f"{label}: the old archive was continued"
        self.check_done(label)


class CheckpointCase:
    """The next run finds the old state or the new one; the new one where saving it went through."""

    def __init__(self, subject, ranks):
        self.subject = subject
        subject.must_run(OLD, ranks)

    def check(self, label):
        self.possible = (OLD, NEW)

    def check_done(self, label):
        self.possible = (NEW,)

    def check_rerun(self, ranks, label, before_all):
        found = self.subject.must_run(NEW, ranks, label=label)
        assert found in [f"found {shift}\n" for shift in self.possible], f"{label}: {found}"


CASES = {"archive": ArchiveCase, "overwrite": OverwriteCase, "checkpoint": CheckpointCase, "campaign": ArchiveCase,
         "campaign-segments": ArchiveCase}


def fits(kind, name):
    """Half a write is a kill like any other where nothing is written."""
    return kind != "half" or name in WRITES


def in_turn(picked, calls, kinds):
    """(fault, rank, call) of picked (rank, call): of the kinds that fit the one that was taken least so far."""
    taken = collections.Counter()
    for rank, call in picked:
        fault = min((kind for kind in kinds if fits(kind, calls[rank][call - 1])), key=lambda kind: taken[kind])
        taken[fault] += 1
        yield fault, rank, call


def with_stride(calls, stride, kinds):
    """Every stride-th call of every rank; every kind at every call where the stride is 1."""
    if stride > 1:
        picked = ((rank, call) for rank, names in calls.items() for call in range(1 + rank % stride, len(names) + 1, stride))
        return list(in_turn(picked, calls, kinds))
    return [(kind, rank, call) for rank, names in calls.items() for call, name in enumerate(names, 1) for kind in kinds
            if fits(kind, name)]


def short(calls, kinds):
    """What stands at the top of this file of --short."""
    last = {name: call for call, name in enumerate(calls[0], 1)}
    writes = [call for call, name in enumerate(calls[0], 1) if name in WRITES]
    picked = [(0, 1), (0, writes[len(writes) // 2]), (0, last["rename"]), (0, last["fsync"])]
    picked += [(rank, len(names)) for rank, names in calls.items() if rank > 0]
    faults = list(in_turn(picked, calls, kinds))
    assert {fault for fault, rank, _ in faults if rank == 0} == set(kinds), f"not every kind of fault: {faults}"
    return faults


def check_end(done, fault, hit, path, label):
    """A killed job fails. An error has the exit code of files and names the file: once, or once a rank that saw it
    where the other ranks could not be told (they were inside the same collective write). Whether a run went through."""
    if isinstance(fault, str):
        assert done.returncode != 0, label
        return False
    if done.returncode == 0:
        assert hit in MAY_FAIL, f"{label}: {hit} failed, and the run did not"
        return True
    together = [line for line in done.stderr.splitlines() if "error: " in line and not line.startswith("[")]
    alone = [line for line in done.stderr.splitlines() if line.startswith("[rank ")]
    assert done.returncode == 4, f"{label}: {hit}: exit code {done.returncode}: {done.stderr}"
    assert len(together) + len(alone) == 1 and path in (together + alone)[0], f"{label}: {hit}: {done.stderr}"
    return False


def try_fault(subject, case, ranks, fault, rank, call, seen, first_rename):
    label = f"{subject.what}: {ranks} ranks, {fault} in rank {rank} at call {call}"
    hit_path = subject.folder + ".hit"
    faults = {"FAULT_AT": call, "FAULT_DO": fault, "FAULT_RANK": rank, "FAULT_HIT": hit_path}
    start = time.time()
    done = subject.run(NEW, ranks, faults)
    seconds = time.time() - start
    with open(hit_path) as file:
        hit = file.read()
    os.remove(hit_path)
    seen[hit] += 1
    went_through = check_end(done, fault, hit, subject.path, label)
    if not isinstance(fault, str):
        seen["slowest error, s"] = max(seen["slowest error, s"], round(seconds, 1))
        most = MOST_SECONDS_OF_A_HANG if hit == "open" and ranks > 1 else MOST_SECONDS_OF_AN_ERROR
        assert seconds < most, f"{label}: {hit}: {seconds:.0f} s\n{done.stderr}"
    case.check(label)
    if went_through:
        case.check_done(label)
    # On another number of ranks; three take long on two cores.
    case.check_rerun((2 if ranks == 1 else 1) if subject.args.short else 1 + call % 3, label,
                     rank == 0 and call <= first_rename)
    # Open MPI's own run.h5-<job>-<process>.lock, of a file that a killed rank had open, is not the program's to delete.
    left = [name for name in os.listdir(subject.folder) if "tmp" in name or name.endswith((".h5.lock", ".overwrite"))]
    assert not left or subject.what == "checkpoint", f"{label}: left behind {left}"


def try_faults(args, what, ranks):
    """Number of faults tried, and how many of each call they hit."""
    seen = collections.Counter()
    kinds = [int(kind) if kind.isdigit() else kind for kind in args.faults.split(",")]
    with tempfile.TemporaryDirectory() as kept, tempfile.TemporaryDirectory() as folder:
        subject = Subject(args, what, folder)
        case = CASES[what](subject, ranks)
        shutil.copytree(folder, kept, dirs_exist_ok=True)
        calls = subject.calls(ranks)
        faults = short(calls, kinds) if args.short else with_stride(calls, args.stride, kinds)
        faults = [(fault, rank, call) for fault, rank, call in faults
                  if call >= args.first and (not args.only or calls[rank][call - 1] in args.only.split(","))]
        for fault, rank, call in () if args.count else faults:
            shutil.rmtree(folder)
            shutil.copytree(kept, folder)
            try_fault(subject, case, ranks, fault, rank, call, seen, 1 + calls[0].index("rename"))
    assert not args.short or args.count or (seen["rename"] > 0 and seen["fsync"] > 0), f"other calls were hit: {seen}"
    return len(faults), dict(seen)


def main():
    parser = argparse.ArgumentParser()
    for name in ("mpirun", "writer", "program", "shim"):
        parser.add_argument(name)
    parser.add_argument("--stride", type=int, default=1)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--count", action="store_true")
    parser.add_argument("--ranks", default="1,4")
    parser.add_argument("--subjects", default=",".join(CASES))
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--faults", default=FAULTS)
    args = parser.parse_args()
    with tempfile.NamedTemporaryFile("w", suffix=".ini") as deck:
        deck.write(DECK)
        deck.flush()
        args.deck = deck.name
        for what in args.subjects.split(","):
            for ranks in map(int, args.ranks.split(",")):
                n_faults, seen = try_faults(args, what, ranks)
                found = "would be tried" if args.count else f"nothing lost; {seen}"
                print(f"{what}, {ranks} ranks: {n_faults} faults, {found}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
