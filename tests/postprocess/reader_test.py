"""The package against an archive the program has just written: what is read is what was meant, and is drawn."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np

import blockspin
import campaign
from blockspin.packed import pack

DECK = campaign.ROOT / "tests/endtoend/small.ini"


def setUpModule():
    global folder, path
    folder = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(folder.cleanup)
    path = campaign.run_deck(DECK, Path(folder.name) / "small.h5", 2)


class Reading(unittest.TestCase):
    def setUp(self):
        self.archive = blockspin.open_archive(path)
        self.addCleanup(self.archive.close)

    def test_summary_names_every_stage(self):
        stages = self.archive.stages()
        self.assertEqual({"sample": ["main"], "thermometer": ["main"], "rbm": ["V", "independent", "shuffled"],
                          "flow": ["V", "early_e1", "early_e3"], "spectrum": ["V", "early"]}, stages)
        self.assertIn("flow: V", self.archive.summary())

    def test_stored_energy_and_magnetization_are_those_of_the_configurations(self):
        sample = self.archive.sample()
        spins = sample.configurations().astype(float)
        self.assertEqual((6, 120, 6, 6), spins.shape)
        self.assertEqual({-1.0, 1.0}, set(np.unique(spins)))
        energy = -(spins * np.roll(spins, 1, 2) + spins * np.roll(spins, 1, 3)).mean((2, 3))
        np.testing.assert_allclose(sample["energy"], energy, rtol=0, atol=1e-14)
        np.testing.assert_allclose(sample["magnetization"], spins.mean((2, 3)), rtol=0, atol=1e-14)

    def test_parts_of_readers_make_up_the_whole(self):
        sample = self.archive.sample()
        parts = [sample.configurations(2.5, blockspin.share(120, rank, 7)) for rank in range(7)]
        np.testing.assert_array_equal(np.concatenate(parts), sample.configurations(2.5))

    def test_packing_is_undone_by_unpacking(self):
        spins = self.archive.sample().configurations(3).reshape(120, 36)
        np.testing.assert_array_equal(self.archive["sample/main/configuration"][4], pack(spins))

    def test_machine_flow_and_values(self):
        self.assertEqual((36, 12), self.archive.machine("V").weights().shape)
        flow = self.archive.flow("V")
        self.assertEqual(["0", "4", "up", "random"], flow.starts)
        np.testing.assert_allclose(flow["temperature_distribution"].sum(2), 1, atol=1e-12)
        for quantity in flow.QUANTITIES:
            mean, error = flow.quantity(quantity)
            self.assertEqual((4, 9), mean.shape)
            self.assertEqual((4, 9), error.shape)

    def test_what_is_missing_is_named(self):
        with self.assertRaisesRegex(KeyError, "main"):
            self.archive.sample("test")
        with self.assertRaisesRegex(KeyError, "2.5"):
            self.archive.sample().configurations(2.6)

    def test_every_dataset_has_unit_description_and_scales(self):
        bare = []

        def visit(name, thing):
            if not hasattr(thing, "shape") or name.startswith("provenance"):
                return
            bare.extend(f"{name}: {key}" for key in ("unit", "description") if key not in thing.attrs)
            if thing.attrs.get("CLASS") != b"DIMENSION_SCALE":
                bare.extend(f"{name}: axis {axis.label}" for axis in thing.dims if len(axis) == 0)

        self.archive.file.visititems(visit)
        self.assertEqual([], bare)


class Drawing(unittest.TestCase):
    def test_the_command_draws_every_figure(self):
        output = Path(folder.name) / "figures"
        command = [sys.executable, "-B", "-m", "blockspin.figures", str(path), "--output", str(output)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertEqual(0, done.returncode, done.stderr)
        names = {figure.stem for figure in output.iterdir() if figure.stat().st_size > 5000}
        self.assertLessEqual({"observables", "configurations", "training_V", "flow_distribution_V", "flow_V",
                              "singular_values_V", "singular_vectors_V", "weights_V"}, names)

    def test_what_is_no_archive_is_refused_in_one_line(self):
        command = [sys.executable, "-B", "-m", "blockspin.figures", str(DECK)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertEqual(1, done.returncode)
        self.assertEqual(1, len(done.stderr.strip().splitlines()), done.stderr)


if __name__ == "__main__":
    unittest.main()
