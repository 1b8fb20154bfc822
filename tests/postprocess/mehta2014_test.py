"""The second study in small: a fresh run agrees with the reference runs, a faulty one does not; verdicts follow the data."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np

import blockspin
import campaign
from blockspin.mehta2014 import agreement, tables, verdicts

DECK = campaign.ROOT / "tests/postprocess/mehta2014.ini"
REFERENCE = campaign.ROOT / "postprocess/reference/mehta2014_agreement.csv"
# Student's t with 39 degrees of freedom: |t| > 7.2 with probability 1.1e-8; eight numbers, a false alarm below 1e-7.
MOST = 7.2


def setUpModule():
    global folder, path
    folder = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(folder.cleanup)
    path = campaign.run_deck(DECK, Path(folder.name) / "mehta2014.h5", 2)


class Agreement(unittest.TestCase):
    def deviations(self, archive_path):
        rows = agreement.read_reference(REFERENCE)
        self.assertTrue(all(n == 40 for _, _, _, n in rows))
        with blockspin.open_archive(archive_path) as archive:
            return agreement.deviations(agreement.numbers(archive), rows)

    def test_a_run_with_another_seed_agrees_with_the_reference(self):
        for name, t in self.deviations(path).items():
            self.assertLess(abs(t), MOST, name)

    def test_a_run_without_l1_and_with_a_machine_that_hardly_learns_does_not(self):  # the twin
        faulty = campaign.run_deck(DECK, Path(folder.name) / "faulty.h5", 2, "--set", "rbm.stack.l1=0", "--set",
                                   "rbm.small.learning_rate=1e-5")
        t = self.deviations(faulty)
        self.assertGreater(abs(t["layer 1: median window fraction"]), MOST)
        self.assertGreater(abs(t["small: D_KL per spin"]), MOST)


class Study(unittest.TestCase):
    def setUp(self):
        self.archive = blockspin.open_archive(path)
        self.addCleanup(self.archive.close)

    def test_fields_of_the_first_layer_are_local_and_controls_are_not(self):
        numbers = tables.layer_numbers(self.archive.group("receptive_field", "stack"), 1)
        self.assertEqual((36, 0), (numbers["units"], numbers["dead"]))
        self.assertGreater(numbers["median"], 0.7)
        self.assertLess(numbers["shuffled"], numbers["median"] - 0.15)
        self.assertLess(numbers["untrained"], 0.35)

    def test_deeper_layers_know_less_of_the_data(self):
        overlap = self.archive.group("reconstruction", "stack")["overlap/mean"][:, 0]
        self.assertEqual(2, len(overlap))
        self.assertGreater(overlap[0], overlap[1] + 0.02)
        self.assertGreater(overlap[1], 0.02)

    def test_domains_are_kept_better_than_spins_and_domains_of_one_site_are_spins(self):
        stack, sites = (self.archive.group("reconstruction", name) for name in ("stack", "sites"))
        np.testing.assert_allclose(sites["domain_overlap/mean"], sites["overlap/mean"], rtol=0, atol=1e-12)
        self.assertTrue((stack["domain_overlap/mean"] > stack["overlap/mean"] + 0.05).all())
        self.assertTrue((stack["domain_overlap/mean"] < 1).all())

    def test_decimation_follows_the_published_couplings(self):
        flow = self.archive.group("decimation", "main")["coupling"][0]
        np.testing.assert_allclose(flow, [1, .66250137, .35006114, .11367207, .01281154, 1.6411765e-4], rtol=1e-6)

    def test_training_seeds_of_a_setting_are_one_family(self):
        names = ["l1_0_s1", "l1_0_s2", "units_h16_s1", "bond"]
        self.assertEqual({"l1_0": names[:2], "units_h16": names[2:3], "bond": ["bond"]}, tables.families(names))

    def test_majority_blocks_of_ordered_and_of_striped_spins(self):
        up = np.ones((3, 8, 8), dtype=np.int8)
        self.assertEqual((1, 0), tables.majority_correlation(up, 2))
        stripes = up.copy()
        stripes[:, :, 2:4] = stripes[:, :, 6:8] = -1
        self.assertEqual((0, 0), tables.majority_correlation(stripes, 2))  # 1 along the stripes, -1 across

    def test_every_dataset_is_the_same_on_three_ranks(self):
        other = campaign.run_deck(DECK, Path(folder.name) / "three_ranks.h5", 3)
        self.assertEqual([], campaign.differences(campaign.fingerprint(path), campaign.fingerprint(other)))


class Verdicts(unittest.TestCase):
    def verdict(self, archive_path, claim):
        with blockspin.open_archive(archive_path) as archive:
            found = [row.verdict for row in verdicts.verdicts([archive]) if row.claim == claim]
        self.assertTrue(found, claim)
        return found[0]

    def changed(self, dataset, value):
        other = Path(folder.name) / "changed.h5"
        shutil.copy(path, other)
        with h5py.File(other, "r+") as file:
            file[dataset][...] = value
        return other

    def test_each_follows_from_the_data_and_turns_with_them(self):
        for claim, verdict, dataset, value, turned in (
                ("a machine can be an exact map", "yes", "mapping/bond/ln_trace/std", 1.0, "no"),
                ("equal free energies make the map exact", "no: one direction only", "mapping/lin_tegmark/kl_divergence", 0.0,
                 "yes"),
                ("a trained machine is an exact map", "no", "mapping/small/kl_divergence", 0.0, "yes"),
                ("H_RG[h] = H_RBM[h]", "exact", "mapping/small/renormalised/violation", 1e-3, "no"),
                ("decimation of a chain is a stack of machines", "exact", "decimation/main/coupling", 0.3, "no")):
            with self.subTest(claim=claim):
                self.assertEqual(verdict, self.verdict(path, claim))
                self.assertEqual(turned, self.verdict(self.changed(dataset, value), claim))

    def test_errors_are_written_in_the_last_digits(self):
        self.assertEqual(["151.9(3)", "0.9624(16)", "0.652(4)", "28(3)", "0.5"],
                         [verdicts.pm(*pair) for pair in ((151.947, 0.329), (0.96236, 0.00159), (0.6521, 0.0041), (27.64, 3.2),
                                                          (0.5, np.nan))])

    def test_the_command_prints_tables_and_verdicts_and_every_figure_is_drawn(self):
        environment = dict(os.environ, PYTHONPATH=str(campaign.ROOT / "postprocess"), MPLBACKEND="Agg")
        printed = subprocess.run([sys.executable, "-B", "-m", "blockspin.mehta2014", str(path)], check=True, env=environment,
                                 capture_output=True, text=True).stdout
        self.assertIn("fields of", printed)
        self.assertIn("| claim | setting | found | verdict |", printed)
        output = Path(folder.name) / "figures"
        subprocess.run([sys.executable, "-B", "-m", "blockspin.figures", str(path), "--output", str(output)], check=True,
                       env=environment, stdout=subprocess.DEVNULL)
        drawn = {figure.stem for figure in output.glob("*.png")}
        self.assertLessEqual({"receptive_fields_stack_layer1", "receptive_fields_stack_layer2", "coverage_stack",
                              "locality_stack", "reconstructions_stack", "reconstruction_correlation_stack", "ln_trace",
                              "map_distance", "decimation"}, drawn)


if __name__ == "__main__":
    unittest.main()
