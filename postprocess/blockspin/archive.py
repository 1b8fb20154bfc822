"""An archive as a reader sees it. Datasets come as numpy arrays; nothing here ever writes."""

import h5py
import numpy as np

from blockspin.packed import unpack
from blockspin.trusted import check_format, open_object

ENSEMBLES = ("sample", "import", "block", "generate")  # stages that make configurations
TEMPERATURE_TOLERANCE = 1e-9  # two temperatures within it are the same, as in a deck


def open_archive(path, comm=None):
    """Opens an archive for reading. Use it in a `with` block, or close() it.

    Any number of processes may open the same file. `comm`, an mpi4py communicator, opens it by MPI-IO instead; that
    needs an h5py built for MPI (Debian: python3-h5py-mpi).
    """
    file = h5py.File(path, "r", driver="mpio", comm=comm) if comm else h5py.File(path, "r")
    try:
        check_format(file, path)
    except ValueError:
        file.close()
        raise
    return Archive(file, str(path))


class Archive:
    """One campaign: the groups /<stage>/<name>. `archive["flow/V/temperature"]` reads any dataset."""

    def __init__(self, file, path):
        self.file = file
        self.path = path

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.file.close()

    def __getitem__(self, path):
        return self.open(path)[()]

    def __contains__(self, path):
        return _contains(self.open, path)

    def open(self, path):
        """The h5py object at a path, once it is known to be content of this archive."""
        return open_object(self.file, path, self.path)

    @property
    def title(self):
        return _text(self.file.attrs.get("title", ""))

    @property
    def seed(self):
        return int(self.file.attrs["seed"])

    def stages(self):
        """{"sample": ["main"], "flow": ["V"], ...}: names of the complete groups of every stage."""
        found = {}
        for stage in self.file:
            if stage != "provenance":
                found[stage] = [name for name in self.open(stage) if _status(self.open(f"{stage}/{name}")) == "complete"]
        return found

    def names(self, stage):
        return self.stages().get(stage, [])

    def sample(self, name="main"):
        return Sample(self, "sample", name)

    def ensemble(self, name="main"):
        """Configurations of that name, whoever made them: a [sample] or an [import]."""
        stage = next((stage for stage in ENSEMBLES if f"{stage}/{name}" in self.file), ENSEMBLES[0])
        return Sample(self, stage, name)

    def ensembles(self):
        """All of them, samples first."""
        return [Sample(self, stage, name) for stage in ENSEMBLES for name in self.names(stage)]

    def machine(self, name):
        return Machine(self, "rbm", name)

    def flow(self, name):
        return Flow(self, "flow", name)

    def group(self, stage, name):
        """Any stage instance: its deck values and datasets."""
        return Group(self, stage, name)

    def summary(self):
        """A few lines on what is in the archive; `blockspin info` tells more."""
        lines = [f"{self.path}: {self.title} (seed {self.seed})"]
        for stage, names in self.stages().items():
            lines.append(f"  {stage}: {', '.join(names)}")
        return "\n".join(lines)


