"""Many archives as one: the archives of a sweep, or of several runs of one deck with other seeds, as tables."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterator
from typing import Any, Union

import numpy as np

from blockspin.archive import Archive, Group, open_archive
from blockspin.display import html_table
from blockspin.missing import ArchiveError, missing
from blockspin.seeds import family_of, over_seeds, seed_of

Cell = Any  # a text, a number, or an array
Source = Union[str, Callable[[Group], Cell]]  # the path of a dataset, or what to compute of a group
WHERE = ("archive", "seed", "name", "training_seed")  # columns that say which of several equal runs a row is of
COUNTED = "n"


def open_campaign(where: Union[str, "os.PathLike[str]", list[str]]) -> Campaign:
    """Opens every archive of a folder, of a pattern ("runs/*.h5") or of a list of paths, in the order of their names.

    In a folder only what ends with .h5 is opened, and what is no archive is left out; FileNotFoundError where nothing is
    left. A campaign whose run goes on can be opened: it has what is complete.
    """
    if not isinstance(where, list):
        return Campaign(_archives(os.fspath(where)))
    return Campaign([open_archive(path) for path in where])


def _archives(where: str) -> list[Archive]:
    paths = sorted(glob.glob(os.path.join(glob.escape(where), "*.h5") if os.path.isdir(where) else where))
    found = []
    for path in paths:
        try:
            found.append(open_archive(path))
        except (ArchiveError, OSError):
            if not os.path.isdir(where):
                raise
    if not found:
        raise FileNotFoundError(f"{where}: no archives there")
    return found


class Campaign:
    """Archives that are read together. Use it in a `with` block, or close() it."""

    def __init__(self, archives: list[Archive]) -> None:
        self.archives = archives

    def __enter__(self) -> Campaign:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        for archive in self.archives:
            archive.close()

    def __len__(self) -> int:
        return len(self.archives)

    def __iter__(self) -> Iterator[Archive]:
        return iter(self.archives)

    def __repr__(self) -> str:
        return "\n".join([f"<campaign of {len(self)} archives>", *(f"  {archive.name}: {archive.title}" for archive in self)])

    def groups(self, stage: str) -> Iterator[Group]:
        """The complete groups of a stage, of one archive after another."""
        for archive in self.archives:
            yield from archive.groups(stage)

    def table(self, stage: str, **values: Source) -> Table:
        """A row for each complete group of a stage: the archive, its seed, the name, the lattice, deck keys of the group
        and of the machine it is of, and `values`: paths of datasets, or functions of the group.

            campaign.table("mapping", distance="kl_divergence").means("distance")
        """
        return Table([{**_keys(group), **{name: _value(group, source) for name, source in values.items()}}
                      for group in self.groups(stage)])


def _keys(group: Group) -> dict[str, Cell]:
    """What a group is: where it stands, and its deck keys."""
    machine = group.value("rbm")
    keys = dict(group.values())
    if machine not in ("", "none") and f"rbm/{machine}" in group.archive:
        keys = {**group.archive.machine(machine).values(), **keys, "rbm": family_of(machine)}
    keys = {key: typed(value) for key, value in keys.items() if not key.startswith(("auto.", "model."))}
    return {"archive": group.archive.name, "seed": group.archive.seed, "name": group.name,
            "training_seed": seed_of(machine or group.name), "lattice": "x".join(map(str, group.lattice)), **keys}


def typed(text: str) -> Cell:
    """A deck value as an int or a float where it is one."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


def _value(group: Group, source: Source) -> Cell:
    """NaN where the group has no such dataset."""
    if callable(source):
        return source(group)
    if source not in group:
        return np.nan
    value = group[source]
    return value.item() if np.ndim(value) == 0 else value


class Table:
    """Rows with the same columns, in order. `table["hidden"]` is a column, as an array where its cells allow."""

    def __init__(self, rows: list[dict[str, Cell]]) -> None:
        self.columns = list(dict.fromkeys(name for row in rows for name in row))
        self.rows = [{name: row.get(name, "") for name in self.columns} for row in rows]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[dict[str, Cell]]:
        return iter(self.rows)

    def __getitem__(self, column: str) -> Any:
        if column not in self.columns:
            raise missing("the table", column, self.columns)
        cells = [row[column] for row in self.rows]
        same = len({np.shape(cell) for cell in cells}) <= 1
        return np.array(cells) if same else cells

    def _ipython_key_completions_(self) -> list[str]:
        return self.columns

    def where(self, **wanted: Cell) -> Table:
        """The rows whose columns have these values."""
        for column in wanted:
            self[column]  # named where it is not there
        return Table([row for row in self.rows if all(row[column] == value for column, value in wanted.items())])

    def varying(self) -> list[str]:
        """Columns whose cells are not all the same: what a sweep is over."""
        return [name for name in self.columns if len({_hashable(row[name]) for row in self.rows}) > 1]

    def means(self, *values: str) -> Table:
        """Over campaign and training seeds: a row for each setting of all other columns, with the mean of each of `values`
        (of arrays, entry by entry), `<value>_error`, its standard error over the seeds, and `n`, how many there are. The
        error of one seed is NaN."""
        settings: dict[Any, list[dict[str, Cell]]] = {}
        for row in self.rows:
            settings.setdefault(tuple(_hashable(row[name]) for name in self._settings(values)), []).append(row)
        return Table([{**{name: rows[0][name] for name in self._settings(values)}, **_means(rows, values), COUNTED: len(rows)}
                      for rows in settings.values()])

    def _settings(self, values: tuple[str, ...]) -> list[str]:
        measured = {name for name in self.columns if name in values or self.rows and np.ndim(self.rows[0][name])}
        return [name for name in self.columns if name not in WHERE and name not in measured]

    def to_dataframe(self) -> Any:
        """As a table of pandas (Debian: python3-pandas)."""
        import pandas
        return pandas.DataFrame(self.rows, columns=self.columns)

    def _shown(self) -> tuple[list[str], list[tuple[str, ...]]]:
        varying = self.varying()
        names = [name for name in self.columns if name in varying or name == "lattice"] or self.columns[:5]
        return names, [tuple(_cell_text(row[name]) for name in names) for row in self.rows]

    def __repr__(self) -> str:
        """The columns that vary, and the lattice."""
        names, rows = self._shown()
        widths = [max(len(text) for text in column) for column in zip(names, *rows)]
        lines = ["  ".join(text.ljust(width) for text, width in zip(row, widths)) for row in [tuple(names), *rows]]
        return "\n".join(line.rstrip() for line in lines)

    def _repr_html_(self) -> str:
        names, rows = self._shown()
        return html_table(tuple(names), rows)


def _means(rows: list[dict[str, Cell]], values: tuple[str, ...]) -> dict[str, Cell]:
    found: dict[str, Cell] = {}
    for name in values:
        cells = np.array([row[name] for row in rows], dtype=float)
        if cells.ndim == 1:
            found[name], found[f"{name}_error"] = over_seeds(cells)
        else:
            n = len(cells)
            found[name] = cells.mean(axis=0)
            found[f"{name}_error"] = cells.std(axis=0, ddof=1) / np.sqrt(n) if n > 1 else np.full(cells.shape[1:], np.nan)
    return found


def _hashable(cell: Cell) -> Any:
    return cell.tobytes() if isinstance(cell, np.ndarray) else cell


def _cell_text(cell: Cell) -> str:
    if isinstance(cell, np.ndarray):
        return f"[{'x'.join(map(str, cell.shape))}]"
    return f"{cell:.6g}" if isinstance(cell, float) else str(cell)
