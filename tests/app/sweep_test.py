"""Sweeps: a deck a point with seeds of their own, a table, and how far each point is."""

import csv
import fcntl
import tempfile
import unittest
from pathlib import Path

import campaign

DECK = """# A comment that stays.
[campaign]
archive = base.h5
seed = 7
[model]
lattice = 4x4
[sample]
temperatures = 2, 3       # of all points
configurations = 100
[rbm.V]
hidden = 4
epochs = 1
"""


class Folder(unittest.TestCase):
    def setUp(self):
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.folder = Path(held.name)
        self.deck = self.folder / "base.ini"
        self.deck.write_text(DECK, encoding="utf-8")

    def sweep(self, *options, deck=None, output="out"):
        return campaign.blockspin("sweep", deck or self.deck, *options, "--output", self.folder / output)

    def points(self, output="out"):
        with (self.folder / output / "points.csv").open() as file:
            return {row["point"]: row for row in csv.DictReader(file)}

    def expect(self, code, words, *options):
        done = self.sweep(*options)
        self.assertEqual(code, done.returncode, done.stderr)
        self.assertIn(words, done.stderr)
        self.assertEqual(1, len(done.stderr.strip().splitlines()), done.stderr)


class Sweep(Folder):
    def test_products_have_a_deck_each(self):
        done = self.sweep("--over", "rbm.V.hidden=4,6", "--over", "campaign.seed=1:3:1")
        self.assertEqual(0, done.returncode, done.stderr)
        points = self.points()
        self.assertEqual({f"hidden{h}_seed{s}" for h in (4, 6) for s in (1, 2, 3)}, set(points))
        self.assertEqual(("6", "2", "2"), tuple(points["hidden6_seed2"][key] for key in ("rbm.V.hidden", "campaign.seed", "seed")))
        for name in points:
            self.assertEqual(0, campaign.blockspin("check", self.folder / "out" / f"{name}.ini").returncode)
        text = (self.folder / "out/hidden6_seed2.ini").read_text()
        for line in ("# A comment that stays.", "hidden = 6", "seed = 2", "archive = hidden6_seed2.h5",
                     "temperatures = 2, 3       # of all points"):
            self.assertIn(line, text.splitlines())

    def test_seeds_that_are_not_given_differ_and_stay_when_a_sweep_grows(self):
        self.assertEqual(0, self.sweep("--over", "rbm.V.hidden=4,6").returncode)
        few = self.points()
        self.assertEqual(0, self.sweep("--over", "rbm.V.hidden=3,4,6").returncode)
        many = self.points()
        self.assertEqual(3, len({row["seed"] for row in many.values()}))
        self.assertEqual([few[name]["seed"] for name in few], [many[name]["seed"] for name in few])

    def test_zip_takes_values_together(self):
        self.assertEqual(0, self.sweep("--over", "rbm.V.hidden=4|6,3", "--over", "rbm.V.epochs=1,2", "--zip").returncode)
        self.assertEqual({"hidden4_epochs1", "hidden6-3_epochs2"}, set(self.points()))
        self.expect(2, "as many values", "--over", "rbm.V.hidden=4,6", "--over", "rbm.V.epochs=1,2,3", "--zip")

    def test_what_is_wrong_is_told_and_leaves_nothing(self):
        self.expect(2, "two points would be the same", "--over", "rbm.V.hidden=4,4")
        self.expect(2, "two points would be the same", "--over", "rbm.V.learning_rate=0.1,0.10")
        self.expect(2, "needs --over")
        self.expect(2, "is given twice", "--over", "rbm.V.hidden=4", "--over", "rbm.V.hidden=5")
        self.expect(2, "section.key=values", "--over", "hidden=4")
        self.expect(3, "rbm.V.hiden", "--over", "rbm.V.hiden=4,5")
        self.expect(3, "rbm.V.hidden", "--over", "rbm.V.hidden=4,-1")
        self.expect(3, "no such section", "--over", "flow.V.steps=4")
        self.assertFalse((self.folder / "out").exists())

    def test_another_deck_of_a_points_name_is_not_replaced(self):
        self.assertEqual(0, self.sweep("--over", "rbm.V.hidden=4").returncode)
        self.deck.write_text(DECK.replace("epochs = 1", "epochs = 2"), encoding="utf-8")
        self.expect(2, "another deck of that name", "--over", "rbm.V.hidden=4")

    def test_files_beside_the_deck_are_found_from_the_folder(self):
        (self.folder / "own.txt").write_text("1 -1 1 1\n" * 200)
        self.deck.write_text("[campaign]\narchive = a.h5\nseed = 1\n[import.own]\nfile = own.txt\nmodel = none\n[rbm.V]\nsample = own\nhidden = 2\n"
                             "epochs = 1\n", encoding="utf-8")
        self.assertEqual(0, self.sweep("--over", "rbm.V.hidden=2,3").returncode)
        done = campaign.blockspin("run", self.folder / "out/hidden3.ini")
        self.assertEqual(0, done.returncode, done.stderr)


class Status(Folder):
    def states(self):
        done = campaign.blockspin("status", self.folder / "out")
        self.assertEqual(0, done.returncode, done.stderr)
        return {line.split()[0]: line.split(maxsplit=1)[1] for line in done.stdout.splitlines()}

    def test_every_state_has_its_word(self):
        self.assertEqual(0, self.sweep("--over", "rbm.V.epochs=1,100000000,2,3,4").returncode)
        out = self.folder / "out"
        done, stopped, stale = (out / f"epochs{n}.ini" for n in (1, 100000000, 2))
        self.assertEqual(0, campaign.blockspin("run", done).returncode)
        self.assertEqual(75, campaign.blockspin("run", stopped, "--walltime", "00:00:01").returncode)
        self.assertEqual(0, campaign.blockspin("run", stale).returncode)
        stale.write_text(stale.read_text().replace("configurations = 100", "configurations = 90"), encoding="utf-8")
        with open(out / "epochs3.h5.lock", "w", encoding="utf-8") as lock:
            lock.write("host elsewhere, process 12\n")
            lock.flush()
            fcntl.flock(lock, fcntl.LOCK_EX)
            states = self.states()
        self.assertTrue(states["epochs1"].startswith("done"), states)
        self.assertTrue(states["epochs100000000"].startswith("stopped"), states)
        self.assertTrue(states["epochs2"].startswith("stale"), states)
        self.assertTrue(states["epochs3"].startswith("running    host elsewhere, process 12"), states)
        self.assertTrue(states["epochs4"].startswith("not begun"), states)
        self.assertEqual("points: 1 done, 1 not begun, 1 running, 1 stale, 1 stopped", states["5"])

    def test_a_folder_without_a_table_is_refused(self):
        done = campaign.blockspin("status", self.folder)
        self.assertNotEqual(0, done.returncode)
        self.assertIn("points.csv", done.stderr)


if __name__ == "__main__":
    unittest.main()
