"""An archive as a reader sees it: its stages, their groups, and the runs that made them. Nothing here ever writes."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar, Union

import h5py
import numpy as np

from blockspin import display
from blockspin.arrays import Array
from blockspin.ensemble import ENSEMBLES, Sample
from blockspin.group import Group, contains, status_of, text_of
from blockspin.machine import Flow, Machine
from blockspin.missing import Missing, nearest
from blockspin.trusted import check_format, file_of, open_object

PROVENANCE = "provenance"
NO_STAGES = ("campaign", "model", "parallel")  # sections of a deck that make no group

Path = Union[str, "os.PathLike[str]"]
Some = TypeVar("Some", bound=Group)


class PartialGroup(UserWarning):
    """A group that its stage left unfinished is read."""


def open_archive(path: Path, comm: Any = None) -> Archive:
    """Opens an archive for reading. Use it in a `with` block, or close() it.

    Any number of processes may open the same file. `comm`, an mpi4py communicator, opens it by MPI-IO instead; that
    needs an h5py built for MPI (Debian: python3-h5py-mpi). Raises FileNotFoundError where there is no file, and
    ArchiveError, a ValueError, where it is no archive that this package reads.
    """
    file = file_of(os.fspath(path), comm)
    try:
        check_format(file, path)
    except ValueError:
        file.close()
        raise
    return Archive(file, str(path))


class Archive:
    """One campaign: the groups /<stage>/<name>.

    `archive["flow/V/temperature"]` reads any dataset. `archive.rbm` is a stage, and `archive.rbm.V`, `archive.rbm["V"]`
    or `archive.rbm("V")` a group of it; so is `archive.sample()`, whose name is main.
    """

    def __init__(self, file: h5py.File, path: str) -> None:
        self.file = file
        self.path = path
        self._partial: dict[str, bool] = {}

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.file.close()

    def __getitem__(self, path: str) -> Array:
        return self.open(path)[()]

    def __contains__(self, path: str) -> bool:
        return contains(self.open, path)

    def __getattr__(self, name: str) -> Any:
        """A stage by its name. Only where the class has no such attribute."""
        if not name.startswith("_") and "file" in self.__dict__ and name in self.file and name != PROVENANCE:
            return Stage(self, name, CLASSES.get(name, Group))
        near = "" if name.startswith("_") else nearest(name, self.__dir__())
        raise AttributeError(f"an archive has no {name}" + (f"; the nearest is {near}" if near else ""))

    def __dir__(self) -> list[str]:
        known = [name for name in super().__dir__() if not name.startswith("_")]
        return known + ([] if not self.file else [stage for stage in self.file if stage != PROVENANCE])

    def _ipython_key_completions_(self) -> list[str]:
        return [f"{stage}/{name}" for stage, names in self.stages().items() for name in names]

    def __repr__(self) -> str:
        return display.archive_text(self)

    def _repr_html_(self) -> str:
        return display.archive_html(self)

    def open(self, path: str) -> Any:
        """The h5py object at a path, once it is known to be content of this archive. Warns of a partial group."""
        thing = open_object(self.file, path, self.path)
        place = "/".join([step for step in path.split("/") if step][:2])
        if place not in self._partial:
            self._partial[place] = "/" in place and status_of(self.file[place]) == "partial"
            if self._partial[place]:
                warnings.warn(f"{self.path}: {place} is partial: its stage failed, and left what it had until then",
                              PartialGroup, stacklevel=3)
        return thing

    @property
    def name(self) -> str:
        """The name of the file, without its folder."""
        return os.path.basename(self.path)

    @property
    def title(self) -> str:
        return text_of(self.file.attrs.get("title", ""))

    @property
    def seed(self) -> int:
        return int(self.file.attrs["seed"])

    @property
    def format_version(self) -> int:
        return int(self.file.attrs["format_version"])

    def stages(self) -> dict[str, list[str]]:
        """{"sample": ["main"], "flow": ["V"], ...}: names of the complete groups of every stage."""
        return self._with_status("complete")

    def partial(self) -> dict[str, list[str]]:
        """The same of groups whose stages failed, and left what they had found until then."""
        return {stage: names for stage, names in self._with_status("partial").items() if names}

    def _with_status(self, status: str) -> dict[str, list[str]]:
        return {stage: [name for name in open_object(self.file, stage, self.path)
                        if status_of(open_object(self.file, f"{stage}/{name}", self.path)) == status]
                for stage in self.file if stage != PROVENANCE}

    def names(self, stage: str) -> list[str]:
        """Names of the complete groups of a stage; none where there is no such stage."""
        if stage not in self.file:
            return []
        return [name for name in open_object(self.file, stage, self.path)
                if status_of(open_object(self.file, f"{stage}/{name}", self.path)) == "complete"]

    def groups(self, stage: str) -> Iterator[Group]:
        """The complete groups of a stage."""
        for name in self.names(stage):
            yield self.group(stage, name)

    @property
    def sample(self) -> Stage[Sample]:
        """Monte Carlo samples: `archive.sample()`, `archive.sample("test")`."""
        return Stage(self, "sample", Sample)

    @property
    def flow(self) -> Stage[Flow]:
        """Flows: `archive.flow("V")`."""
        return Stage(self, "flow", Flow)

    @property
    def machine(self) -> Stage[Machine]:
        """Machines: `archive.machine("V")`, the group /rbm/V."""
        return Stage(self, "rbm", Machine)

    def ensemble(self, name: str = "main") -> Sample:
        """Configurations of that name, whoever made them: a [sample], an [import], a [block] or a [generate]."""
        stage = next((stage for stage in ENSEMBLES if f"{stage}/{name}" in self.file), ENSEMBLES[0])
        return Sample(self, stage, name)

    def ensembles(self) -> list[Sample]:
        """All of them, samples first."""
        return [Sample(self, stage, name) for stage in ENSEMBLES for name in self.names(stage)]

    def group(self, stage: str, name: str) -> Group:
        """Any stage instance: its deck values and datasets."""
        return CLASSES.get(stage, Group)(self, stage, name)

    def runs(self) -> list[dict[str, Any]]:
        """What is known of each run that wrote here, the first one first: "deck", "started", "ranks", "hosts", ..."""
        if PROVENANCE not in self.file:
            return []
        groups = open_object(self.file, PROVENANCE, self.path)
        names = sorted((name for name in groups if name.startswith("run_")), key=lambda name: int(name[4:]))
        return [{key: _plain(value) for key, value in open_object(self.file, f"{PROVENANCE}/{name}", self.path).attrs.items()}
                for name in names]

    def stale(self) -> list[str]:
        """Complete groups whose parents have changed or are gone since: ["flow/V"]."""
        found = []
        for stage, names in self.stages().items():
            for name in names:
                attributes = open_object(self.file, f"{stage}/{name}", self.path).attrs
                made_from = zip(attributes.get("parents", ()), attributes.get("parent_hashes", ()))
                if any(self._hash_of(text_of(parent)) != text_of(content) for parent, content in made_from):
                    found.append(f"{stage}/{name}")
        return found

    def _hash_of(self, path: str) -> str:
        """The hash of a group's content; "" where it is not there."""
        try:
            return text_of(open_object(self.file, path, self.path).attrs.get("content_hash", ""))
        except Missing:
            return ""

    def waiting(self) -> list[str]:
        """Sections of the last run's deck of which no group is complete: ["[flow.V]"]. Empty where no deck is recorded."""
        deck = self.runs()[-1].get("deck", "") if self.runs() else ""
        sections = [line.split("#")[0].strip()[1:-1].strip() for line in deck.splitlines() if line.lstrip().startswith("[")]
        found = []
        for section in sections:
            stage, _, name = section.partition(".")
            there = [known for known in self.names(stage) if known == (name or "main") or known.startswith(f"{name or 'main'}_")]
            if stage not in NO_STAGES and not there:
                found.append(f"[{section}]")
        return found

    def summary(self) -> str:
        """A few lines on what is in the archive; `blockspin info --all` tells more."""
        lines = [f"{self.path}: {self.title} (seed {self.seed})"]
        for stage, names in self.stages().items():
            lines.append(f"  {stage}: {', '.join(names)}")
        return "\n".join(lines)


