"""Several archives as one: a table over deck keys, means over seeds with errors, and tables of pandas and xarray."""

import importlib.util
import shutil
import tempfile
import unittest
from pathlib import Path

import numpy as np

import blockspin
import campaign

DECK = campaign.SMALL_SAMPLE + """[rbm.V]
hidden_scan = 4, 6
seeds = 2
epochs = 2
[spectrum]
rbm = V
[reconstruction]
rbm = V
"""
SEEDS = (3, 4, 5)


def setUpModule():
    global folder
    made = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(made.cleanup)
    folder = Path(made.name)
    (folder / "deck.ini").write_text(DECK, encoding="utf-8")
    for seed in SEEDS:
        campaign.run_deck(folder / "deck.ini", folder / f"seed_{seed}.h5", 1, "--set", f"campaign.seed={seed}")


def first_value(group):
    return float(group["singular_value"][0])


class Campaign(unittest.TestCase):
    def setUp(self):
        self.campaign = blockspin.open_campaign(folder)
        self.addCleanup(self.campaign.close)

    def test_folders_patterns_and_lists(self):
        self.assertEqual([f"seed_{seed}.h5" for seed in SEEDS], [archive.name for archive in self.campaign])
        for where, n in ((f"{folder}/seed_[34].h5", 2), ([folder / "seed_5.h5"], 1)):
            with blockspin.open_campaign(where) as some:
                self.assertEqual(n, len(some))
        for where in (folder / "none", f"{folder}/none*.h5"):
            with self.assertRaisesRegex(FileNotFoundError, "no archives there"):
                blockspin.open_campaign(where)

    def test_what_is_no_archive_is_left_out_of_a_folder_and_refused_in_a_pattern(self):
        other = folder / "other.h5"
        other.write_text("no archive")
        self.addCleanup(other.unlink)
        with blockspin.open_campaign(folder) as some:
            self.assertEqual(len(SEEDS), len(some))
        with self.assertRaisesRegex(ValueError, "other.h5: not a blockspin archive"):
            blockspin.open_campaign(f"{folder}/*.h5")

    def test_a_row_a_group_with_the_keys_of_its_machine(self):
        table = self.campaign.table("spectrum", largest=first_value, values="singular_value", none="none")
        self.assertEqual(len(SEEDS) * 4, len(table))
        self.assertEqual({4, 6}, set(table["hidden"]))
        self.assertEqual({"4x4"}, set(table["lattice"]))
        self.assertEqual(set(SEEDS), set(table["seed"]))
        self.assertEqual({1, 2}, set(table["training_seed"]))
        self.assertTrue(np.isnan(table["none"]).all())
        for row in table:
            with blockspin.open_archive(folder / row["archive"]) as archive:
                np.testing.assert_array_equal(archive[f"spectrum/{row['name']}/singular_value"], row["values"])
                self.assertEqual(row["hidden"], archive.machine(row["name"].replace("main", "V")).weights().shape[1])

    def test_means_are_over_both_kinds_of_seeds(self):
        table = self.campaign.table("spectrum", largest=first_value, values="singular_value")
        means = table.means("largest", "values")
        self.assertEqual([4, 6], means["hidden"].tolist())
        for row in means:
            rows = table.where(hidden=row["hidden"])
            self.assertEqual(2 * len(SEEDS), row["n"])
            self.assertAlmostEqual(np.mean(rows["largest"]), row["largest"], 12)
            self.assertAlmostEqual(np.std(rows["largest"], ddof=1) / np.sqrt(row["n"]), row["largest_error"], 12)
            np.testing.assert_allclose(np.mean(rows["values"], axis=0), row["values"])
            self.assertEqual(row["values"].shape, row["values_error"].shape)
        self.assertTrue(np.isnan(table.where(seed=3, training_seed=1).means("largest")["largest_error"]).all())

    def test_what_varies_is_shown(self):
        table = self.campaign.table("spectrum", largest=first_value)
        self.assertLessEqual({"archive", "seed", "hidden", "largest"}, set(table.varying()))
        self.assertNotIn("epochs", table.varying())
        self.assertEqual(1 + len(table), len(repr(table).splitlines()))
        with self.assertRaisesRegex(KeyError, "has no hiden; .*; the nearest is hidden"):
            table["hiden"]

    @unittest.skipUnless(importlib.util.find_spec("pandas"), "pandas")
    def test_dataframes(self):
        frame = self.campaign.table("spectrum", largest=first_value).to_dataframe()
        self.assertEqual(len(SEEDS) * 2, len(frame[frame.hidden == 6]))
        archive = self.campaign.archives[0]
        observables = archive.sample().to_dataframe("observables")
        np.testing.assert_array_equal(archive.sample().observable("energy")[0], observables["energy/mean"])
        self.assertEqual([2.0, 3.0], observables.index.tolist())
        history = archive.machine("V_h4_s1").to_dataframe("history")
        self.assertEqual([1, 2], history.index.tolist())
        kept = archive.sample().to_dataframe()
        with self.assertRaises(KeyError):
            archive.sample().to_dataframe("observable")
        self.assertGreater(len(kept.columns), 0)

    @unittest.skipUnless(importlib.util.find_spec("xarray"), "xarray")
    def test_xarray(self):
        archive = self.campaign.archives[0]
        for stage, names in archive.stages().items():
            for name in names:
                group = archive.group(stage, name)
                dataset = group.to_xarray()
                for path in group.datasets():
                    if path != "configuration" and not group.is_scale(path):
                        np.testing.assert_array_equal(group[path], dataset[path.replace("/", "_")].values)
        sample = archive.sample().to_xarray()
        self.assertEqual(("temperature", "configuration"), sample["energy"].dims)
        self.assertEqual(archive.sample()["energy"][1].tolist(), sample["energy"].sel(temperature=3).values.tolist())
        self.assertEqual("J", sample["energy"].attrs["units"])


class Unfinished(unittest.TestCase):
    def test_a_campaign_that_is_half_done_is_read(self):
        half = folder / "half"
        half.mkdir()
        self.addCleanup(shutil.rmtree, half)
        (half / "deck.ini").write_text(campaign.SMALL_SAMPLE, encoding="utf-8")
        campaign.run_deck(half / "deck.ini", half / "half.h5", 1)
        with blockspin.open_campaign(half) as some:
            self.assertEqual(0, len(some.table("spectrum", largest=first_value)))
            self.assertEqual(1, len(some.table("sample")))


if __name__ == "__main__":
    unittest.main()
