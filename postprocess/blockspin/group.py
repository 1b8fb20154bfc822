"""One stage instance of an archive: its deck values, its datasets, and the values along their axes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

import h5py

from blockspin import display, table
from blockspin.arrays import Array, Lattice
from blockspin.missing import missing

if TYPE_CHECKING:
    from blockspin.archive import Archive

INTERNAL = ("content_hash", "format_version", "parent_hashes", "parents", "status")  # attributes that are no deck values
INDEX = "index of the axis"  # how the description of a dataset begins that numbers the places of an axis


class Axis(NamedTuple):
    """One axis of a dataset: its name, and the values along it where they are known."""

    name: str
    values: Optional[Array]


class Group:
    """One stage instance. `group["singular_value"]` reads a dataset, `group.value("hidden")` a deck value."""

    def __init__(self, archive: Archive, stage: str, name: str) -> None:
        self.archive, self.stage, self.name = archive, stage, name
        if f"{stage}/{name}" not in archive:
            raise missing(archive.path, name, archive.names(stage), f"[{stage}.{name}]")
        self.group = archive.open(f"{stage}/{name}")

    def __getitem__(self, path: str) -> Array:
        return self.open(path)[()]

    def __contains__(self, path: str) -> bool:
        return contains(self.open, path)

    def open(self, path: str) -> Any:
        """The h5py object at a path of the group, once it is known to be content of this archive."""
        return self.archive.open(f"{self.stage}/{self.name}/{path}")

    def datasets(self, path: str = "") -> list[str]:
        """Paths of the datasets below `path`, but for the mere numbers 0, 1, 2, ... along axes."""
        if path and isinstance(self.open(path), h5py.Dataset):
            return [path]
        found = []
        for name in self.open(path):
            below = f"{path}/{name}".lstrip("/")
            if isinstance(self.open(below), h5py.Group):
                found += self.datasets(below)
            elif not _is_index(self.open(below)):
                found.append(below)
        return found

    def is_scale(self, path: str) -> bool:
        """Whether a dataset holds the values along an axis."""
        return bool(h5py.h5ds.is_scale(self.open(path).id))

    def axes(self, path: str) -> list[Axis]:
        """The axes of a dataset, in their order."""
        dataset = self.open(path)
        found = []
        for axis in dataset.dims:
            scale = next((axis[i] for i in range(len(axis))), None)
            values = None if scale is None else self.archive[scale.name]
            found.append(Axis(axis.label or path.split("/")[-1], values))
        return found

    def unit(self, path: str) -> str:
        return text_of(self.open(path).attrs.get("unit", ""))

    def description(self, path: str) -> str:
        return text_of(self.open(path).attrs.get("description", ""))

    def _ipython_key_completions_(self) -> list[str]:
        return self.datasets()

    def __repr__(self) -> str:
        return display.group_text(self)

    def _repr_html_(self) -> str:
        return display.group_html(self)

    @property
    def status(self) -> str:
        """"complete", or "partial" where the stage failed and left what it had found until then."""
        return status_of(self.group)

    def value(self, key: str, default: str = "") -> str:
        """The text of a deck value ("64"), as the deck would have it; "" where it is not recorded."""
        return text_of(self.group.attrs.get(key, default))

    def values(self) -> dict[str, str]:
        """All deck values; those of `auto.<key>` are what an auto became."""
        return {key: text_of(value) for key, value in self.group.attrs.items() if key not in INTERNAL}

    def parents(self) -> list[str]:
        """Paths of the groups that this one was made from: ["/rbm/V"]."""
        return [text_of(parent) for parent in self.group.attrs.get("parents", ())]

    @property
    def lattice(self) -> Lattice:
        """Extents of the lattice, (10, 10); () where units have no places."""
        if self.stage == "block":
            fine = self.archive.ensemble(self.value("sample")).lattice
            length = int(self.value("factor")) ** int(self.value("level"))
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
    def label(self) -> str:
        return f"[{self.stage}.{self.name}]" if self.name != "main" else f"[{self.stage}]"

    def to_dataframe(self, path: str = "") -> Any:
        """A pandas table of the datasets below `path` that have the same axes as most of them: a row a point of these
        axes, a column a dataset. Needs pandas (Debian: python3-pandas)."""
        return table.to_dataframe(self, path)

    def to_xarray(self, path: str = "") -> Any:
        """An xarray Dataset of all datasets below `path`, with the values along their axes as coordinates; "/" in names
        becomes "_". Packed configurations are left out. Needs xarray (Debian: python3-xarray)."""
        return table.to_xarray(self, path)


def contains(open_path: Callable[[str], Any], path: str) -> bool:
    """Whether a path can be opened."""
    try:
        open_path(path)
    except KeyError:
        return False
    return True


def _is_index(dataset: h5py.Dataset) -> bool:
    """Whether a dataset only numbers the places of an axis."""
    return bool(h5py.h5ds.is_scale(dataset.id)) and text_of(dataset.attrs.get("description", "")).startswith(INDEX)


def status_of(group: h5py.Group) -> str:
    """"complete" or "partial"."""
    return text_of(group.attrs.get("status", ""))


def text_of(value: Any) -> str:
    """An attribute as a text."""
    return value.decode() if isinstance(value, bytes) else str(value)
