"""The tables of learned blocking: numbers are those of the archives, trainings are averaged, and verdicts can say both."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import campaign
import numpy as np

import blockspin
from blockspin import learned_blocking
from blockspin.learned_blocking import Rule
from blockspin.seeds import pm

DECK = ("[campaign]\nseed = 1\narchive = a.h5\n[model]\nlattice = 8x8\n[model.other]\nlattice = 16x16\n"
        "[mcrg.majority]\nconfigurations = 4000\n[mcrg.decimation]\nconfigurations = 4000\nrule = decimation\n")


class Run(dict):
    """An [mcrg] group with exponents [level, operators] and one error for all."""

    lattice = (8, 8)

    def __init__(self, exponents, error):
        super().__init__({"level": np.arange(1, len(exponents) + 1), "even/exponent/mean": np.array(exponents),
                          "even/exponent/error": np.full(np.shape(exponents), error)})


class Rules(unittest.TestCase):
    majority = Rule("majority", [Run([[0.90], [0.99]], 0.001)])
    place = (0, 0)

    def trained(self, *values):
        return Rule("learned", [Run([[value]], 0.001) for value in values])

    def verdict(self, rule, place=(0, 0)):
        return learned_blocking.verdict(rule, self.majority, "even/exponent", place, 1.0)

    def test_numbers_of_trainings_are_their_mean_with_the_error_of_their_spread(self):
        (mean, error), freedom = self.trained(0.95, 0.96, 0.97).number("even/exponent", self.place)
        self.assertAlmostEqual(mean, 0.96)
        self.assertAlmostEqual(error, 0.01 / np.sqrt(3))
        self.assertEqual(2, freedom)
        self.assertEqual(((0.90, 0.001), np.inf), self.majority.number("even/exponent", self.place))

    def test_verdicts(self):
        self.assertEqual("closer", self.verdict(self.trained(0.970, 0.971, 0.972, 0.969, 0.968)))
        self.assertEqual("closer", self.verdict(self.trained(1.030, 1.031, 1.032, 1.029, 1.028)))
        self.assertEqual("further", self.verdict(self.trained(0.870, 0.871, 0.872, 0.869, 0.868)))
        self.assertEqual("not told apart", self.verdict(self.trained(0.899, 0.901, 0.902, 0.898, 0.900)))
        self.assertEqual("not told apart", self.verdict(self.trained(0.80, 1.00, 0.95, 0.90, 0.99)))

    def test_levels_that_are_not_there_are_unknown(self):
        self.assertEqual("unknown", self.verdict(self.trained(0.97, 0.98), (1, 0)))
        self.assertIn("| learned, 2 trainings | 0.975(5) |  |", learned_blocking.table([self.trained(0.97, 0.98), self.majority],
                                                                                       "even/exponent", 0))


class Weights(unittest.TestCase):
    def test_of_a_window_are_its_largest_its_neighbours_and_the_others(self):
        window = np.full((4, 4), 0.1)
        window[1, 2], window[0, 2], window[2, 2], window[1, 1], window[1, 3], window[3, 0] = -2, -0.5, -0.7, -0.6, -0.6, 0.3
        place, look = learned_blocking.look_of(window)
        self.assertEqual((1, 2), place)
        np.testing.assert_allclose([-2, -0.6, 0.3, 4 / (window**2).sum()], look)
        self.assertEqual((2, 1), learned_blocking.look_of(window[::-1, ::-1])[0])


class Command(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)

    def command(self, text, *options):
        deck, archive = self.folder / "deck.ini", self.folder / "a.h5"
        deck.write_text(text, encoding="utf-8")
        campaign.run_deck(deck, archive, None, "--overwrite")
        where = str(Path(blockspin.__file__).parents[1])
        return archive, subprocess.run([sys.executable, "-B", "-m", "blockspin.learned_blocking", *options, str(archive)], capture_output=True,
                                       text=True, check=False, env=os.environ | {"PYTHONPATH": where})

    def test_prints_the_numbers_of_the_archive(self):
        path, done = self.command(DECK)
        self.assertEqual(0, done.returncode, done.stderr)
        with blockspin.open_archive(path) as archive:
            for rule in ("majority", "decimation"):
                group = archive.group("mcrg", rule)
                for table in ("even/exponent", "odd/exponent"):
                    cell = pm(float(group[f"{table}/mean"][0, 0]), float(group[f"{table}/error"][0, 0]))
                    self.assertIn(f"| {rule} | {cell} |", done.stdout)

    def test_prints_where_filters_look(self):
        deck = (DECK.split("[model.other]", maxsplit=1)[0] + "[sample]\ntemperatures = 2.3\nconfigurations = 100\n"
                "[filter.one]\nside = 4\nepochs = 1\nseeds = 2\n")
        path, done = self.command(deck, "--weights")
        self.assertEqual(0, done.returncode, done.stderr)
        with blockspin.open_archive(path) as archive:
            largest = np.abs(archive.group("filter", "one_s2")["weights"]).max()
        row = next(line for line in done.stdout.splitlines() if line.startswith("| one_s2 "))
        self.assertIn(f"{largest:.3f}", row)
        self.assertIn("| one, 2 trainings |", done.stdout)

    def test_is_refused_in_one_line(self):
        for text, why in ((DECK.replace("mcrg.majority", "mcrg.first"), "no [mcrg.majority]"),
                          (DECK + "model = other\n", "of several lattices: 8x8, 16x16")):
            _, done = self.command(text)
            self.assertEqual((1, 1), (done.returncode, len(done.stderr.splitlines())), done.stderr)
            self.assertIn(why, done.stderr)


if __name__ == "__main__":
    unittest.main()
