"""Normals of the critical manifold that layers see, through the real program: known rows, the archive, what is refused."""

import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np

import campaign

HERE = Path(__file__).parent
EXACT = np.array([1, np.sqrt(2), 0.5139, 4 * np.sqrt(2) / np.pi])
T_C = 2.269185314213022
# Diagonal, plaquette and third neighbour on 32x32 by a trial program of its own: values and errors.
ENERGY = np.array([1.3335, 0.5666, 1.5854]), np.array([0.0008, 0.0007, 0.0013])
SQUARE = np.array([1.3995, 0.5238, 1.7529]), np.array([0.0013, 0.0011, 0.0023])


def setUpModule():
    global folder, archive, rows
    folder = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(folder.cleanup)
    archive = h5py.File(campaign.run_deck(HERE / "relevance.ini", Path(folder.name) / "relevance.h5", 1), "r")
    unittest.addModuleCleanup(archive.close)
    rows = h5py.File(campaign.run_deck(HERE / "relevance_rows.ini", Path(folder.name) / "rows.h5", 1), "r")
    unittest.addModuleCleanup(rows.close)


def pulls(group, known, errors=0.0):
    mean, error = group["normal/mean"][..., 1:4], group["normal/error"][..., 1:4]
    return np.abs(mean - known) / np.hypot(error, errors)


class Rows(unittest.TestCase):
    """Pulls are of Student's t with 127 degrees of freedom: one of nine beyond 6 has a chance of 2e-7."""

    def test_block_spins_see_the_exact_normal(self):
        group = rows["relevance/main/blocks"]
        self.assertEqual([2, 4, 8, 16], list(group["factor"]))
        at = list(group["factor"]).index(8)
        self.assertLess(pulls(group["energy"], EXACT[1:4])[at].max(), 6)
        self.assertGreater(group["energy/p_value"][at], 1e-7)
        self.assertLess(abs(group["energy/leak/mean"][at]), 6 * group["energy/leak/error"][at])

    def test_the_energy_and_the_magnetization_see_what_a_program_of_its_own_found(self):
        group = rows["relevance/main"]
        self.assertLess(pulls(group["energy"], *ENERGY).max(), 6)
        self.assertLess(pulls(group["magnetization_squared"], *SQUARE).max(), 6)

    def test_the_energy_is_told_from_the_exact_normal(self):
        group = rows["relevance/main/energy"]
        self.assertGreater(pulls(group, EXACT[1:4]).min(), 15)
        self.assertLess(group["p_value"][()], 1e-12)
        self.assertEqual(1, group["leak/mean"][()])

    def test_bins_are_as_many_as_errors_need(self):
        group = rows["relevance/main"]
        self.assertEqual(20000, group["configurations"][()])
        self.assertGreater(group["bins"][()], 60)
        self.assertEqual(0.5, group["tau_in_bins"][()])


def is_index(thing):
    """Whether it only numbers the places of an axis."""
    return thing.attrs.get("description", "").startswith("index of the axis")


