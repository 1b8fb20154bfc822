"""Only what the program can prove to be its own is replaced or deleted. destruction_test.py MPIRUN PROGRAM"""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py

from patience import patient

MPIRUN, PROGRAM = sys.argv[1:3]
DECK = """[campaign]
archive = {archive}
seed = 5
storage = {storage}
[model]
lattice = 4x4
[sample]
temperatures = 2, 3
configurations = 20
"""
MORE = "[decimation]\ncouplings = 0.5\nsteps = 3\n"


def write(folder, archive="run.h5", storage="single", more=""):
    deck = f"{folder}/deck.ini"
    Path(deck).write_text(DECK.format(archive=archive, storage=storage) + more, encoding="utf-8")
    return deck


def blockspin(*arguments, code=0, ranks=1):
    done = subprocess.run([MPIRUN, "-n", str(ranks), PROGRAM, *arguments], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=patient(100))
    errors = [line for line in done.stderr.splitlines() if "error: " in line]
    assert done.returncode == code, f"{arguments}: exit code {done.returncode}, not {code}\n{done.stdout}{done.stderr}"
    assert len(errors) == (code != 0), done.stderr
    return done.stdout + done.stderr


def what_is_no_archive(folder):
    """--overwrite replaces archives, and nothing else."""
    deck, path = write(folder), Path(folder, "run.h5")
    path.write_text("the only copy of a thesis\n" * 10, encoding="utf-8")
    text = path.read_bytes()
    for ranks in (1, 2):
        assert "is not replaced" in blockspin("run", deck, "--overwrite", code=4, ranks=ranks)
        assert path.read_bytes() == text
    with h5py.File(path, "w") as foreign:
        foreign["x"] = [1, 2, 3]
    bytes_of_foreign = path.read_bytes()
    assert "is not replaced" in blockspin("run", deck, "--overwrite", code=4)
    blockspin("run", deck, "--resume", code=4)
    assert path.read_bytes() == bytes_of_foreign
    path.unlink()
    path.mkdir()
    blockspin("run", deck, "--overwrite", code=4)
    assert sorted(os.listdir(folder)) == ["deck.ini", "run.h5"] and not list(path.iterdir())


def state_of(folder):
    """All names below a folder, with content and the time of the last change of files and folders."""
    paths = [Path(folder), *sorted(Path(folder).rglob("*"))]
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else None) for path in paths}


def archives_without_a_name(folder):
    """A path that ends in no file's name is refused: the files of that folder are the user's."""
    precious = Path(folder, "precious")
    precious.mkdir()
    for path in (precious / "thesis.txt", precious / "data.h5", Path(folder, "notes.txt")):
        path.write_text("the only copy\n", encoding="utf-8")
    for archive in ("''", '""', "precious/", "precious//", "precious/.", "precious/..", ".", "./", "..", f"{folder}/", f"'{folder}/'"):
        for given in ("deck", "option"):
            deck = write(folder, archive=archive if given == "deck" else "run.h5")
            options = ["--set", f"campaign.archive={archive}"] if given == "option" else []
            before = state_of(folder)
            for ranks in (1, 3):
                told = blockspin("run", deck, "--resume", *options, code=3, ranks=ranks)
                place = f"{deck}:2: " if given == "deck" else "--set: "
                assert f"{place}campaign.archive: " in told and "ends in the name of a file" in told, told
                assert state_of(folder) == before, (archive, ranks, told)


def folders_as_archives(folder):
    """A folder under the archive's name is refused, however the run was asked for, and nothing is made beside it."""
    deck, precious = write(folder), Path(folder, "run.h5")
    precious.mkdir()
    (precious / "thesis.txt").write_text("the only copy\n", encoding="utf-8")
    os.symlink("run.h5/", f"{folder}/link.h5")
    before = state_of(folder)
    for ranks in (1, 3):
        for options in ([], ["--resume"], ["--overwrite"], ["--resume", "--set", "campaign.archive=link.h5"]):
            assert "is a folder" in blockspin("run", deck, *options, code=4, ranks=ranks)
            assert state_of(folder) == before, (ranks, options)


def files_of_the_user(folder):
    """In the folder of segments, and beside the archive, under names that look like the program's own."""
    deck = write(folder, storage="segments")
    blockspin("run", deck)
    segments = Path(folder, "run.h5.segments")
    segment = next(segments.glob("sample.main-*.h5"))
    own = [segments / "notes.txt", segments / f"sample.main-{32 * '0'}.h5", segments / "segment.tmp-1-2",
           Path(folder, "run.h5.checkpoint-sample.main-7"), Path(folder, "run.h5.checkpoint-mine.txt"),
           Path(folder, "run.h5.tmp-12"), Path(folder, "run.h5.tmp-host-4711")]
    for path in own:
        path.write_text("mine", encoding="utf-8")
    foreign = segments / f"rbm.V-{32 * 'a'}.h5"
    with h5py.File(foreign, "w") as file:
        file["x"] = 1
    renamed = segments / f"sample.other-{segment.name.split('-')[1]}"  # a segment's content under another name
    shutil.copy(segment, renamed)
    write(folder, storage="segments", more=MORE)
    blockspin("run", deck, "--resume")
    blockspin("run", deck, "--overwrite")
    blockspin("run", deck, "--resume")
    assert all(path.read_text(encoding="utf-8") == "mine" for path in own)
    assert foreign.exists() and renamed.exists()
    assert len(list(segments.glob("decimation.main-*"))) == 1, "of its own, the program deletes what has no link"


def break_heap(content):
    """The length of the first text that HDF5 keeps in a heap, which no checksum covers: it would read beyond its memory."""
    at = content.index(b"GCOL") + 24
    return content[:at] + 8 * b"\xff" + content[at + 8:]


