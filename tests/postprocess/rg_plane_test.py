"""The plane of couplings: points are those of the archive, the command leaves its figure and its table."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np

import blockspin
import campaign
from blockspin import rg_plane

DECK = """[campaign]
archive = plane.h5
seed = 5
[model]
lattice = 16x16
[mcrg.hot]
temperature = 3
levels = 2
even = 3
odd = 1
configurations = 400
[mcrg.cold]
temperature = 2.2
levels = 2
even = 3
odd = 1
configurations = 400
[sample]
temperatures = 2.25, 3
configurations = 600
[thermometer]
max_iterations = 2
[rbm.V]
hidden = 16
epochs = 2
[flow.V]
rbm = V
start = 2.25, 3
walkers = 400
steps = 4
couplings = on
[generate.g]
rbm = V
start = data
equilibration = 1
chains = 600
configurations = 600
[couplings]
sample = main
[couplings.g]
sample = g
[couplings.weights]
rbm = V
"""
# Twelve pulls: one beyond five errors has a probability of 7e-6, the seed is fixed.
LARGEST_PULL = 5


def setUpModule():
    global folder, path
    held = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(held.cleanup)
    folder = Path(held.name)
    deck = folder / "plane.ini"
    deck.write_text(DECK, encoding="utf-8")
    path = campaign.run_deck(deck, folder / "plane.h5", 1)


class Plane(unittest.TestCase):
    def setUp(self):
        archive = blockspin.open_archive(path)
        self.addCleanup(archive.close)
        self.found = rg_plane.trajectories([archive])

    def test_block_spins_come_from_hot_to_cold_then_walkers(self):
        self.assertEqual(["mcrg", "mcrg", "V", "V", "layers of V", "layers of V", "couplings"], [one.kind for one in self.found])
        self.assertIn("T = 3", self.found[0].label)
        self.assertEqual([0, 1, 2], list(self.found[0].step))
        self.assertEqual([0, 1, 2, 3], list(self.found[2].step))
        self.assertEqual([0, 1], list(self.found[4].step))

    def test_a_layer_is_where_a_step_of_the_flow_is(self):
        """One machine's layer and a step of its flow are one pass v -> h -> v: four differences within six errors, 1e-8."""
        for flow, layer in zip(self.found[2:4], self.found[4:6]):
            error = np.hypot(flow.error[1], layer.error[1])
            self.assertLess((np.abs(flow.mean[1] - layer.mean[1]) / error).max(), 6)
            self.assertGreater((np.abs(flow.mean[0] - layer.mean[1]) / error).max(), 6, "the twin: no pass")

    def pulls(self, coupling):
        firsts = [(self.found[i].mean[0], self.found[i].error[0], t) for i, t in enumerate((3, 2.2, 2.25, 3, 2.25, 3))]
        return np.array([(mean - (coupling(t), 0)) / error for mean, error, t in firsts])

    def test_first_points_are_the_ising_model(self):
        self.assertLess(np.abs(self.pulls(lambda t: 1 / t)).max(), LARGEST_PULL)
        self.assertGreater(np.abs(self.pulls(lambda t: 1.2 / t)).max(), LARGEST_PULL)  # the twin

    def test_blocks_leave_the_critical_line_on_their_own_side(self):
        hot = [rg_plane.beyond_line(mean, error) for mean, error in zip(self.found[0].mean, self.found[0].error)]
        self.assertTrue(all(value < -5 * error for value, error in hot), hot)

    def test_the_critical_line_has_the_exact_normal(self):
        for along in (0.0, 0.1):
            point = np.array((rg_plane.CRITICAL - np.sqrt(2) * along, along))
            self.assertAlmostEqual(0, rg_plane.beyond_line(point, (0.1, 0.1))[0])
        self.assertAlmostEqual(np.hypot(0.1, 0.2 * np.sqrt(2)), rg_plane.beyond_line(point, (0.1, 0.2))[1])

    def test_the_command_leaves_figure_and_table(self):
        subprocess.run([sys.executable, "-B", "-m", "blockspin.rg_plane", path, "-o", folder / "out"], check=True)
        self.assertGreater((folder / "out/rg_plane.png").stat().st_size, 10000)
        lines = (folder / "out/rg_plane.txt").read_text(encoding="utf-8").splitlines()
        self.assertEqual(1 + 2 * 3 + 2 * 4 + 2 * 2 + 1, len(lines))


if __name__ == "__main__":
    unittest.main()
