"""Leaks of layers over trainings: numbers are those of the archive, verdicts follow from errors, the command leaves its files."""

import math
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np

import blockspin
import campaign
from blockspin import relevance
from blockspin.relevance import Leak
from blockspin.report import layers

DECK = """[campaign]
archive = relevance.h5
seed = 5
[model]
lattice = 8x8
[sample]
temperatures = 2.269185314213022
configurations = 2000
[rbm.V]
hidden = 16, 4
epochs = 2
seeds = 3
[rbm.few]
hidden = 5
epochs = 2
[relevance.V]
rbm = V
[relevance.few]
rbm = few
"""


def setUpModule() -> None:
    global folder, path
    held = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(held.cleanup)
    folder = Path(held.name)
    deck = folder / "relevance.ini"
    deck.write_text(DECK, encoding="utf-8")
    path = campaign.run_deck(deck, folder / "relevance.h5", 1)


class Report(unittest.TestCase):
    def test_has_a_section_with_every_layer(self) -> None:
        with blockspin.open_archive(path) as archive:
            found = layers.section([archive])
            note, table, picture = found.parts
            heads, rows = relevance.layer_rows(relevance.layers_of(archive))
        self.assertEqual((heads, rows), (table.heads, table.rows))
        self.assertEqual(6, len(rows))
        self.assertIn("V layer 2, best: ", picture.words)
        self.assertTrue(note.text)

    def test_has_none_without_layers(self) -> None:
        self.assertEqual([], layers.section([]).parts)


class Layers(unittest.TestCase):
    def setUp(self) -> None:
        self.archive = blockspin.open_archive(path)
        self.addCleanup(self.archive.close)
        self.found = {(one.family, one.layer): one for one in relevance.layers_of(self.archive)}

    def test_are_those_of_every_setting(self) -> None:
        self.assertEqual({("V", 1), ("V", 2), ("few", 1)}, set(self.found))
        self.assertEqual(0.25, self.found["V", 1].kept)
        self.assertEqual(5 / 64, self.found["few", 1].kept)

    def test_have_means_and_errors_over_trainings(self) -> None:
        groups = [self.archive.group("relevance", f"V_s{seed}") for seed in (1, 2, 3)]
        values = np.array([float(group["layer_1/leak/mean"]) for group in groups])
        leak = self.found["V", 1].leaks["trained", "sum"]
        self.assertAlmostEqual(values.mean(), leak.mean)
        self.assertAlmostEqual(values.std(ddof=1) / math.sqrt(3), leak.spread)
        self.assertEqual(2, leak.freedom)
        self.assertGreater(leak.error, leak.measured)
        normal = np.mean([group["layer_1/best/normal/mean"] for group in groups], axis=0)
        np.testing.assert_allclose(normal, self.found["V", 1].normal["best"][0])

    def test_of_one_training_has_no_error_and_no_verdict(self) -> None:
        leak = self.found["few", 1].leaks["trained", "sum"]
        self.assertTrue(math.isnan(leak.error))
        self.assertEqual("unknown", relevance.verdict(leak, self.found["V", 1].square))

    def test_blocks_are_as_many_as_units(self) -> None:
        group = self.archive.group("relevance", "V_s1")
        at = list(group["blocks/factor"]).index(2)
        blocks = self.found["V", 1].blocks["sum"]
        self.assertEqual(float(group["blocks/magnetization_squared/leak/mean"][at]), blocks.mean)
        self.assertEqual({}, self.found["few", 1].blocks)

    def test_the_command_leaves_figure_and_tables(self) -> None:
        subprocess.run([sys.executable, "-B", "-m", "blockspin.relevance", path, "-o", folder / "out"], check=True)
        self.assertGreater((folder / "out/relevance.png").stat().st_size, 10000)
        text = (folder / "out/relevance.txt").read_text(encoding="utf-8")
        self.assertEqual(2 * 3 * 2, sum(line.startswith(("| 8x8 | V", "| 8x8 | few")) for line in text.splitlines()))
        self.assertIn("| exact, infinite lattice | 1.4142 | 0.5139 | 1.8006 | 0 |  |", text)

    def test_the_command_leaves_the_lattices_own_functions_alone(self) -> None:
        subprocess.run([sys.executable, "-B", "-m", "blockspin.relevance", "--rows", path, "-o", folder / "rows"], check=True)
        self.assertEqual(["relevance_rows.txt"], [file.name for file in (folder / "rows").iterdir()])
        text = (folder / "rows/relevance_rows.txt").read_text(encoding="utf-8")
        self.assertIn("| lattice, energy |", text)
        self.assertNotIn("Layers", text)


class Verdicts(unittest.TestCase):
    BLOCKS = Leak(0.03, 0.0, 0.005, math.inf)

    def of(self, mean: float, spread: float, freedom: float = 4) -> str:
        return relevance.verdict(Leak(mean, spread, 0.005, freedom), self.BLOCKS)

    def test_follow_from_errors(self) -> None:
        self.assertEqual("as blocks", self.of(0.04, 0.005))
        self.assertEqual("less", self.of(0.5, 0.02))
        self.assertEqual("more", self.of(-0.4, 0.02))
        self.assertEqual("open", self.of(0.2, 0.1))
        self.assertEqual("open", self.of(0.04, 0.05))

    def test_of_few_trainings_ask_for_more(self) -> None:
        self.assertEqual("open", self.of(0.3, 0.04, 2))
        self.assertEqual("less", self.of(0.3, 0.02, 20))

    def test_without_blocks_or_errors_there_is_none(self) -> None:
        self.assertEqual("unknown", relevance.verdict(Leak(0.1, math.nan, 0.01, 0), self.BLOCKS))
        self.assertEqual("unknown", relevance.verdict(self.BLOCKS, None))


if __name__ == "__main__":
    unittest.main()
