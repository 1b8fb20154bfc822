"""Archives that somebody changed, with checksums made to fit: every command refuses them in one line, or reads them.

forgery_test.py MPIRUN PROGRAM FORGE [--copies N] [--seed S]

First the cases that have names, then N copies of an archive, each changed at random places: structure, attributes, values.
Half of them keep their old checksums, and `info --check` must tell; the others get new ones. No command may crash, hang, or
end in another exit code than that of files. The long version: --copies 1000.
"""

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import numpy as np
from patience import patient

MPIRUN, PROGRAM, FORGE = sys.argv[1:4]
PACKAGE = Path(__file__).resolve().parents[2] / "postprocess"
SECONDS = patient(200)
SETTINGS = """[campaign]
archive = changed.h5
seed = 5
[model]
lattice = 4x4
"""
MADE = """[sample]
temperatures = 2, 3
configurations = 20
[rbm.V]
hidden = 3
epochs = 2
batch = 10
snapshots = 1
[thermometer]
hidden = 4
[flow.V]
rbm = V
start = up
walkers = 20
steps = 2
"""
# Reads the sample and the machine from the archive, with no section of them.
MORE = """[rbm.more]
hidden = 2
epochs = 1
batch = 10
[spectrum]
rbm = V
[flow.more]
rbm = V
start = 2
walkers = 20
steps = 1
"""
EVERY = ("info", "check", "verify", "more", "all")
GROUPS = ["/sample/main", "/rbm/V", "/thermometer/main", "/flow/V"]
DECK_ERROR, FILE_ERROR, DIFFERENCE = 3, 4, 6  # a deck may not fit what the archive says of itself
READER = """
import sys, h5py, blockspin
try:
    with blockspin.open_archive(sys.argv[1]) as archive:
        archive.summary()
        for stage, names in archive.stages().items():
            for name in names:
                group = archive.group(stage, name)
                paths = [path for path in group.group]
                while paths:
                    path = paths.pop()
                    thing = group.open(path)
                    if isinstance(thing, h5py.Dataset):
                        thing[()]
                    else:
                        paths += [f"{path}/{below}" for below in thing]
        archive.sample().configurations()
        archive.machine("V").fields()
except (ValueError, KeyError, OSError, RuntimeError) as error:
    print("refused:", error)
"""


