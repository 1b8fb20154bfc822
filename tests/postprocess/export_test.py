"""Exported tables: every number of an archive, in CSV and npz, is the archive's own to the last bit."""

import csv
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np

import blockspin
import campaign
from blockspin import export
from blockspin.table import tabular, values_along

DECK = campaign.ROOT / "tests/endtoend/small.ini"


def setUpModule():
    global folder, path, files
    held = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(held.cleanup)
    folder = Path(held.name) / "tables"
    path = campaign.run_deck(DECK, Path(held.name) / "small.h5", 1)
    done = subprocess.run([sys.executable, "-B", "-m", "blockspin.export", str(path), "-o", str(folder)], capture_output=True,
                          text=True, check=True)
    files = [Path(line) for line in done.stdout.splitlines()]


def read(file):
    """(heads, rows, comments) of a table."""
    lines = file.read_text(encoding="utf-8").splitlines()
    comments = [line for line in lines if line.startswith("#")]
    heads, *rows = csv.reader(lines[len(comments):])
    return heads, rows, comments


def numbers(texts, type_of):
    return np.array([type_of(text) for text in texts], dtype=type_of)


class Export(unittest.TestCase):
    def setUp(self):
        self.archive = blockspin.open_archive(path)
        self.addCleanup(self.archive.close)
        self.groups = [group for stage in self.archive.stages() for group in self.archive.groups(stage)]

    def test_the_files_are_those_that_it_names(self):
        self.assertEqual(sorted(files), sorted(folder.iterdir()))
        self.assertEqual(len(files), len(set(files)))

    def test_columns_have_names_of_their_own(self):
        for file in folder.glob("*.csv"):
            heads, _, _ = read(file)
            self.assertEqual(len(heads), len(set(heads)), file)

    def test_tables_have_every_dataset_once_and_bit_for_bit(self):
        for group in self.groups:
            found = []
            for file in sorted(folder.glob(f"{group.stage}.{group.name}.*csv")):
                heads, rows, comments = read(file)
                names = [head for head in heads if head in tabular(group, "")]
                self.assertEqual(len(names), len(comments), file)
                found += names
                for name in names:
                    stored = group[name]
                    column = numbers([row[heads.index(name)] for row in rows], stored.dtype.type)
                    np.testing.assert_array_equal(column.reshape(stored.shape), stored, f"{file} {name}")
            self.assertEqual(sorted(tabular(group, "")), sorted(found))

    def test_rows_stand_at_the_values_of_their_axes(self):
        sample = self.archive.sample()
        heads, rows, _ = read(folder / "sample.main.temperature_configuration.csv")
        self.assertEqual(["temperature", "configuration"], heads[:2])
        energy = sample["energy"]
        for row in rows[:: 97]:
            t, c = sample.index(float(row[0])), int(row[1])
            self.assertEqual(energy[t, c], float(row[heads.index("energy")]))

    def test_npz_files_have_the_axes_too(self):
        for group in self.groups:
            with np.load(folder / f"{group.stage}.{group.name}.npz") as file:
                self.assertEqual({name for name in group.datasets() if name != "configuration"}, set(file))
                for name in file:
                    np.testing.assert_array_equal(file[name], group[name], name)

    def test_axes_of_one_name_and_other_values_have_tables_of_their_own(self):
        titles = [title for group in self.groups for title, _, _ in export.tables(group)]
        self.assertEqual(len(titles), len(set(titles)))
        for group in self.groups:
            for (_, shape, values), names in export.same_axes(group).items():
                for name in names:
                    along = [values_along(axis, extent).tobytes() for axis, extent in zip(group.axes(name), shape)]
                    self.assertEqual(list(values), along)

    def test_what_is_no_archive_is_refused_in_one_line(self):
        done = subprocess.run([sys.executable, "-B", "-m", "blockspin.export", str(DECK)], capture_output=True, text=True, check=False)
        self.assertEqual(1, done.returncode)
        self.assertEqual(1, len(done.stderr.strip().splitlines()), done.stderr)


if __name__ == "__main__":
    unittest.main()
