"""A training that diverges: exit code 5, epoch and batch by name, the last good weights in a partial group."""

import tempfile
import unittest
from pathlib import Path

import campaign
import h5py
import numpy as np

# The third epoch's learning rate throws the weights beyond any limit in its first batch.
LATE = campaign.SMALL_SAMPLE + """\
[rbm]
hidden = 6
batch = 40
epochs = 9
schedule = list
learning_rates = 0.01, 0.02, 1e6
judge_interval = 1
snapshots = 1, 5
[spectrum]
rbm = main
"""
# Of these machines only the one with many hidden units has an initial weight beyond the limit.
SCAN = campaign.SMALL_SAMPLE + """\
[rbm.V]
hidden_scan = 4, 200, 5
epochs = 30
learning_rate = 1e-6
initial_std = 1
weight_limit = 3.15
"""


class Divergence(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def run_deck(self, text, ranks, *options, code):
        deck = self.folder / "deck.ini"
        deck.write_text(text, encoding="utf-8")
        done = campaign.blockspin("run", deck, *options, ranks=ranks)
        self.assertEqual(code, done.returncode, done.stdout + done.stderr)
        return done.stderr

    def test_the_last_good_weights_stay(self):
        words = self.run_deck(LATE, 2, code=5)
        self.assertEqual(1, words.count("training diverged in epoch 3, batch 1"), words)
        self.run_deck(LATE, 1, "--set", "campaign.archive=good.h5", "--set", "rbm.main.epochs=2", code=0)
        with h5py.File(self.folder / "run.h5") as late, h5py.File(self.folder / "good.h5") as good:
            left, whole = late["rbm/main"], good["rbm/main"]
            self.assertEqual(("partial", "complete"), (left.attrs["status"], whole.attrs["status"]))
            self.assertEqual((1, 3, 1), tuple(int(left[f"diverged/{key}"][()]) for key in ("layer", "epoch", "batch")))
            for path in ("layer_1/weights", "layer_1/hidden_bias", "layer_1/snapshot_1/weights", "history/epoch",
                         "judgement/free_energy"):
                np.testing.assert_array_equal(left[path][()], whole[path][()], path)
            self.assertNotIn("snapshot_5", left["layer_1"])
            self.assertNotIn("spectrum", late)

    def test_a_resumed_run_trains_it_again(self):
        self.run_deck(LATE, 1, code=5)
        info = campaign.blockspin("info", self.folder / "run.h5").stdout
        self.assertIn("partial", info)
        self.run_deck(LATE, 2, "--resume", code=5)
        words = self.run_deck(LATE, 2, "--resume", "--set", "rbm.main.learning_rates=0.01,0.02,0.01", code=0)
        self.assertIn("rbm.main: starts", words)
        with h5py.File(self.folder / "run.h5") as late:
            self.assertEqual("complete", late["rbm/main"].attrs["status"])
            self.assertNotIn("diverged", late["rbm/main"])

    def test_a_longer_run_that_diverges_leaves_the_shorter_one(self):
        self.run_deck(LATE, 1, "--set", "rbm.main.epochs=2", code=0)
        before = campaign.fingerprint(self.folder / "run.h5")
        self.run_deck(LATE, 2, "--resume", code=5)
        self.assertEqual([], campaign.differences(before, campaign.fingerprint(self.folder / "run.h5")))

    def test_one_of_a_scan_ends_all_and_leaves_the_same_on_every_rank_count(self):
        prints = []
        for ranks in (1, 2, 3, 4):
            words = self.run_deck(SCAN, ranks, "--set", f"campaign.archive=n{ranks}.h5", code=5)
            self.assertEqual(1, words.count("training diverged in epoch 1, batch 1"), words)
            with h5py.File(self.folder / f"n{ranks}.h5") as file:
                status = {name: group.attrs["status"] for name, group in file["rbm"].items()}
            self.assertEqual({"V_h4": "complete", "V_h200": "partial"}, status)
            prints.append(campaign.fingerprint(self.folder / f"n{ranks}.h5"))
        for ranks, other in enumerate(prints[1:], 2):
            self.assertEqual([], campaign.differences(prints[0], other), f"{ranks} ranks differ from one")


if __name__ == "__main__":
    unittest.main()
