"""Reading by hand: what stages, groups and archives say of themselves, names that are not there, and files that are no archive."""

import shutil
import tempfile
import unittest
import warnings
from pathlib import Path

import h5py

import blockspin
import campaign

DECK = campaign.SMALL_SAMPLE + "[rbm.V]\nhidden = 4\nepochs = 2\n[rbm.Wide]\nhidden = 6\nepochs = 1\n"
DIVERGING = campaign.SMALL_SAMPLE + """[rbm]
hidden = 6
batch = 40
epochs = 9
schedule = list
learning_rates = 0.01, 0.02, 1e6
"""


def setUpModule():
    global scratch, path
    folder = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(folder.cleanup)
    scratch = Path(folder.name)
    (scratch / "deck.ini").write_text(DECK, encoding="utf-8")
    path = campaign.run_deck(scratch / "deck.ini", scratch / "good.h5", 1)


class Names(unittest.TestCase):
    def setUp(self):
        self.archive = blockspin.open_archive(path)
        self.addCleanup(self.archive.close)

    def test_groups_by_attribute_by_key_and_by_call(self):
        for machine in (self.archive.rbm.V, self.archive.rbm["V"], self.archive.rbm("V"), self.archive.machine("V")):
            self.assertIsInstance(machine, blockspin.Machine)
            self.assertEqual("V", machine.name)
        self.assertEqual(["V", "Wide"], [machine.name for machine in self.archive.rbm])
        self.assertIn("V", self.archive.rbm)
        self.assertEqual("main", self.archive.sample.main.name)

    def test_completion_offers_stages_names_and_datasets(self):
        self.assertLessEqual({"rbm", "sample", "open"}, set(dir(self.archive)))
        self.assertLessEqual({"V", "Wide"}, set(dir(self.archive.rbm)))
        self.assertEqual(["V", "Wide"], self.archive.rbm._ipython_key_completions_())
        self.assertIn("rbm/V", self.archive._ipython_key_completions_())
        self.assertIn("layer_1/weights", self.archive.rbm.V._ipython_key_completions_())

    def test_wrong_names_say_what_there_is_and_what_is_nearest(self):
        for use, message in (
                (lambda: self.archive.machine("Wid"), r"good.h5 has no \[rbm.Wid\]; it has V, Wide; the nearest is Wide$"),
                (lambda: self.archive["rbm/V/layer_1/weight"], "has no weight; it has .*; the nearest is weights$"),
                (lambda: self.archive.group("rbn", "V"), r"has no \[rbn.V\]"),
                (lambda: self.archive.sample("test"), r"has no \[sample.test\]; it has main$"),
                (lambda: self.archive.sample().configurations(2.1), r"has no temperature 2.1; it has \[2.0, 3.0\]; the nearest is 2$")):
            with self.assertRaisesRegex(KeyError, message) as caught:
                use()
            self.assertEqual(1, len(str(caught.exception).splitlines()))
        with self.assertRaisesRegex(AttributeError, "the nearest is rbm"):
            self.archive.rmb
        with self.assertRaisesRegex(AttributeError, "the nearest is Wide"):
            self.archive.rbm.wide

    def test_representations(self):
        self.assertIn("rbm: V, Wide", repr(self.archive))
        self.assertIn("layer_1/weights  [visible_1 16, hidden_1 4]  1", repr(self.archive.rbm.V))
        self.assertIn("<td>layer_1/weights</td>", self.archive.rbm.V._repr_html_())
        self.assertIn("<td>V, Wide</td>", self.archive._repr_html_())
        with blockspin.open_archive(path) as other:
            machine = other.rbm.V
        self.assertIn("closed", repr(other) + other._repr_html_() + repr(machine))

    def test_html_is_escaped(self):
        shutil.copy(path, scratch / "script.h5")
        with h5py.File(scratch / "script.h5", "r+") as file:
            file.attrs["title"] = "<script>alert(1)</script>"
        with blockspin.open_archive(scratch / "script.h5") as archive:
            self.assertNotIn("<script>", archive._repr_html_())

    def test_axes_and_values(self):
        sample = self.archive.sample()
        self.assertEqual(["temperature", "configuration"], [axis.name for axis in sample.axes("energy")])
        self.assertEqual([2.0, 3.0], sample.axes("energy")[0].values.tolist())
        self.assertEqual("100", sample.values()["configurations"])
        self.assertEqual(["/sample/main"], self.archive.rbm.V.parents())
        self.assertIn("[rbm.V]", self.archive.runs()[0]["deck"])


class Refusals(unittest.TestCase):
    def refused(self, file, kind, message):
        with self.assertRaisesRegex(kind, message) as caught:
            with blockspin.open_archive(file) as archive:
                archive.machine("V").weights()
        self.assertEqual(1, len(str(caught.exception).splitlines()))

    def changed(self, change):
        shutil.copy(path, scratch / "changed.h5")
        with h5py.File(scratch / "changed.h5", "r+") as file:
            change(file)
        return scratch / "changed.h5"

    def test_files_that_are_no_archive(self):
        self.refused(scratch / "none.h5", FileNotFoundError, "none.h5")
        self.refused(scratch, ValueError, "a folder, not an archive")
        self.refused(scratch / "deck.ini", ValueError, "not a blockspin archive")
        (scratch / "cut.h5").write_bytes(Path(path).read_bytes()[:5000])
        self.refused(scratch / "cut.h5", ValueError, "not a blockspin archive")

    def test_formats_of_other_programs_and_of_the_future(self):
        def strip(file):
            del file.attrs["format"]

        def age(file):
            file.attrs["format_version"] = 3
        self.refused(self.changed(strip), ValueError, "some other HDF5 file")
        self.refused(self.changed(age), ValueError, "archive format 3; this package reads formats 1 to 2: take .* newer")

    def test_a_missing_segment(self):
        archive = campaign.run_deck(scratch / "deck.ini", scratch / "split.h5", 1, "--set", "campaign.storage=segments")
        with blockspin.open_archive(archive) as whole:
            self.assertEqual((16, 4), whole.machine("V").weights().shape)
        for segment in (scratch / "split.h5.segments").glob("rbm.V-*"):
            segment.unlink()
        self.refused(archive, ValueError, "the segment split.h5.segments/rbm.V-.* is missing")

    def test_partial_groups_warn_once_and_are_not_among_the_complete(self):
        (scratch / "diverging.ini").write_text(DIVERGING, encoding="utf-8")
        done = campaign.blockspin("run", scratch / "diverging.ini", "--set", f"campaign.archive={scratch / 'partial.h5'}", ranks=1)
        self.assertEqual(5, done.returncode, done.stderr)
        with blockspin.open_archive(scratch / "partial.h5") as archive:
            self.assertEqual({"rbm": ["main"]}, archive.partial())
            self.assertEqual([], archive.names("rbm"))
            with self.assertWarnsRegex(blockspin.PartialGroup, "rbm/main is partial"):
                machine = archive.machine("main")
            self.assertEqual("partial", machine.status)
            self.assertIn("partial", repr(machine))
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                machine.weights()
        with warnings.catch_warnings(), blockspin.open_archive(scratch / "partial.h5") as archive:
            warnings.simplefilter("error", blockspin.PartialGroup)
            with self.assertRaises(blockspin.PartialGroup):
                archive.machine("main")


if __name__ == "__main__":
    unittest.main()
