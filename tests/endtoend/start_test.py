"""Training that goes on from other weights: of a machine of the archive, or of a file that another program wrote."""

import unittest

import campaign
import h5py
import numpy as np

from import_test import HEAD, SAMPLE, Decks


class Start(Decks):
    """[rbm] start: training goes on from other weights."""

    SAMPLE = HEAD + SAMPLE
    FIRST = "[rbm.V]\nhidden = 6\nepochs = 2\nbatch = 20\nsnapshots = 1\n"

    def other(self, keys, epochs=0):
        return f"[rbm.W]\nhidden = 6\nbatch = 40\nlearning_rate = 0.5\nepochs = {epochs}\n{keys}\n"

    def layer(self, file, path):
        return [file[f"{path}/{name}"][()] for name in ("weights", "visible_bias", "hidden_bias")]

    def test_weights_are_taken_over(self):
        archive = self.run_deck(self.SAMPLE + self.FIRST, "run.h5")
        with h5py.File(archive) as file, h5py.File(self.folder / "machine.h5", "w") as machine:
            last, snapshot = (self.layer(file, f"rbm/V/layer_1{end}") for end in ("", "/snapshot_1"))
            self.assertTrue(np.any(last[0] != snapshot[0]))
            for name, values in zip(("weights", "visible_bias", "hidden_bias"), last):
                machine[f"in/{name}"] = values
            self.save("weights.npy", last[0])
        only_weights = [last[0], np.zeros_like(last[1]), np.zeros_like(last[2])]
        for keys, expected in (("start = V", last), ("start = V\nstart_epoch = 1", snapshot),
                               ("start_file = machine.h5\nstart_group = in", last), ("start_file = weights.npy", only_weights),
                               ("start_file = run.h5\nstart_group = rbm/V/layer_1", last)):
            with self.subTest(keys=keys):
                found = self.run_deck(self.SAMPLE + self.FIRST + self.other(keys), "start.h5")
                with h5py.File(found) as file:
                    for a, b in zip(expected, self.layer(file, "rbm/W/layer_1")):
                        np.testing.assert_array_equal(a, b)
                for leftover in self.folder.glob("start.h5*"):
                    leftover.unlink()

    def test_the_same_bytes_on_two_ranks(self):
        text = self.SAMPLE + self.FIRST + self.other("start = V", epochs=2)
        one, two = (campaign.fingerprint(self.run_deck(text, f"{n}.h5", n)) for n in (None, 2))
        self.assertEqual([], campaign.differences(one, two))

    def test_what_does_not_fit(self):
        self.save("weights.npy", np.ones((25, 7)))
        self.save("line.npy", np.ones(25))
        bad = np.ones((25, 6))
        bad[3, 2] = np.nan
        self.save("nan.npy", bad)
        first = self.SAMPLE + self.FIRST
        for code, keys, message in (
                (3, "start_file = weights.npy", "rbm.W.start_file: "), (4, "start_file = line.npy", "weights are [visible, hidden]"),
                (4, "start_file = absent.npy", "absent.npy: cannot open the file"), (3, "start = X", "rbm.W.start: "),
                (3, "start = V\nunits = binary", "/rbm/V is of spin units"), (3, "start = V\nstart_epoch = 2", "rbm.W.start_epoch: "),
                (3, "start = V\nstart_file = weights.npy", "is set beside start"), (3, "start_epoch = 1", "has no effect without start"),
                (3, "start_group = in", "has no effect without start_file")):
            with self.subTest(keys=keys):
                self.ends_with(code, first + self.other(keys), message, "check", (None,))
        self.ends_with(3, first + self.other("start = V").replace("hidden = 6", "hidden = 5"), "rbm.W.start: /rbm/V has 25 visible and 6 hidden units",
                       "check", (None,))
        for command in ("check", "run"):
            self.ends_with(4, first + self.other("start_file = nan.npy"),
                           f"rbm.W.start_file: {self.folder / 'nan.npy'}: row 3 (counted from 0): number 2 is nan", command, (None,))

    def test_parameters_that_no_training_starts_from(self):
        with h5py.File(self.folder / "machine.h5", "w") as file:
            file["weights"], file["visible_bias"], file["hidden_bias"] = np.full((25, 6), 3.0), np.ones(25), np.zeros(6)
        first = self.SAMPLE + self.FIRST
        for keys, message in (("bias = off", f"deck.ini:19: rbm.W.start_file: {self.folder / 'machine.h5'} has biases, and bias = off"),
                              ("weight_limit = 2", "deck.ini:20: rbm.W.weight_limit: start_file = "),
                              ("initial_std = 0.5", "rbm.W.initial_std: is set, but has no effect beside start_file")):
            for command in ("check", "run"):
                self.ends_with(3, first + self.other(f"start_file = machine.h5\n{keys}"), message, command, (None, 2))
        # What the deck's own machine becomes is known at the start only.
        self.ends_with(3, first + self.other("start = V\nweight_limit = 1e-6"),
                       "rbm.W.weight_limit: start = V begins with a parameter of magnitude ", ranks=(None,))


if __name__ == "__main__":
    unittest.main()
