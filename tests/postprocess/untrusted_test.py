"""Archives from strangers: what leads out of the file, in circles or to values that are not there is refused, unread."""

import shutil
import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np

import blockspin
import campaign

WEIGHTS = "rbm/main/layer_1/weights"
DECK = campaign.SMALL_SAMPLE + "[rbm]\nhidden = 4\nepochs = 1\n"


def setUpModule():
    global scratch, good
    folder = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(folder.cleanup)
    scratch = Path(folder.name)
    (scratch / "deck.ini").write_text(DECK, encoding="utf-8")
    good = campaign.run_deck(scratch / "deck.ini", scratch / "good.h5", 1)


class Untrusted(unittest.TestCase):
    def changed(self, change):
        """The good archive, changed, open for reading; the one before is closed."""
        self.doCleanups()
        path = scratch / "changed.h5"
        shutil.copy(good, path)
        with h5py.File(path, "r+") as file:
            change(file)
        archive = blockspin.open_archive(path)
        self.addCleanup(archive.close)
        return archive

    def with_weights(self, *shape, **options):
        def change(file):
            del file[WEIGHTS]
            file.create_dataset(WEIGHTS, *shape, **options)
        return self.changed(change)

    def test_what_is_unchanged_is_read(self):
        archive = self.changed(lambda file: None)
        self.assertEqual({"rbm": ["main"], "sample": ["main"]}, archive.stages())
        self.assertEqual((16, 4), archive.machine("main").weights().shape)
        self.assertIn(WEIGHTS, archive)
        self.assertNotIn("rbm/main/none", archive)

    def test_links_that_lead_out_of_the_archive(self):
        segment = "changed.h5.segments/rbm.far-" + 32 * "0" + ".h5"
        for link in (h5py.SoftLink("/rbm/main"), h5py.ExternalLink("other.h5", "/"), h5py.ExternalLink(segment, "/other"),
                     h5py.ExternalLink("../" + segment, "/rbm/far"), h5py.ExternalLink("good.h5", "/rbm/main")):
            def change(file, link=link):
                file["rbm/far"] = link
            archive = self.changed(change)
            for use in (archive.stages, lambda archive=archive: archive.machine("far")):
                with self.assertRaisesRegex(ValueError, "leads out of the archive"):
                    use()
            self.assertEqual((16, 4), archive.machine("main").weights().shape)  # what is not asked for is not looked at

    def test_a_segment_that_is_itself_a_link(self):
        target = "changed.h5.segments/rbm.far-" + 32 * "0" + ".h5"
        (scratch / "changed.h5.segments").mkdir()
        (scratch / target).symlink_to(good)
        def change(file):
            file["rbm/far"] = h5py.ExternalLink(target, "/rbm/far")
        with self.assertRaisesRegex(ValueError, "the segment of /rbm/far is a link"):
            self.changed(change).stages()

    def test_circles(self):
        def change(file):
            file["rbm/main/up"] = file["rbm"]
        with self.assertRaisesRegex(ValueError, "circle"):
            self.changed(change)["rbm/main/up/main"]

    def test_values_in_other_files(self):
        text = scratch / "text"
        text.write_text(64 * "x", encoding="utf-8")
        layout = h5py.VirtualLayout((4, 4), dtype="f4")
        layout[:] = h5py.VirtualSource(str(scratch / "other.h5"), "x", (4, 4))
        def make_virtual(file):
            del file[WEIGHTS]
            file.create_virtual_dataset(WEIGHTS, layout)
        for make in (lambda: self.with_weights((4, 4), dtype="f4", external=[(str(text), 0, 64)]),
                     lambda: self.changed(make_virtual)):
            archive = make()
            with self.assertRaisesRegex(ValueError, "has its values in other files"):
                archive[WEIGHTS]

    def test_values_that_are_not_there(self):
        for filters in ({}, {"compression": "gzip"}):
            archive = self.with_weights((10**9, 10**6), dtype="f4", chunks=(1000, 1000), **filters)
            with self.assertRaisesRegex(ValueError, "holds fewer bytes than its shape takes"):
                archive.machine("main").weights()

    def test_values_that_are_no_numbers(self):
        with self.assertRaisesRegex(ValueError, "no numbers"):
            self.with_weights(data="text")[WEIGHTS]

    def test_compressed_values_are_read(self):
        archive = self.with_weights(data=np.zeros((1024, 1024), np.float32), compression="gzip")
        self.assertEqual(0, archive[WEIGHTS].sum())

    def test_formats_that_are_not_known(self):
        for version in (0, 99):
            def change(file, version=version):
                file.attrs["format_version"] = version
            with self.assertRaisesRegex(ValueError, f"archive format {version}"):
                self.changed(change)


if __name__ == "__main__":
    unittest.main()
