"""Monte Carlo renormalization through the real program: what is exact about its numbers, growing, and few data."""

import tempfile
import unittest
from pathlib import Path

import numpy as np

import blockspin
import campaign
from blockspin import exact

DECK = Path(__file__).parent / "mcrg.ini"
CRITICAL = 0.5 * np.log1p(np.sqrt(2))
# At most 60 pulls a test: one beyond six errors has a probability below 2e-7.
LARGEST_PULL = 6
SMALL = """[campaign]
archive = run.h5
seed = 3
[model]
lattice = 8x8
[mcrg]
"""


def setUpModule():
    global folder, archive
    folder = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(folder.cleanup)
    archive = blockspin.open_archive(campaign.run_deck(DECK, Path(folder.name) / "mcrg.h5", 1))
    unittest.addModuleCleanup(archive.close)


def estimate(name, path):
    group = archive.group("mcrg", name)
    return np.asarray(group[f"{path}/mean"]), np.asarray(group[f"{path}/error"])


def bare_pulls(name, temperature):
    """Of the couplings of the simulated lattice: the nearest neighbours' is 1/T, the others are 0."""
    mean, error = estimate(name, "coupling")
    return (mean[0] - np.where(np.arange(mean.shape[1]) == 0, 1 / temperature, 0)) / error[0]


def run(text, *options):
    deck = Path(folder.name) / "run.ini"
    deck.write_text(SMALL + text, encoding="utf-8")
    return campaign.blockspin("run", deck, *options)


class Numbers(unittest.TestCase):
    def test_unblocked_couplings_are_those_of_the_simulation(self):
        for name, temperature in (("main", 1 / CRITICAL), ("chain", 1.5), ("cube", 4.511523)):
            self.assertLess(np.abs(bare_pulls(name, temperature)).max(), LARGEST_PULL, name)

    def test_the_pulls_see_another_temperature(self):
        self.assertGreater(np.abs(bare_pulls("main", 1.15 / CRITICAL)).max(), LARGEST_PULL)

    def test_energy_is_kaufmans(self):
        group = archive.group("mcrg", "main")
        energy = exact.energy(1 / CRITICAL, (16, 16))
        self.assertLess(abs(group["observables/energy/mean"] - energy), LARGEST_PULL * group["observables/energy/error"])

    def test_shapes_and_levels(self):
        group = archive.group("mcrg", "main")
        self.assertEqual([1, 2], list(group["level"]))
        self.assertEqual([0, 1, 2], list(group["any_level"]))
        self.assertEqual((2, 13), np.shape(group["even/exponent/mean"]))
        self.assertEqual((2, 5), np.shape(group["odd/normal/error"]))
        self.assertEqual((3, 13), np.shape(group["coupling/mean"]))
        self.assertEqual((2, 13), np.shape(group["match/critical_coupling/mean"]))
        self.assertEqual((2, 3), np.shape(archive.group("mcrg", "decimation")["even/exponent/mean"]))
        self.assertEqual(20000, group["configurations"])

    def test_exponents_are_near_those_of_large_lattices(self):
        # Beyond what a small lattice and few operators may do, six errors: by chance once in 5e8.
        for name, parity, column, known, small in (("main", "even", 2, 1, 0.05), ("main", "odd", 0, 1.875, 0.02),
                                                   ("nine", "odd", 0, 1.875, 0.03)):
            mean, error = (table[0, column] for table in estimate(name, f"{parity}/exponent"))
            self.assertLess(error, 0.01, name)
            self.assertLess(abs(mean - known), small + LARGEST_PULL * error, name)

    def test_exponents_of_the_last_level_are_those_of_the_ones_before(self):
        # 4x4 spins, on which two places of most operators are one product. Counted by products, 13 operators have no real
        # eigenvalue. Beyond what so small a lattice may do, six errors: by chance once in 5e8.
        for n_operators in (3, 13):
            mean, error = (table[1, n_operators - 1] for table in estimate("main", "even/exponent"))
            self.assertLess(error, 0.03)
            self.assertLess(abs(mean - 1), 0.05 + LARGEST_PULL * error)

    def test_decimation_has_no_such_exponents(self):  # the twin: spins of every second site decay as all spins do
        mean, error = (table[0, 0] for table in estimate("decimation", "odd/exponent"))
        self.assertGreater(abs(mean - 1.875), 0.02 + LARGEST_PULL * error)

    def test_couplings_of_1_and_more_are_told_to_be_unknown(self):
        for temperature, known in ((0.9, False), (1.5, True)):
            path = Path(folder.name) / f"cold_{temperature}.h5"
            done = run(f"configurations = 2000\ntemperature = {temperature}\nlevels = 1\neven = 1\nodd = 1\n", "--set",
                       "model.lattice=64", "--set", f"campaign.archive={path}")
            self.assertEqual(0, done.returncode, done.stderr)
            self.assertEqual(not known, "no couplings are known on level 0" in done.stderr, done.stderr)
            with blockspin.open_archive(path) as cold:
                group = cold.group("mcrg", "main")
                mean, error = (float(np.asarray(group[f"coupling/{part}"])[0, 0]) for part in ("mean", "error"))
            self.assertEqual(known, np.isfinite(mean))
            if known:
                self.assertLess(abs(mean - 1 / temperature), LARGEST_PULL * error)

    def test_the_recursion_of_moved_bonds_stands_beside(self):
        group = archive.group("mcrg", "main")
        flow = [CRITICAL]
        for _ in group["level"]:
            flow.append(0.5 * np.log(np.cosh(4 * flow[-1])))  # two bonds moved onto one, then every second spin summed
        np.testing.assert_allclose(group["migdal_kadanoff/coupling"], flow, rtol=1e-12)
        self.assertAlmostEqual(0.30469, float(group["migdal_kadanoff/critical_coupling"]), delta=1e-5)  # Kadanoff 1976
        self.assertAlmostEqual(0.747, float(group["migdal_kadanoff/thermal_exponent"]), delta=5e-4)
        self.assertNotIn("migdal_kadanoff/critical_coupling", archive.group("mcrg", "chain"))

    def test_matching_finds_the_critical_coupling(self):
        mean, error = estimate("main", "match/critical_coupling")
        self.assertTrue((np.abs(mean[1, :3] - CRITICAL) < 0.003 + LARGEST_PULL * error[1, :3]).all(), mean)
        self.assertLess(error[1, 0], 0.001)

    def test_what_a_level_cannot_tell_apart_is_unknown_and_adds_nothing(self):
        group = archive.group("mcrg", "main")
        dropped = np.asarray(group["even/independent"]) == 0
        self.assertEqual([6, 7], list(np.flatnonzero(dropped[2])))  # (3,0) is (1,0) on four sites a side, (3,1) is (1,1)
        self.assertFalse(dropped[:2].any())
        self.assertTrue(np.isnan(np.asarray(group["coupling/mean"])[dropped]).all())
        self.assertTrue(np.isfinite(np.asarray(group["coupling/mean"])[~dropped]).all())


