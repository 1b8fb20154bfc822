"""Archives that hold what no machine can learn or be read from: a clear message and exit code, on any rank count."""

import re
import shutil
import tempfile
import unittest
from pathlib import Path

import campaign
import h5py
import numpy as np

SAMPLE = campaign.SMALL_SAMPLE
MACHINE = "[rbm]\nhidden = 6, 3\nepochs = 1\n"
SPECTRUM = "[spectrum]\nrbm = main\n"


class WrongInput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.deck("good.ini", SAMPLE + MACHINE)
        campaign.run_deck(cls.folder / "good.ini", cls.folder / "good.h5", 2)

    @classmethod
    def deck(cls, name, text):
        path = cls.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def damaged(self, change, good="good.h5"):
        """A copy of the good archive that `change` was let loose on and whose checksums are right again: bytes that went
        bad by themselves are refused before anyone looks at the values (app.damage)."""
        path = self.folder / "damaged.h5"
        shutil.copy(self.folder / good, path)
        with h5py.File(path, "r+") as file:
            change(file)
        found = re.findall(r"(\S+): (?:whole|DAMAGED), content hash (\w+)", campaign.blockspin("info", path, "--check").stdout)
        self.assertTrue(found)
        with h5py.File(path, "r+") as file:
            for group, content_hash in found:
                file[group].attrs["content_hash"] = content_hash
        return path

    def refused(self, deck, archive, code, message, n_lines=1):
        for ranks in (1, 3):
            done = campaign.blockspin("run", self.deck("deck.ini", deck), "--resume", "--set",
                                      f"campaign.archive={archive}", ranks=ranks)
            self.assertEqual(code, done.returncode, done.stdout + done.stderr)
            self.assertEqual(n_lines, done.stderr.count("blockspin: error"), done.stderr)
            self.assertIn(message, done.stderr)

    @staticmethod
    def put(path, index, value):
        def change(file):
            file[path][index] = value
        return change

    @staticmethod
    def replace(path, value):
        def change(file):
            del file[path]
            file[path] = value
        return change

    def test_weights_that_are_not_finite(self):
        for value in (np.nan, np.inf):
            archive = self.damaged(self.put("rbm/main/layer_1/weights", (3, 2), value))
            self.refused(SAMPLE + MACHINE + SPECTRUM, archive, 4, "/rbm/main/layer_1: a weight or bias is not finite")

    def test_a_temperature_that_is_no_number(self):
        archive = self.damaged(self.put("sample/main/temperature", 1, np.nan))
        self.refused(SAMPLE + "[rbm.other]\nhidden = 4\n", archive, 4, "/sample/main: a temperature is not a number")

    def test_a_temperature_that_the_sample_lacks(self):
        self.refused(SAMPLE.split("[sample]")[0] + "[rbm.other]\nhidden = 4\ntemperatures = 2.5\n",
                     self.folder / "good.h5", 3, "rbm.other.temperatures: 2.5 is not one of /sample/main")

    def test_a_sample_of_another_lattice(self):
        deck = SAMPLE.split("[sample]")[0].replace("4x4", "4x8") + "[rbm.other]\nhidden = 4\n"
        self.refused(deck, self.folder / "good.h5", 3, "/sample/main was made with model.lattice = 4x4")
        archive = self.damaged(self.replace("sample/main/configuration", np.zeros((2, 100, 4), np.uint8)))
        self.refused(SAMPLE + "[rbm.other]\nhidden = 4\n", archive, 4,
                     "/sample/main: configurations are of another lattice")

    def test_layers_that_do_not_fit(self):
        deck = SAMPLE + MACHINE + SPECTRUM
        archive = self.damaged(self.replace("rbm/main/layer_1/weights", np.zeros((9, 6), np.float32)))
        self.refused(deck, archive, 4, "/rbm/main/layer_1/weights has 9 of the axis visible_1, of which there are 16 elsewhere")
        archive = self.damaged(self.replace("rbm/main/layer_2/weights", np.zeros((5, 3), np.float32)))
        self.refused(deck, archive, 4, "of which there are 6 elsewhere in the group")
        archive = self.damaged(self.replace("rbm/main/layer_1/hidden_bias", np.zeros(5, np.float32)))
        self.refused(deck, archive, 4, "of the axis hidden_1, of which there are")

    def test_a_machine_that_was_made_from_something_else(self):
        deck = SAMPLE + SAMPLE[SAMPLE.index("[sample]"):].replace("[sample]", "[sample.other]") + "[rbm]\nhidden = 6\nepochs = 1\n"
        campaign.run_deck(self.deck("two.ini", deck), self.folder / "two.h5", None)

        def move(file):
            attributes = file["rbm/main"].attrs
            for name, text in (("parents", "/sample/other"), ("parent_hashes", file["sample/other"].attrs["content_hash"])):
                attributes.modify(name, np.array([text], dtype=attributes[name].dtype))
        self.refused(deck, self.damaged(move, "two.h5"), 4,
                     "rbm.main: made from /sample/other in the archive, and the deck would make it from /sample/main", n_lines=2)

    def test_a_batch_larger_than_the_archives_data(self):
        self.refused(SAMPLE.split("[sample]")[0] + "[rbm.other]\nhidden = 4\nbatch = 201\n", self.folder / "good.h5", 3,
                     "rbm.other.batch: is larger than the data, 200 configurations")


if __name__ == "__main__":
    unittest.main()