def damaged_files(folder):
    """What nobody needs is deleted if it is the program's own, whole or damaged, and never keeps a run from its work."""
    deck = write(folder, storage="segments", more=MORE)
    segments = Path(folder, "run.h5.segments")
    blockspin("run", deck, "--set", "campaign.seed=6")
    segment = next(segments.glob("sample.main-*.h5"))
    content = segment.read_bytes()
    blockspin("run", deck, "--overwrite")
    blockspin("run", deck, "--resume")
    assert not segment.exists(), "the archive has another one now"
    checkpoint = Path(folder, "run.h5.checkpoint-sample.main-1").read_bytes()
    damaged, marker = Path(folder, "run.h5.checkpoint-decimation.main-1"), Path(folder, "run.h5.overwrite")
    of_the_user = segments / f"sample.main-{32 * 'a'}.h5"
    for ranks, option in ((1, "--resume"), (2, "--resume"), (1, "--overwrite"), (2, "--overwrite")):
        damaged.write_bytes(break_heap(checkpoint))
        segment.write_bytes(break_heap(content))
        of_the_user.write_bytes(break_heap(content))  # its name does not fit its content
        told = blockspin("run", deck, option, ranks=ranks)
        assert f"{of_the_user.name} has the name of a segment" in told and of_the_user.exists(), told
        assert not damaged.exists() and not marker.exists() and not segment.exists(), (ranks, option, told)
    damaged.write_bytes(checkpoint.replace(b"owner", b"0wner"))  # what proves it ours is gone
    for option in ("--resume", "--overwrite"):
        told = blockspin("run", deck, option)
        assert f"{damaged.name} has the name of a checkpoint" in told and damaged.exists(), told


def damaged_unfinished_work(folder):
    """The checkpoint before a damaged one is continued, or the stage begins anew."""
    deck = write(folder)
    blockspin("run", deck)
    newest = Path(folder, "run.h5.checkpoint-sample.main-1")
    newest.write_bytes(break_heap(newest.read_bytes()))
    Path(deck).write_text(Path(deck).read_text(encoding="utf-8").replace("configurations = 20", "configurations = 30"),
                          encoding="utf-8")
    assert "damaged checkpoint" in blockspin("run", deck, "--resume")
    blockspin("info", f"{folder}/run.h5", "--check")


def copies(folder):
    """A copy of the archive's file alone is refused: its segments belong to the original."""
    deck = write(folder, storage="segments")
    blockspin("run", deck)
    shutil.copy(f"{folder}/run.h5", f"{folder}/copy.h5")
    for arguments in (["info", f"{folder}/copy.h5"], ["verify", f"{folder}/copy.h5", f"{folder}/run.h5"],
                      ["run", deck, "--resume", "--set", f"campaign.archive={folder}/copy.h5"]):
        assert "own folder" in blockspin(*arguments, code=4)
    os.mkdir(f"{folder}/elsewhere")
    shutil.copy(f"{folder}/run.h5", f"{folder}/elsewhere/run.h5")
    shutil.copytree(f"{folder}/run.h5.segments", f"{folder}/elsewhere/run.h5.segments")
    blockspin("info", f"{folder}/elsewhere/run.h5", "--check")


def links(folder):
    """A name that is a link stays one; where links lead in a circle, nothing is made of them."""
    deck = write(folder, archive="link.h5")
    os.mkdir(f"{folder}/disk")
    os.symlink("disk/run.h5", f"{folder}/link.h5")
    blockspin("run", deck)
    write(folder, archive="link.h5", more=MORE)
    blockspin("run", deck, "--resume")
    blockspin("run", deck, "--overwrite")
    assert os.readlink(f"{folder}/link.h5") == "disk/run.h5" and os.path.isfile(f"{folder}/disk/run.h5")
    os.symlink("b.h5", f"{folder}/a.h5")
    os.symlink("a.h5", f"{folder}/b.h5")
    for option in ("--resume", "--overwrite"):
        blockspin("run", deck, option, "--set", f"campaign.archive={folder}/a.h5", code=3)
    blockspin("info", f"{folder}/a.h5", code=4)
    assert os.path.islink(f"{folder}/a.h5") and os.path.islink(f"{folder}/b.h5")


def locks(folder):
    """A file that says of no run is none of ours, empty or not. What a killed run left is."""
    deck, lock = write(folder), Path(folder, "run.h5.lock")
    for text in ("", "a note of the user\n"):
        lock.write_text(text, encoding="utf-8")
        assert "move it away" in blockspin("run", deck, code=4)
        assert lock.read_text(encoding="utf-8") == text
    lock.write_text("host elsewhere, process 1\n", encoding="utf-8")
    blockspin("run", deck)
    assert not lock.exists()


def mode_and_owner(folder, storage):
    deck, path = write(folder, storage=storage), Path(folder, "run.h5")
    blockspin("run", deck)
    path.chmod(0o604)
    if os.geteuid() == 0:
        os.chown(path, 12345, 23456)
    before = path.stat()
    write(folder, storage=storage, more=MORE)
    blockspin("run", deck, "--resume")
    blockspin("run", deck, "--overwrite")
    after = path.stat()
    assert stat.S_IMODE(after.st_mode) == 0o604 and after.st_ino != before.st_ino
    assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)


def main():
    scenarios = [what_is_no_archive, archives_without_a_name, folders_as_archives, files_of_the_user, damaged_files,
                 damaged_unfinished_work, copies, links, locks, lambda folder: mode_and_owner(folder, "single"),
                 lambda folder: mode_and_owner(folder, "segments")]
    for scenario in scenarios:
        with tempfile.TemporaryDirectory() as folder:
            scenario(folder)
    print("nothing of the user's was replaced or deleted, and nothing damaged was in the way")


main()
