"""Flows and spectra of snapshots are those of the snapshots' weights, and of no others: numpy does the same."""

import sys
import tempfile
import unittest
from pathlib import Path

import campaign
import numpy as np

sys.path.insert(0, str(campaign.ROOT / "postprocess"))
import blockspin  # noqa: E402

DECK = Path(__file__).parent / "small.ini"


def rounded_energy(spins, machine):
    """Energy per spin after one step of rounded dynamics from configurations [walker, L, L]."""
    weights, visible, hidden = machine
    up = np.where(spins.reshape(len(spins), -1) @ weights + hidden > 0, 1.0, -1.0)
    down = np.where(up @ weights.T + visible > 0, 1.0, -1.0).reshape(spins.shape)
    return -np.mean(down * (np.roll(down, 1, 1) + np.roll(down, 1, 2)))


class Snapshots(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        path = campaign.run_deck(DECK, Path(cls.folder.name) / "small.h5", 2, "--set", "flow.early.dynamics=rounded")
        cls.archive = blockspin.open_archive(path)
        cls.addClassCleanup(cls.archive.close)

    def machine(self, path=""):
        return [self.archive[f"rbm/V/layer_1/{path}{name}"].astype(float)
                for name in ("weights", "visible_bias", "hidden_bias")]

    def test_the_spectrum_is_that_of_the_snapshot(self):
        first, last = (np.linalg.svd(self.machine(path)[0])[1] for path in ("snapshot_1/", ""))
        np.testing.assert_allclose(self.archive["spectrum/early/singular_value"], first, rtol=1e-10)
        np.testing.assert_allclose(self.archive["spectrum/V/singular_value"], last, rtol=1e-10)
        self.assertGreater(np.abs(first - last).max(), 1e-3, "the snapshots differ, or this test would see nothing")

    def test_the_flow_is_that_of_the_snapshot(self):
        spins = self.archive.sample().configurations(4.0)[:60].astype(float)
        expected = {epoch: rounded_energy(spins, self.machine(f"snapshot_{epoch}/")) for epoch in (1, 3)}
        for epoch, energy in expected.items():
            self.assertAlmostEqual(self.archive[f"flow/early_e{epoch}/energy/mean"][0, 1], energy, places=10)
        self.assertNotAlmostEqual(expected[1], expected[3], places=6)


if __name__ == "__main__":
    unittest.main()
