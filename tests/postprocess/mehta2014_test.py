"""The second study in small: its claims hold on a fresh archive, and its reference table says what the README says."""

import tempfile
import unittest
from pathlib import Path

import numpy as np

import blockspin
import campaign
from blockspin import mehta2014

DECK = campaign.ROOT / "tests/postprocess/mehta2014.ini"


def setUpModule():
    global folder, path
    folder = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(folder.cleanup)
    path = campaign.run_deck(DECK, Path(folder.name) / "mehta2014.h5", 2)


class Agreement(unittest.TestCase):
    def setUp(self):
        self.archive = blockspin.open_archive(path)
        self.addCleanup(self.archive.close)

    def test_fields_of_the_first_layer_are_local_and_controls_are_not(self):
        (_, layer, units, median, _, _, shuffled, untrained), *_ = mehta2014.locality(self.archive)
        self.assertEqual((1, 36), (layer, units))
        self.assertGreater(median, 0.7)
        self.assertLess(shuffled, median - 0.15)
        self.assertLess(untrained, 0.35)

    def test_deeper_layers_know_less_of_the_data(self):
        overlap = [row[3] for row in mehta2014.reconstruction(self.archive)]
        self.assertEqual(3, len(overlap))
        self.assertGreater(overlap[1], overlap[2] + 0.02)
        self.assertGreater(overlap[2], 0.02)

    def test_maps_are_told_apart(self):
        rows = {row[0]: row for row in mehta2014.maps(self.archive)}
        self.assertLess(abs(rows["bond"][2]), 1e-10)
        self.assertLess(abs(rows["bond"][4]), 1e-12)
        self.assertEqual(0, rows["lin_tegmark"][3], "equal free energies")
        self.assertGreater(rows["lin_tegmark"][4], 1e-3, "and still not exact")
        self.assertGreater(rows["small"][2], 1, "a trained machine is far from an exact map")
        self.assertGreater(rows["small"][4], 20 * rows["small"][5])

    def test_decimation_follows_the_published_couplings(self):
        flow = self.archive.group("decimation", "main")["coupling"][0]
        np.testing.assert_allclose(flow, [1, .66250137, .35006114, .11367207, .01281154, 1.6411765e-4], rtol=1e-6)

    def test_every_dataset_is_the_same_on_three_ranks(self):
        other = campaign.run_deck(DECK, Path(folder.name) / "three_ranks.h5", 3)
        with blockspin.open_archive(other) as archive:
            names = []
            self.archive.file.visit(names.append)
            for name in names:
                if not name.startswith("provenance") and hasattr(self.archive.file[name], "shape"):
                    self.assertEqual(self.archive[name].tobytes(), archive[name].tobytes(), name)


if __name__ == "__main__":
    unittest.main()