class Auto(unittest.TestCase):
    """Where a lattice is longer along one axis, `auto` ends before operators' products stand at unlike numbers of places."""

    def became(self, lattice, settings=""):
        path = Path(folder.name) / f"auto_{lattice}_{len(settings)}.h5"
        done = run("configurations = 160\n" + settings, "--set", f"model.lattice={lattice}", "--set", f"campaign.archive={path}")
        self.assertEqual(0, done.returncode, done.stderr)
        with blockspin.open_archive(path) as archive:
            return np.shape(archive.group("mcrg", "main")["even/exponent/mean"])

    def test_levels_end_before_operators_do(self):
        self.assertEqual((1, 13), self.became("16x32"))
        self.assertEqual((3, 13), self.became("32x32"))  # the twin: sides are alike

    def test_operators_end_where_levels_cannot(self):
        self.assertEqual((1, 3), self.became("8x16"))
        self.assertEqual((2, 3), self.became("16x32", "levels = 2\n"))


class Growing(unittest.TestCase):
    def test_a_grown_run_is_a_fresh_one_to_the_byte(self):
        grown, fresh = Path(folder.name) / "grown.h5", Path(folder.name) / "fresh.h5"
        self.assertEqual(0, run("configurations = 300\n", "--set", f"campaign.archive={grown}").returncode)
        self.assertEqual(0, run("configurations = 2000\n", "--set", f"campaign.archive={grown}", "--resume").returncode)
        self.assertEqual(0, run("configurations = 2000\n", "--set", f"campaign.archive={fresh}").returncode)
        self.assertEqual([], campaign.differences(campaign.fingerprint(fresh), campaign.fingerprint(grown)))
        less = run("configurations = 1000\n", "--set", f"campaign.archive={grown}", "--resume")
        self.assertEqual(4, less.returncode, less.stderr)
        self.assertIn("it may grow, not shrink", less.stderr)


class FewData(unittest.TestCase):
    def test_unknown_numbers_are_nan_with_a_warning(self):
        path = Path(folder.name) / "few.h5"
        done = run("configurations = 8\n", "--set", f"campaign.archive={path}")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn("the leading even eigenvalue is not real and positive, or unknown", done.stderr)
        self.assertIn("errors are of 8 bins only", done.stderr)
        with blockspin.open_archive(path) as few:
            group = few.group("mcrg", "main")
            self.assertTrue(np.isnan(np.asarray(group["even/exponent/mean"])[0, 12]))
            self.assertEqual((1, 13), np.shape(group["even/eigenvalue/mean"]))


if __name__ == "__main__":
    unittest.main()
