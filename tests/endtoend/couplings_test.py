"""Couplings of ensembles through the real program: of a model's own configurations, of block spins, of imported ones."""

import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np

import campaign

HERE = Path(__file__).parent


def setUpModule():
    global folder, archive
    folder = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(folder.cleanup)
    archive = h5py.File(campaign.run_deck(HERE / "couplings.ini", Path(folder.name) / "couplings.h5", 1), "r")
    unittest.addModuleCleanup(archive.close)


def pulls(group, temperature, truth):
    """(mean - truth) / error; `truth`: of the first couplings, 0 of the others."""
    mean, error = group["mean"][temperature], group["error"][temperature]
    return (mean - np.pad(truth, (0, len(mean) - len(truth)))) / error


class Samples(unittest.TestCase):
    def test_are_explained_by_their_own_coupling(self):
        """41 pulls and 5 values of p, of fixed seeds: a false alarm has 41 * 2e-8 + 5e-8."""
        for name, row, coupling in (("main", 1, 1 / 2.6), ("main", 2, 0), ("all", 1, 1 / 2.6), ("all", 2, 0), ("cube", 0, 0.2)):
            group = archive[f"couplings/{name}"]
            self.assertLess(np.abs(pulls(group, row, [coupling])).max(), 5.6, name)
            self.assertGreater(group["p_value"][row], 1e-8, name)
            self.assertGreater(group["bins"][row], 60)

    def test_that_of_another_temperature_is_seen(self):
        self.assertGreater(np.abs(pulls(archive["couplings/main"], 1, [1 / 2.3])).max(), 5.6)

    def test_spins_in_order_have_none(self):
        for name in ("mean", "error", "residual/mean", "residual/error", "chi_squared", "p_value"):
            self.assertTrue(np.isnan(archive[f"couplings/main/{name}"][0]).all(), name)

    def test_tell_of_what_is_not_known_and_of_nothing_else(self):
        done = campaign.blockspin("run", HERE / "couplings.ini", "--set", f"campaign.archive={folder.name}/told.h5", ranks=1)
        told = [line for line in done.stderr.splitlines() if "warning: couplings" in line]
        known = [line for line in told if "no couplings are known at temperature 0:" in line]
        self.assertEqual(3, len(known), told)  # main, all and b_l1 have that temperature
        self.assertFalse([line for line in told if "bins only" in line], told)

    def test_say_which_operators_they_are_of(self):
        group = archive["couplings/all"]
        self.assertEqual([2, 2, 4] + 5 * [2] + 5 * [4] + [1] + 4 * [3], list(group["spins"]))
        self.assertEqual(list(range(1, 14)) + list(range(1, 6)), list(group["place"]))
        self.assertEqual([0], list(group["residual/place"]))
        self.assertEqual([2, 2, 4, 1], list(archive["couplings/cube/spins"]))
        self.assertEqual(10 + 5 + 1, len(archive["couplings/main/residual/mean"][0]))
        self.assertEqual(16, archive["couplings/main/degrees_of_freedom"][()])


class Blocks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        path = campaign.run_deck(HERE / "couplings_block.ini", Path(folder.name) / "block.h5", 1)
        with h5py.File(path, "r") as file:
            cls.found = {name: (file[f"couplings/{name}/mean"][0, :3], file[f"couplings/{name}/error"][0, :3])
                         for name in ("three", "seven")}
            cls.found["chain"] = file["mcrg/main/coupling/mean"][1, :3], file["mcrg/main/coupling/error"][1, :3]

    def apart(self, one, other):
        (mean, error), (known, theirs) = one, other
        return np.abs((mean - known) / np.hypot(error, theirs)).max()

    def test_are_near_swendsens(self):
        """PRL 52, 1165 (1984), whatever the number of couplings that were sought together: ours differ with it. Bound of 5.5
        combined errors: 1e-7 for six numbers, were there no difference."""
        swendsen = np.array([0.358, 0.082, -0.007]), np.array([0.003, 0.002, 0.002])
        for name in ("three", "seven"):
            self.assertLess(self.apart(self.found[name], swendsen), 5.5, name)
            mean, error = self.found[name]
            self.assertLess(error.max(), 0.005)
            self.assertGreater(abs(mean[0] - 0.4406868) / error[0], 8)  # blocked they are others

    def test_are_those_of_a_chain_that_stores_nothing(self):
        """Three numbers: beyond 5.5 combined errors 1e-7."""
        self.assertLess(self.apart(self.found["three"], self.found["chain"]), 5.5)
        mean, error = self.found["chain"]
        self.assertGreater(self.apart(self.found["three"], (mean + 0.02, error)), 5.5)  # the twin