class Archive(unittest.TestCase):
    def test_layers_and_their_controls_have_all_numbers(self):
        group = archive["relevance/V_s1_e2"]
        self.assertEqual({"exact", "spins", "odd_spins", "temperature", "configurations", "bins", "tau_in_bins", "energy",
                          "magnetization", "magnetization_squared", "blocks", "layer_1", "layer_2"},
                         {name for name in group if not is_index(group[name])})
        for layer, n_modes in (("layer_1", 5), ("layer_2", 3)):
            for of in ("", "/shuffled", "/untrained"):
                part = group[layer + of]
                self.assertEqual((13,), part["normal/mean"].shape)
                self.assertEqual((n_modes, 13), part["modes/normal/error"].shape)
                self.assertEqual((n_modes, 5), part["modes/odd/normal/mean"].shape)
                self.assertEqual((n_modes + 1,), part["best/weight"].shape)
                variance = part["modes/variance"][...]
                self.assertTrue((np.diff(variance) <= 0).all())
        self.assertAlmostEqual(T_C, group["temperature"][()], places=12)
        np.testing.assert_allclose(group["exact/normal"][:4], EXACT, atol=1e-12)
        self.assertEqual(1501, group["configurations"][()])
        self.assertEqual([2, 3, 4, 6], list(group["blocks/factor"]))

    def test_every_machine_of_a_scan_differs(self):
        found = {name: archive[f"relevance/{name}/layer_1/normal/mean"][1]
                 for name in ("V_s1_e1", "V_s1_e2", "V_s2_e1", "V_s2_e2", "binary")}
        self.assertEqual(len(found), len(set(found.values())), found)

    def test_dynamics_are_of_upper_layers_alone(self):
        # The same machine and the same configurations, once with drawn units and once with means: the second layer's input.
        drawn, means = (archive[f"relevance/{name}"] for name in ("V_s1_e2", "means_s1"))
        np.testing.assert_array_equal(drawn["layer_1/normal/mean"], means["layer_1/normal/mean"])
        np.testing.assert_array_equal(drawn["layer_1/modes/normal/mean"], means["layer_1/modes/normal/mean"])
        self.assertFalse(np.array_equal(drawn["layer_2/normal/mean"], means["layer_2/normal/mean"]))

    def test_elsewhere_no_exact_normal_is_known(self):
        for name in ("warm", "cube"):
            group = archive[f"relevance/{name}"]
            self.assertTrue(np.isnan(group["exact/normal"][...]).all())
            self.assertTrue(np.isnan(group["layer_1/best/normal/mean"][...]).all())
            for path in ("energy/leak/mean", "energy/chi_squared", "layer_1/leak/mean", "layer_1/p_value"):
                self.assertTrue(np.isnan(group[path][()]), path)
            self.assertTrue(np.isfinite(group["energy/normal/error"][1]))
        self.assertEqual((16, 13), archive["relevance/binary/layer_1/modes/normal/mean"].shape)


class Refused(unittest.TestCase):
    def refused(self, relevance, more="", **replaced):
        keys = {"temperatures": "2.269185314213022, 3", "configurations": "100", **replaced}
        deck = Path(folder.name) / "refused.ini"
        deck.write_text("[campaign]\narchive = refused.h5\nseed = 1\n[model]\nlattice = 8x8\n[model.other]\nlattice = 6x6\n"
                        f"[sample]\ntemperatures = {keys['temperatures']}\nconfigurations = {keys['configurations']}\n"
                        "[sample.other]\nmodel = other\ntemperatures = 2.269185314213022\nconfigurations = 100\n"
                        f"[rbm]\nhidden = 4\nepochs = 1\n{more}\n[relevance.r]\nrbm = main\n{relevance}\n", encoding="utf-8")
        done = campaign.blockspin("check", deck)
        self.assertEqual(3, done.returncode, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def test_a_sample_without_the_temperature(self):
        self.assertIn("relevance.r.temperature: 2.269185314213022 is not one of /sample/main", self.refused("", temperatures="2, 3"))
        self.assertIn("relevance.r.temperature: 2.5 is not one of /sample/main", self.refused("temperature = 2.5"))

    def test_another_lattice(self):
        self.assertIn("relevance.r.sample: /sample/other is of a lattice 6x6", self.refused("sample = other"))

    def test_too_few_configurations_for_bins(self):
        self.assertIn("relevance.r.sample: /sample/main keeps 7 configurations a temperature: too few for errors",
                      self.refused("", configurations="7"))

    def test_a_snapshot_that_is_not_kept(self):
        self.assertIn("relevance.r.epoch: /rbm/main keeps no snapshot of epoch 1", self.refused("epoch = 1"))

    def test_a_partial_machine(self):
        """Of a training that was stopped there is a checkpoint, and no machine that can be read."""
        path = Path(folder.name) / "partial.h5"
        deck = path.with_suffix(".ini")
        head = ("[campaign]\narchive = partial.h5\nseed = 1\n[model]\nlattice = 8x8\n[sample]\n"
                "temperatures = 2.269185314213022\nconfigurations = 100\n")
        deck.write_text(f"{head}[rbm.V]\nhidden = 4\nepochs = 100000000\n", encoding="utf-8")
        stopped = campaign.blockspin("run", deck, "--walltime", "00:00:02")
        self.assertEqual(75, stopped.returncode, stopped.stderr)
        deck.write_text(f"{head}[relevance]\nrbm = V\n", encoding="utf-8")
        done = campaign.blockspin("run", deck, "--resume")
        self.assertEqual(3, done.returncode, done.stderr)
        self.assertIn("relevance.rbm: [rbm] 'V' is found neither earlier in the deck nor in the archive", done.stderr)


if __name__ == "__main__":
    unittest.main()
