"""The quickstart's own numbers: the thermometer cannot beat the exact posterior and is not far from it, the energies
are Kaufman's, both flows meet, and every figure is drawn."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import campaign

sys.path.insert(0, str(campaign.ROOT / "postprocess"))
import blockspin  # noqa: E402
from blockspin import exact  # noqa: E402


class Quickstart(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = Path(cls.folder.name) / "quickstart.h5"
        campaign.run_deck(campaign.ROOT / "input" / "quickstart.ini", cls.path, 2)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_thermometer_lies_between_the_exact_posterior_and_2_40_nats(self):
        with blockspin.open_archive(self.path) as archive:
            trained = archive["thermometer/main/test/cross_entropy"]
            best = archive["thermometer/main/test/bayes_cross_entropy"]
            expected = archive["thermometer/main/bayes/cross_entropy"]
        self.assertAlmostEqual(expected, 2.1265, delta=0.002)  # of the 25 temperatures, from the density of states
        # A network that beats the exact posterior on the same configurations has seen them.
        self.assertGreater(trained, best)
        self.assertLess(trained, 2.40)

    def test_energies_are_kaufmans(self):
        with blockspin.open_archive(self.path) as archive:
            sample = archive.sample()
            temperature = archive["sample/main/temperature"]
            mean, error = sample.observable("energy")
        pulls = [(m - exact.torus_energy(t, 10, 10)) / e for t, m, e in zip(temperature, mean, error) if t > 0 and e > 0]
        self.assertGreaterEqual(len(pulls), 20)
        # 24 pulls, each beyond 5.5 sigma with probability 4e-8: a false alarm in 10^6 runs.
        self.assertLess(max(abs(p) for p in pulls), 5.5)

    def test_both_flows_meet(self):
        with blockspin.open_archive(self.path) as archive:
            mean = archive["flow/V/energy_temperature/mean"]
        self.assertGreater(abs(mean[0, 0] - mean[1, 0]), 3.0)
        self.assertLess(abs(mean[0, -1] - mean[1, -1]), 0.2)

    def test_every_figure_is_drawn(self):
        figures = Path(self.folder.name) / "figures"
        environment = dict(os.environ, PYTHONPATH=str(campaign.ROOT / "postprocess"), MPLBACKEND="Agg")
        subprocess.run([sys.executable, "-B", "-m", "blockspin.figures", str(self.path), "--output", str(figures)],
                       check=True, env=environment, stdout=subprocess.DEVNULL)
        self.assertGreaterEqual(len(list(figures.glob("*.png"))), 5)


if __name__ == "__main__":
    unittest.main()
