"""The two examples of own data, from the program that makes the file to the figures: decks of input/ that the other tests
of decks leave out, since their files must be made first."""

import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import campaign
import h5py
import numpy as np

sys.path.insert(0, str(campaign.ROOT / "postprocess"))
from blockspin import exact  # noqa: E402

# Nine independent energies of 400 chains each: one beyond six errors has a probability below 1e-7.
LARGEST_PULL = 6
SHORT = ("rbm.V.epochs=20", "flow.V.steps=5", "likelihood.V.temperatures=100", "likelihood.V.chains=100")


def have_digits():
    return subprocess.run([sys.executable, "-c", "import sklearn"], capture_output=True, check=False).returncode == 0


class OwnData(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.scratch.cleanup)
        cls.folder = Path(cls.scratch.name)
        cls.make("metropolis.py", "metropolis.npy")

    @classmethod
    def make(cls, script, file):
        subprocess.run([sys.executable, "-B", campaign.ROOT / "postprocess/examples" / script, cls.folder / file], check=True)

    def deck(self, name):
        return Path(shutil.copy(campaign.ROOT / "input" / name, self.folder))

    def run_deck(self, deck, archive, *settings, ranks=None):
        options = [word for setting in settings for word in ("--set", setting)]
        return campaign.run_deck(deck, self.folder / archive, ranks, *options)

    def figures(self, archive):
        done = subprocess.run([sys.executable, "-B", "-m", "blockspin.figures", archive], capture_output=True, text=True,
                              check=False, env={"PYTHONPATH": str(campaign.ROOT / "postprocess"), "HOME": str(self.folder)})
        self.assertEqual(0, done.returncode, done.stderr)
        return {Path(line).stem for line in done.stdout.split()}

    def largest_pull(self, archive):
        with h5py.File(archive) as file:
            group = file["import/metropolis"]
            energy = group["observables/energy"]
            true = exact.energy(group["temperature"][()], (8, 8))
            return np.max(np.abs(energy["mean"][()] - true) / energy["error"][()])

    def test_configurations_of_a_plain_metropolis_program(self):
        deck = self.deck("own_data.ini")
        one, two = self.run_deck(deck, "one.h5", *SHORT), self.run_deck(deck, "two.h5", *SHORT, ranks=2)
        self.assertEqual([], campaign.differences(campaign.fingerprint(one), campaign.fingerprint(two)))
        self.assertLess(self.largest_pull(one), LARGEST_PULL)
        figures = self.figures(one)
        self.assertLessEqual({"observables_metropolis", "configurations_metropolis", "receptive_fields_V_layer1"}, figures)

    def test_temperatures_of_another_deck_are_noticed(self):
        deck = self.deck("own_data.ini")
        deck.write_text(deck.read_text(encoding="utf-8").split("[thermometer]")[0], encoding="utf-8")
        wrong = self.run_deck(deck, "wrong.h5", "import.metropolis.temperatures=1.6:3.6:0.25")
        self.assertGreater(self.largest_pull(wrong), LARGEST_PULL)

    @unittest.skipUnless(have_digits(), "python3 has no scikit-learn (Debian: python3-sklearn)")
    def test_digits(self):
        self.make("digits.py", "digits.npy")
        figures = self.figures(self.run_deck(self.deck("digits.ini"), "digits.h5"))
        self.assertLessEqual({"configurations_digits", "receptive_fields_stack_layer1", "reconstructions_stack"}, figures)


if __name__ == "__main__":
    unittest.main()
