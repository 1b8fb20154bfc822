"""Block spins through the real program: beside blocks that numpy makes, and what reads them."""

import tempfile
import unittest
from pathlib import Path

import numpy as np

import blockspin
import campaign

DECK = Path(__file__).parent / "block.ini"


def setUpModule():
    global folder, archive
    folder = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(folder.cleanup)
    archive = blockspin.open_archive(campaign.run_deck(DECK, Path(folder.name) / "block.h5", 1))
    unittest.addModuleCleanup(archive.close)


def spins(name):
    """[configuration, *lattice] of all temperatures."""
    found = archive.ensemble(name).configurations().astype(int)
    return found.reshape(-1, *found.shape[2:])


def block_sums(fine, factor):
    n, *extents = fine.shape
    shape = [n] + [part for extent in extents for part in (extent // factor, factor)]
    return fine.reshape(shape).sum(axis=tuple(range(2, 2 * len(extents) + 1, 2)))


def ties_and_misses(fine, coarse, factor):
    """Block spins where the sum is 0, and the number of others that are not its sign."""
    sums = block_sums(fine, factor)
    return coarse[sums == 0], int((np.sign(sums) != coarse)[sums != 0].sum())


class Blocks(unittest.TestCase):
    def test_are_majorities(self):
        for fine, coarse, factor in (("main", "b_l1", 2), ("main", "three", 3), ("cube", "solid_l1", 2),
                                     ("solid_l1", "solid_l2", 2), ("solid_l1", "again", 2)):
            ties, misses = ties_and_misses(spins(fine), spins(coarse), factor)
            self.assertEqual(0, misses, coarse)
            self.assertEqual(factor == 3, ties.size == 0)
            if factor == 2:  # a fair coin is beyond six standard deviations with 2e-9
                self.assertLess(abs(ties.sum()), 6 * np.sqrt(ties.size), coarse)

    def test_the_comparison_sees_blocks_that_begin_elsewhere(self):
        self.assertGreater(ties_and_misses(np.roll(spins("main"), 1, axis=-1), spins("b_l1"), 2)[1], 0)

    def test_decimation_takes_the_first_spin(self):
        np.testing.assert_array_equal(spins("decimated"), spins("main")[:, ::3, ::3])

    def test_say_what_they_are(self):
        ensemble = archive.ensemble("b_l1")
        self.assertEqual((9, 9), ensemble.lattice)
        self.assertEqual((3, 3, 3), archive.ensemble("solid_l2").lattice)
        np.testing.assert_array_equal(ensemble.temperature, archive.ensemble("main").temperature)
        np.testing.assert_allclose(ensemble["magnetization"].ravel(), spins("b_l1").mean(axis=(1, 2)), atol=1e-15)

    def test_machines_learn_them(self):
        self.assertEqual((81, 6), archive.machine("b_l1").group["layer_1/weights"].shape)
        self.assertIn("cube_l2", archive.names("rbm"))


class Following(unittest.TestCase):
    def test_a_sample_that_grows_leaves_its_blocks_behind(self):
        path = Path(folder.name) / "grown.h5"
        deck = Path(folder.name) / "grown.ini"
        text = campaign.SMALL_SAMPLE.replace("4x4", "8x8") + "[block.b]\nsample = main\nlevels = 1\n"
        deck.write_text(text, encoding="utf-8")
        options = ("--set", f"campaign.archive={path}")
        self.assertEqual(0, campaign.blockspin("run", deck, *options).returncode)
        grown = campaign.blockspin("run", deck, *options, "--resume", "--set", "sample.main.configurations=150")
        self.assertEqual(0, grown.returncode, grown.stderr)
        with blockspin.open_archive(path) as one:
            self.assertEqual((2, 150, 4, 4), one.ensemble("b_l1").configurations().shape)


if __name__ == "__main__":
    unittest.main()
