"""One [likelihood] follows machines small and large: `auto` sums ln Z exactly where that can be done and anneals elsewhere."""

import tempfile
import unittest
from pathlib import Path

import campaign
import h5py

DECK = Path(__file__).parent / "scan.ini"


class LikelihoodScan(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.archive = Path(self.folder.name) / "scan.h5"

    def test_each_machine_gets_the_best_method_it_can_have(self):
        with h5py.File(campaign.run_deck(DECK, self.archive, 2)) as archive:
            likelihoods = archive["likelihood"]
            self.assertEqual(6, len(likelihoods))
            for name, group in likelihoods.items():
                annealed = name.startswith("V_h30_")
                with self.subTest(name):
                    self.assertEqual("ais" if annealed else "exact", group.attrs["auto.method"])
                    self.assertEqual(annealed, "ln_z_back" in group)
                    self.assertEqual(annealed, group["ln_z_error"][()] > 0)

    def test_exact_refuses_the_large_ones_alone(self):
        done = campaign.blockspin("check", DECK, "--set", "likelihood.V.method=exact")
        self.assertEqual(3, done.returncode)
        complaints = [line for line in done.stderr.splitlines() if "likelihood.V" in line]
        self.assertEqual(2, len(complaints), done.stderr)  # two seeds of 30 units
        for line in complaints:
            self.assertIn("here 30 units", line)
            self.assertIn("method = ais, or auto", line)


if __name__ == "__main__":
    unittest.main()