class Group:
    """One stage instance. `group["singular_value"]` reads a dataset, `group.value("hidden")` a deck value."""

    def __init__(self, archive, stage, name):
        self.archive, self.stage, self.name = archive, stage, name
        if f"{stage}/{name}" not in archive:
            known = ", ".join(archive.names(stage)) or "none"
            raise KeyError(f"{archive.path} has no [{stage}.{name}]; it has: {known}")
        self.group = archive.open(f"{stage}/{name}")

    def __getitem__(self, path):
        return self.open(path)[()]

    def __contains__(self, path):
        return _contains(self.open, path)

    def open(self, path):
        """The h5py object at a path of the group, once it is known to be content of this archive."""
        return self.archive.open(f"{self.stage}/{self.name}/{path}")

    def value(self, key, default=""):
        """The text of a deck value ("64"), as the deck would have it; "" where it is not recorded."""
        return _text(self.group.attrs.get(key, default))

    @property
    def lattice(self):
        """Extents of the lattice, (10, 10); () where units have no places."""
        if self.stage == "block":
            fine, length = self.archive.ensemble(self.value("sample")).lattice, int(self.value("factor")) ** int(self.value("level"))
            return tuple(extent // length for extent in fine)
        if self.stage == "generate" and self.value("layer") != "0":
            return ()
        text = self.value("model.lattice") or self.value("lattice")
        if not text and self.value("rbm") not in ("", "none"):
            return self.archive.machine(self.value("rbm")).lattice
        if not text and self.value("sample") not in ("", "none"):
            return self.archive.ensemble(self.value("sample")).lattice
        return tuple(int(extent) for extent in text.split("x")) if text not in ("", "none") else ()

    @property
    def label(self):
        return f"[{self.stage}.{self.name}]" if self.name != "main" else f"[{self.stage}]"


class Sample(Group):
    """Configurations of a [sample] or an [import], and observables where they have a model and temperatures."""

    @property
    def temperature(self):
        return self["temperature"]

    def configurations(self, temperature=None, part=slice(None)):
        """+-1 spins, int8, [C, *lattice] at one temperature, [T, C, *lattice] without one.

        `part` selects configurations (of each temperature): a slice, as from blockspin.share(); only it is read.
        """
        packed = self.open("configuration")
        which = slice(None) if temperature is None else self.index(temperature)
        places = self.lattice or (self.n_units,)
        spins = unpack(packed[which, part], int(np.prod(places)))
        return spins.reshape(spins.shape[:-1] + places)

    @property
    def n_units(self):
        """Units of a configuration."""
        if self.lattice:
            return int(np.prod(self.lattice))
        n_numbers = int(self.value("file_shape").split("x")[-1])
        return 8 * n_numbers if self.value("encoding") == "packed" else n_numbers

    def index(self, temperature):
        """The index of a temperature; KeyError names those there are."""
        known = self.temperature
        match = np.flatnonzero(np.isclose(known, temperature, rtol=0, atol=TEMPERATURE_TOLERANCE))
        if match.size == 0:
            raise KeyError(f"{self.label} has no temperature {temperature}; it has {known.tolist()}")
        return int(match[0])

    def observable(self, name):
        """(mean, standard error) at each temperature: energy, specific_heat, abs_magnetization, ..."""
        return self[f"observables/{name}/mean"], self[f"observables/{name}/error"]


class Machine(Group):
    """Weights, biases and training history of an [rbm]."""

    @property
    def n_layers(self):
        return sum(1 for key in self.group if key.startswith("layer_"))

    def weights(self, layer=1):
        """[visible, hidden] float32."""
        return self[f"layer_{layer}/weights"]

    def history(self, layer=1):
        """{"epoch": [E], "reconstruction_error": [E], ...}; empty where nothing was recorded."""
        path = "history" if layer == 1 else f"layer_{layer}/history"
        return {key: self[f"{path}/{key}"] for key in self.open(path)} if path in self else {}

    def judgement(self, layer=1):
        """{"epoch": [J], "free_energy": [J], "pseudo_likelihood": [J], ...}; empty where nothing was judged."""
        path = "judgement" if layer == 1 else f"layer_{layer}/judgement"
        return {key: self[f"{path}/{key}"] for key in self.open(path)} if path in self else {}

    def fields(self, layer=1):
        """Receptive fields W_1 W_2 ... W_layer, [sites, hidden]: one column a hidden unit of that layer."""
        field = self.weights(1).astype(np.float64)
        for k in range(2, layer + 1):
            field = field @ self.weights(k)
        return field


class Flow(Group):
    """Chains of a machine, step by step."""

    QUANTITIES = ("mean_temperature", "peak_temperature", "energy", "abs_magnetization", "nearest_neighbour_excess",
                  "energy_temperature")

    @property
    def starts(self):
        """The labels of the starts, as in the deck: ["0", "6"]."""
        return [start.strip() for start in self.value("start").split(",")]

    def quantity(self, name):
        """(mean, standard error), each [start, step]."""
        return self[f"{name}/mean"], self[f"{name}/error"]


def _contains(open_path, path):
    try:
        open_path(path)
    except KeyError:
        return False
    return True


def _status(group):
    return _text(group.attrs.get("status", ""))


def _text(value):
    return value.decode() if isinstance(value, bytes) else str(value)