class Stage(Generic[Some]):
    """The groups of one stage: `stage("V")`, `stage["V"]`, `stage.V`; iteration gives the complete ones."""

    def __init__(self, archive: Archive, stage: str, kind: Callable[..., Some]) -> None:
        self._archive, self._stage, self._kind = archive, stage, kind

    def __call__(self, name: str = "main") -> Some:
        return self._kind(self._archive, self._stage, name)

    def __getitem__(self, name: str) -> Some:
        return self(name)

    def __getattr__(self, name: str) -> Some:
        if name.startswith("_") or "_archive" not in self.__dict__:
            raise AttributeError(name)
        try:
            return self(name)
        except Missing as error:
            raise AttributeError(str(error)) from None

    def names(self) -> list[str]:
        """Names of the complete groups."""
        return self._archive.names(self._stage)

    def __iter__(self) -> Iterator[Some]:
        return map(self, self.names())

    def __len__(self) -> int:
        return len(self.names())

    def __contains__(self, name: object) -> bool:
        return name in self.names()

    def __dir__(self) -> list[str]:
        return ["names", *self.names()]

    def _ipython_key_completions_(self) -> list[str]:
        return self.names()

    def __repr__(self) -> str:
        return f"{self._stage} of {self._archive.name}: {', '.join(self.names()) or 'none'}"


CLASSES: dict[str, type[Group]] = {**{stage: Sample for stage in ENSEMBLES}, "rbm": Machine, "flow": Flow}


def _plain(value: Any) -> Any:
    """An attribute as a text, a number, or a list of these."""
    if isinstance(value, np.ndarray):
        return [_plain(item) for item in value.tolist()]
    return value.decode() if isinstance(value, bytes) else value.item() if isinstance(value, np.generic) else value
