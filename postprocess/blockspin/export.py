"""Command: the numbers of an archive as CSV tables and npz files, for programs that read no HDF5.

    python3 -m blockspin.export ARCHIVE -o FOLDER     blockspin-export, where it is installed

Each group gets <stage>.<name>.npz with its numbers, and a table for each set of datasets that have the same axes,
<stage>.<name>.<axes>.csv: a row a point of the axes, first a column an axis, then a column a dataset. Numbers have all the
digits that they have in the archive. Configurations are left out: `blockspin.open_archive` reads them. Files of FOLDER that
have such names are replaced, others stay. Partial groups are left out.
"""

import argparse
import csv
import math
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

import blockspin
from blockspin.archive import Archive
from blockspin.arrays import Array
from blockspin.command import errors_in_one_line, program, require
from blockspin.group import Group
from blockspin.table import axis_name, tabular, values_along

MOST_ROWS = 1_000_000  # of a table; what is longer stands in the npz alone


def same_axes(group: Group) -> dict[tuple[tuple[str, ...], tuple[int, ...], tuple[bytes, ...]], list[str]]:
    """Datasets by the names, extents and values of their axes, in the order of the archive."""
    found: dict[tuple[tuple[str, ...], tuple[int, ...], tuple[bytes, ...]], list[str]] = {}
    for name in tabular(group, ""):
        axes, shape = group.axes(name), tuple(group.open(name).shape)
        values = tuple(values_along(axis, extent).tobytes() for axis, extent in zip(axes, shape))
        found.setdefault((tuple(axis_name(group, axis) for axis in axes), shape, values), []).append(name)
    return found


def title(group: Group, axes: Sequence[str], others: set[str]) -> str:
    """"sample.main.temperature", numbered where other axes of the group have the same names."""
    base = ".".join([group.stage, group.name, "_".join(axes) or "numbers"])
    names = [base, *(f"{base}_{number}" for number in range(2, len(others) + 2))]
    return next(name for name in names if name not in others)


def tables(group: Group) -> Iterator[tuple[str, list[str], list[str]]]:
    """(title, names of axes, datasets) of each table of a group."""
    taken: set[str] = set()
    for (axes, _, _), names in same_axes(group).items():
        taken.add(name := title(group, axes, taken))
        yield name, list(axes), names


def write_csv(path: Path, group: Group, axes: list[str], names: list[str]) -> None:
    """Lines that begin with "#" have the unit and the meaning of each column."""
    shape = group.open(names[0]).shape
    along = [values_along(axis, extent) for axis, extent in zip(group.axes(names[0]), shape)]
    columns = [np.ravel(group[name]) for name in names]
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(f"# {name} ({group.unit(name)}): {group.description(name)}\n" for name in names)
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*axes, *names])
        for number, place in enumerate(product(*along)):
            writer.writerow([*map(written, place), *(written(column[number]) for column in columns)])


def written(value: Any) -> str:
    """The shortest text that is this number and no other of its type."""
    return np.format_float_positional(value, trim="-") if isinstance(value, np.floating) and 1e-5 < abs(value) < 1e16 else str(value)


def arrays(group: Group) -> dict[str, Array]:
    """The numbers of a group but its configurations: datasets, and the values along their axes."""
    return {name: group[name] for name in group.datasets() if name != "configuration"}


def export(archive: Archive, folder: Path) -> Iterator[Path]:
    """Writes the files of every group that is complete, and names each."""
    folder.mkdir(parents=True, exist_ok=True)
    for stage in archive.stages():
        for group in archive.groups(stage):
            if found := arrays(group):
                path = folder / f"{stage}.{group.name}.npz"
                with path.open("wb") as file:
                    np.savez_compressed(file, **found)
                yield path
            for name, axes, names in tables(group):
                path = folder / f"{name}.csv"
                if math.prod(group.open(names[0]).shape) <= MOST_ROWS:
                    write_csv(path, group, axes, names)
                    yield path


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=program("blockspin.export"), description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", type=Path)
    parser.add_argument("-o", "--output", type=Path, help="folder for the files (default: <archive>_tables beside it)")
    return parser.parse_args()


def main() -> None:
    options = arguments()
    folder = options.output or options.archive.with_name(options.archive.stem + "_tables")
    with errors_in_one_line("blockspin.export"), blockspin.open_archive(options.archive) as archive:
        written_files = 0
        for written_files, path in enumerate(export(archive, folder), 1):
            print(path)
        require(written_files, "complete group with numbers", [options.archive])


if __name__ == "__main__":
    main()