def pair_coupling(weights, biases, first, second):
    """(1/4) sum over the four signs of s s' <ln 2cosh> over the other spins, by drawing them often: a value and its error."""
    rng = np.random.default_rng(5)
    others = np.delete(np.arange(len(weights)), [first, second])
    fields = biases + rng.choice([-1, 1], (4000, len(others))) @ weights[others]
    total = 0
    for one in (-1, 1):
        for two in (-1, 1):
            total += one * two * np.log(2 * np.cosh(fields + one * weights[first] + two * weights[second])).sum(axis=1) / 4
    return total.mean(), total.std() / np.sqrt(len(total))


class Machines(unittest.TestCase):
    def test_have_the_couplings_of_their_weights(self):
        """The mean over the diagonal of one row, and the archive's layout."""
        layer = archive["rbm/V/layer_1"]
        weights, biases = layer["weights"][...].astype(float), layer["hidden_bias"][...].astype(float)
        nearest = archive["couplings/V_e2/mean"][0, 0]
        sites = np.arange(144).reshape(12, 12)
        pairs = [(sites[y, x], near) for y in range(12) for x in range(12)
                 for near in (sites[(y + 1) % 12, x], sites[y, (x + 1) % 12])]
        values, errors = np.transpose([pair_coupling(weights, biases, *pair) for pair in pairs])
        # Draws are the same for all pairs; their errors are taken as wholly dependent. Beyond 6 of them 2e-9.
        self.assertLess(abs(values.mean() - nearest), 6 * errors.mean())
        self.assertGreater(nearest, 12 * errors.mean())
        self.assertAlmostEqual(values.std(), archive["couplings/V_e2/spread"][0, 0], delta=0.1 * values.std())

    def test_of_snapshots_differ(self):
        self.assertNotEqual(archive["couplings/V_e1/mean"][0, 0], archive["couplings/V_e2/mean"][0, 0])
        self.assertEqual((1, 18), archive["couplings/V_e1/mean"].shape)
        self.assertEqual([2, 2, 4, 1], list(archive["couplings/binary/spins"]))
        self.assertTrue(np.isfinite(archive["couplings/binary/error"][...]).all())
        self.assertNotIn("chi_squared", archive["couplings/binary"])


class Imports(unittest.TestCase):
    def deck(self, name, keys, spins):
        path = Path(folder.name) / f"{name}.ini"
        np.save(path.with_suffix(".npy"), spins)
        path.write_text(f"[campaign]\narchive = {name}.h5\nseed = 1\n[import.i]\nfile = {name}.npy\nmodel = none\n{keys}\n"
                        "[couplings.c]\nsample = i\neven = 2\n", encoding="utf-8")
        return path

    def test_without_temperatures_have_one_row(self):
        spins = 2 * np.random.default_rng(1).integers(0, 2, (500, 8, 8)) - 1
        path = campaign.run_deck(self.deck("free", "lattice = 8x8", spins), Path(folder.name) / "free.h5", 1)
        with h5py.File(path, "r") as file:
            group = file["couplings/c"]
            self.assertEqual((1, 2), group["mean"].shape)
            self.assertLess(np.abs(pulls(group, 0, [])).max(), 5.6)
            self.assertTrue(np.isnan(group["temperature"][0]))

    def test_without_a_lattice_are_refused(self):
        done = campaign.blockspin("check", self.deck("flat", "", 2 * np.ones((10, 64), int) - 1))
        self.assertEqual(3, done.returncode, done.stderr)
        self.assertIn("couplings.c.sample: /import/i is of units without places on a lattice", done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