def start(*arguments, ranks=1):
    launcher = [MPIRUN, "-n", str(ranks)] if ranks > 1 else []
    return subprocess.run([*launcher, *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=SECONDS)


class Case:
    """A copy of the good archive, to be changed."""

    def __init__(self, folder, label):
        self.folder, self.label = Path(folder), label
        self.path = self.folder / "changed.h5"
        for left in self.folder.glob("changed.h5*"):
            left.unlink()
        shutil.copy(self.folder / "good.h5", self.path)

    def change(self, action):
        with h5py.File(self.path, "r+") as file:
            action(file)
        return self

    def forge(self):
        start(FORGE, self.path, *GROUPS, *GROUPS)  # twice, for what names a later group as its parent
        return self

    def run(self, *arguments, ranks=1):
        """The exit code, once the form of the answer has been judged."""
        done = start(PROGRAM, *arguments, ranks=ranks)
        told = f"{self.label}: {' '.join(map(str, arguments))}: exit code {done.returncode}\n{done.stdout[-500:]}{done.stderr[-3000:]}"
        # A run names each value in which deck and archive differ, then says what to do.
        errors = [line for line in done.stderr.splitlines()
                  if line.startswith("blockspin: error") and "' in the deck, '" not in line]
        others = {"verify": (DIFFERENCE,), "run": (DECK_ERROR,)}
        assert done.returncode in (0, FILE_ERROR, *others.get(arguments[0], ())), told
        assert len(errors) == (done.returncode == FILE_ERROR) or done.returncode == DECK_ERROR, told
        self.told = told
        return done.returncode

    def commands(self, names=EVERY):
        """Exit codes of what reads an archive. Runs come last: they add to it."""
        arguments = {"info": ("info", self.path), "check": ("info", self.path, "--check"),
                     "verify": ("verify", self.path, self.folder / "good.h5"),
                     "more": ("run", self.folder / "more.ini", "--resume"),
                     "all": ("run", self.folder / "all.ini", "--resume")}
        self.read_in_python()
        return {name: self.run(*arguments[name]) for name in EVERY if name in names}

    def read_in_python(self):
        done = subprocess.run([sys.executable, "-B", "-c", READER, self.path], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=SECONDS, env={"PYTHONPATH": str(PACKAGE)})
        assert done.returncode == 0, f"{self.label}: the Python reader: {done.returncode}\n{done.stderr[-3000:]}"


def prepare(folder):
    for name, text in (("all", MADE), ("more", MORE)):
        Path(folder, f"{name}.ini").write_text(SETTINGS + text, encoding="utf-8")
    done = start(PROGRAM, "run", f"{folder}/all.ini")
    assert done.returncode == 0, done.stderr
    for left in Path(folder).glob("changed.h5.*"):
        left.unlink()
    Path(folder, "changed.h5").rename(f"{folder}/good.h5")
    codes = Case(folder, "unchanged").commands()
    assert set(codes.values()) == {0}, codes
    assert Case(folder, "forged without a change").forge().run("info", f"{folder}/changed.h5", "--check") == 0


def with_attribute(group, name, value):
    def change(file):
        file[group].attrs[name] = value
    return change


def without_attribute(group, name):
    def change(file):
        del file[group].attrs[name]
    return change


def with_dataset(path, change_values):
    def change(file):
        values = change_values(file[path][()])
        attributes = dict(file[path].attrs)
        del file[path]
        file[path] = values
        for name in ("unit", "description"):
            file[path].attrs[name] = attributes[name]
    return change


def without_dataset(path):
    def change(file):
        del file[path]
    return change


def with_value(path, place, value):
    def change(file):
        file[path][place] = value
    return change


def nest(file):
    group = file["rbm/V"]
    for _ in range(3000):
        group = group.create_group("g")


def link(path, target):
    def change(file):
        file[path] = target if isinstance(target, (h5py.SoftLink, h5py.ExternalLink)) else file[target]
    return change


def as_format_1(file):
    file.attrs["format_version"] = np.uint64(1)
    for group in GROUPS:
        del file[group].attrs["format_version"]


def two_in_a_circle(file):
    """Of format 1, whose hashes do not cover the names of parents."""
    as_format_1(file)
    start_of, end_of = file["/sample/main"], file["/flow/V"]
    start_of.attrs["parents"], start_of.attrs["parent_hashes"] = ["/flow/V"], [end_of.attrs["content_hash"]]
    end_of.attrs["parents"], end_of.attrs["parent_hashes"] = ["/sample/main"], [start_of.attrs["content_hash"]]


# Case: the change, and the commands that must refuse it although every checksum fits.
INSIDE = ("info", "check", "verify", "more")  # a run that skips all stages does not look into their groups
READ = ("more",)
UNFORGED = "no content hash"  # which the forger would put there again
NAMED = {
    "its own parent": (with_attribute("rbm/V", "parents", ["/rbm/V"]), EVERY),
    "parents in a circle": (two_in_a_circle, ("info", "more", "all")),
    "a cycle of hard links": (link("rbm/V/up", "/rbm"), INSIDE),
    "one object of two names": (link("rbm/V/layer_1/again", "/rbm/V/layer_1/weights"), INSIDE),
    "3000 groups in each other": (nest, INSIDE),
    "a soft link": (link("rbm/V/soft", h5py.SoftLink("/sample/main")), INSIDE),
    "a soft link of a group": (link("rbm/soft", h5py.SoftLink("/rbm/V")), EVERY),
    "a link to another file": (link("rbm/V/far", h5py.ExternalLink("good.h5", "/rbm/V")), INSIDE),
    "a group in another file": (link("rbm/far", h5py.ExternalLink("good.h5", "/rbm/V")), EVERY),
    "auto.replicas = abc": (with_attribute("sample/main", "auto.replicas", "abc"), READ),
    UNFORGED: (without_attribute("rbm/V", "content_hash"), EVERY),
    "no status": (without_attribute("rbm/V", "status"), EVERY),
    "no parents": (without_attribute("rbm/V", "parents"), EVERY),
    "a status that is none": (with_attribute("rbm/V", "status", "perfect"), EVERY),
    "no hidden units": (with_attribute("rbm/V", "hidden", "0"), READ),
    "fewer hidden units than weights": (with_attribute("rbm/V", "hidden", "2"), READ),
    "a temperature below 0": (with_value("sample/main/temperature", 0, -1.5), READ),
    "a temperature that is no number": (with_value("sample/main/temperature", 1, np.nan), READ),
    "temperatures in disorder": (with_value("sample/main/temperature", 0, 3.5), READ),
    "one temperature more": (with_dataset("sample/main/temperature", lambda t: np.append(t, 4.0)), READ),
    "a weight that is no number": (with_value("rbm/V/layer_1/weights", (0, 0), np.nan), READ),
    "weights of another shape": (with_dataset("rbm/V/layer_1/weights", lambda w: w.T.copy()), READ),
    "weights of another type": (with_dataset("rbm/V/layer_1/weights", lambda w: w.astype("f8")), READ),
    "biases of another shape": (with_dataset("rbm/V/layer_1/hidden_bias", lambda b: b[:-1]), READ),
    "configurations of another lattice": (with_attribute("sample/main", "model.lattice", "5x5"), READ),
    # Each is half of a pair that `info` and the next stages read together. What is left is read, or refused.
    "a mean without its error": (without_dataset("flow/V/mean_temperature/error"), ()),
    "an error without its mean": (without_dataset("flow/V/mean_temperature/mean"), ()),
    "observables without their errors": (without_dataset("sample/main/observables/energy/error"), ()),
    "weights without biases": (without_dataset("rbm/V/layer_1/hidden_bias"), READ),
    "a lattice of nothing": (with_attribute("sample/main", "model.lattice", "0x0"), READ),
}


# Changes with the old checksums, which `info --check` and a run that reads the group must see.
def flipped(text):
    """A text with one bit of its first letter flipped."""
    return chr(ord(text[0]) ^ 1) + text[1:]


def with_flipped(group, name):
    def change(file):
        file[group].attrs[name] = flipped(file[group].attrs[name])
    return change


DAMAGE = {
    "the units of a machine": with_flipped("rbm/V", "units"),
    "a bit of a lattice": with_flipped("sample/main", "model.lattice"),
    "the unit of a dataset": with_flipped("sample/main/temperature", "unit"),
    "the description of a dataset": with_flipped("rbm/V/layer_1/weights", "description"),
    "the name of a dataset": lambda file: file.move("rbm/V/layer_1/hidden_bias", "rbm/V/layer_1/hidden_bias_"),
    "a value": with_value("rbm/V/layer_1/weights", (0, 0), 0.25),
}


def damage_cases(folder):
    for label, change in DAMAGE.items():
        case = Case(folder, label).change(change)
        codes = [case.run("info", case.path, "--check"), case.run("run", case.folder / "more.ini", "--resume")]
        assert codes == [FILE_ERROR, FILE_ERROR], f"{label}: {codes}"


def named_cases(folder):
    for label, (change, refusing) in NAMED.items():
        case = Case(folder, label).change(change)
        codes = (case if label == UNFORGED else case.forge()).commands(refusing or EVERY)
        taken = [command for command in refusing if codes[command] == 0]
        assert not taken, f"{label}: taken without a word by {taken}"
        print(f"{label}: {codes}", flush=True)
    case = Case(folder, "at any number of ranks").change(NAMED["a temperature below 0"][0]).forge()
    for ranks in (2, 3):
        assert case.run("run", case.folder / "more.ini", "--resume", ranks=ranks) == FILE_ERROR


def objects(file):
    """Paths of all objects of the stages' groups."""
    paths = list(GROUPS)
    for group in GROUPS:
        file[group].visit(lambda name, group=group: paths.append(f"{group}/{name}"))
    return paths


WORDS = ["", "abc", "0", "-1", "1e400", "nan", "9" * 30, "4x", "x", "1:", "auto", "main", "\u00e9", "a" * 5000, "/rbm/V"]
NUMBERS = [0, -1, 2**31, 2**63, np.nan, np.inf, -np.inf, 1e308, 0.5]


def some_value(draw):
    return draw.choice([
        lambda: draw.choice(WORDS), lambda: draw.choice(WORDS[:4]).encode(), lambda: np.float32(draw.choice(NUMBERS)),
        lambda: np.uint64(draw.randrange(2**40)), lambda: np.int64(-draw.randrange(9)), lambda: [draw.choice(WORDS) or "e"],
        lambda: np.zeros(draw.randrange(1, 5)), lambda: np.zeros((2, 2)), lambda: h5py.Empty("f4")])()


def change_attribute(file, draw):
    thing = file[draw.choice(objects(file))]
    names = [name for name in thing.attrs if name not in ("DIMENSION_LIST", "REFERENCE_LIST", "CLASS", "NAME")]
    name = draw.choice(names + ["new"])
    if name in thing.attrs:
        del thing.attrs[name]
    if draw.random() < 0.8:
        thing.attrs[name] = some_value(draw)


def change_text(file, draw):
    """One letter of a deck value."""
    group = file[draw.choice(GROUPS)]
    texts = {name: value for name, value in group.attrs.items() if isinstance(value, str) and value}
    name = draw.choice(sorted(texts))
    at = draw.randrange(len(texts[name]))
    group.attrs[name] = texts[name][:at] + draw.choice("0123456789-.x,: eau") + texts[name][at + 1:]


def datasets(file):
    return [path for path in objects(file) if isinstance(file[path], h5py.Dataset)]


def change_values(file, draw):
    data = file[draw.choice(datasets(file))]
    if data.size == 0:
        return
    place = tuple(draw.randrange(extent) for extent in data.shape)
    if data.dtype.kind == "f":
        data[place] = data.dtype.type(draw.choice(NUMBERS))
    else:
        data[place] = np.bitwise_xor(data[place], data.dtype.type(1 << draw.randrange(8 * data.dtype.itemsize - 1)))


def change_shape(file, draw):
    path = draw.choice(datasets(file))
    values = file[path][()]
    change = draw.choice([lambda v: v[None], lambda v: v.ravel(), lambda v: v.T.copy(), lambda v: v[:0] if v.ndim else v[None],
                          lambda v: v.astype("f8"), lambda v: v.astype("i2"), lambda v: v.astype(">f4"),
                          lambda v: np.concatenate([v, v]) if v.ndim else v[None], lambda v: "text"])
    del file[path]
    file[path] = change(values)


def change_structure(file, draw):
    path = draw.choice(objects(file))
    kind = draw.randrange(6)
    if kind == 0:
        del file[path]
    elif kind == 1:
        file.move(path, path + "x")
    elif kind == 2:
        file[path + "_2"] = file[draw.choice(objects(file))]
    elif kind == 3:
        file[path + "_2"] = draw.choice([h5py.SoftLink("/"), h5py.ExternalLink("good.h5", "/"), h5py.SoftLink(path)])
    elif kind == 4:
        del file[path]
        file.create_group(path)
    else:
        file.create_dataset(path + "_2", (10**4, 10**4), "f4", chunks=(100, 100))


def change_root(file, draw):
    """Outside all groups: nothing that a content hash covers."""
    thing = file[draw.choice(["/", "/provenance", "/provenance/run_1", "/sample"])]
    names = list(thing.attrs) + ["new"]
    name = draw.choice(names)
    if name in thing.attrs:
        del thing.attrs[name]
    if draw.random() < 0.8:
        thing.attrs[name] = some_value(draw)


CHANGES = [change_attribute, change_attribute, change_text, change_values, change_shape, change_structure, change_root]


def attributes_of(thing):
    found = {}
    for name in thing.attrs:
        if name not in ("DIMENSION_LIST", "REFERENCE_LIST"):
            value = thing.attrs[name]
            found[name] = (type(value).__name__, str(getattr(value, "dtype", "")), np.shape(value), repr(value))
    return found


def content_of(path):
    """What the groups hold, to know whether a change changed anything."""
    content = {}

    def take(file, path):
        link = file.get(path, getlink=True)
        if not isinstance(link, h5py.HardLink):
            content[path] = repr(link)
            return
        thing = file[path]
        values = (str(thing.dtype), thing.shape) if isinstance(thing, h5py.Dataset) else ()
        if values and thing.shape is not None and thing.size < 10**6:
            values += (np.asarray(thing[()]).tobytes(),)
        content[path] = (attributes_of(thing), values)
        if isinstance(thing, h5py.Group) and path.count("/") < 8:
            for name in thing:
                take(file, f"{path}/{name}")

    with h5py.File(path) as file:
        for group in GROUPS:
            if group in file:
                take(file, group)
    return content


def random_cases(folder, n, seed):
    counts = {}
    for i in range(n):
        draw = random.Random(f"{seed} {i}")
        case, forged = Case(folder, f"copy {i} of seed {seed}"), i % 2 == 1
        changes = [draw.choice(CHANGES) for _ in range(1 + draw.randrange(2))]
        for change in changes:
            try:
                case.change(lambda file, change=change: change(file, draw))
            except (OSError, KeyError, ValueError, RuntimeError, TypeError):
                pass  # h5py does not make everything
        case.label += ": " + ", ".join(change.__name__ for change in changes) + (", forged" if forged else "")
        if forged:
            case.forge()
        differs = not forged and content_of(case.path) != content_of(case.folder / "good.h5")
        codes = case.commands()
        assert not differs or codes["check"] == FILE_ERROR, f"{case.label}: a change that --check does not see"
        for command, code in codes.items():
            counts[command, code] = counts.get((command, code), 0) + 1
    print(f"{n} changed archives: {counts}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("programs", nargs=3)
    parser.add_argument("--copies", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        prepare(folder)
        damage_cases(folder)
        named_cases(folder)
        random_cases(folder, options.copies, options.seed)


main()
