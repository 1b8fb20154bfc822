"""Sweeps: a deck a point with seeds of their own, a table, and how far each point is."""

import csv
import fcntl
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import h5py
import numpy as np

import campaign
from patience import patient

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


def wait_for(condition, process):
    until = time.time() + patient(60)
    while not condition():
        assert process.poll() is None, "it ended first"
        assert time.time() < until, "not in time"
        time.sleep(0.01)


def listens(process):
    """Whether the program has put up its handler of SIGTERM, which it does before all else."""
    lines = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8").splitlines()
    caught = next(line.split()[1] for line in lines if line.startswith("SigCgt:"))
    return int(caught, 16) >> (signal.SIGTERM - 1) & 1


def stopped(condition, *arguments):
    """Exit status and words of a command that gets SIGTERM once condition(process) holds."""
    with subprocess.Popen([campaign.BLOCKSPIN, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True) as process:
        wait_for(lambda: condition(process), process)
        process.send_signal(signal.SIGTERM)
        words = process.communicate(timeout=patient(60))[0]
    return process.returncode, words


class Folder(unittest.TestCase):
    def setUp(self):
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.folder = Path(held.name)
        self.out = self.folder / "out"
        self.deck = self.folder / "base.ini"
        self.deck.write_text(DECK, encoding="utf-8")

    def sweep(self, *options, output="out"):
        return campaign.blockspin("sweep", self.deck, *options, "--output", self.folder / output)

    def swept(self, *options):
        done = self.sweep(*options)
        self.assertEqual(0, done.returncode, done.stderr)
        return self.points()

    def points(self):
        with (self.out / "points.csv").open(encoding="utf-8") as file:
            return {row["point"]: row for row in csv.DictReader(file)}

    def lines(self, point):
        return (self.out / f"{point}.ini").read_text(encoding="utf-8").splitlines()

    def contents(self):
        return {path.name: path.read_bytes() for path in self.out.iterdir()}

    def expect(self, code, words, *options):
        done = self.sweep(*options)
        self.assertEqual(code, done.returncode, done.stderr)
        self.assertIn(words, done.stderr)
        self.assertEqual(1, len(done.stderr.strip().splitlines()), done.stderr)


class Points(Folder):
    def test_products_have_a_deck_each(self):
        points = self.swept("--over", "rbm.V.hidden=4,6", "--over", "campaign.seed=1:3:1")
        self.assertEqual({f"hidden{h}_seed{s}" for h in (4, 6) for s in (1, 2, 3)}, set(points))
        self.assertEqual(("6", "2", "2"), tuple(points["hidden6_seed2"][key] for key in ("rbm.V.hidden", "campaign.seed", "seed")))
        for name in points:
            self.assertEqual(0, campaign.blockspin("check", self.out / f"{name}.ini").returncode)
        for line in ("# A comment that stays.", "hidden = 6", "seed = 2", "archive = hidden6_seed2.h5",
                     "temperatures = 2, 3       # of all points"):
            self.assertIn(line, self.lines("hidden6_seed2"))

    def test_seeds_that_are_not_given_differ_and_stay_when_a_sweep_grows(self):
        few = self.swept("--over", "rbm.V.hidden=4,6")
        many = self.swept("--over", "rbm.V.hidden=3,4,6")
        self.assertEqual(3, len({row["seed"] for row in many.values()}))
        self.assertEqual([few[name]["seed"] for name in few], [many[name]["seed"] for name in few])

    def test_a_seed_that_is_swept_is_that_of_the_point_however_it_is_written(self):
        points = self.swept("--over", "campaign.main.seed=11,12")
        self.assertEqual({"seed11": "11", "seed12": "12"}, {name: row["seed"] for name, row in points.items()})
        self.assertIn("seed = 12", self.lines("seed12"))
        self.expect(2, "are the same, written in two ways", "--over", "campaign.main.seed=1,2", "--over", "campaign.seed=1,2")

    def test_points_have_archives_of_their_own_names(self):
        for path in ("campaign.archive", "campaign.main.archive"):
            self.expect(2, "each point has an archive of its own name", "--over", f"{path}=a.h5,b.h5")

    def test_zip_takes_values_together(self):
        points = self.swept("--over", "rbm.V.hidden=4|6,3", "--over", "rbm.V.epochs=1,2", "--zip")
        self.assertEqual({"hidden4_epochs1", "hidden6-3_epochs2"}, set(points))
        self.assertEqual("6,3", points["hidden6-3_epochs2"]["rbm.V.hidden"])
        self.expect(2, "as many values", "--over", "rbm.V.hidden=4,6", "--over", "rbm.V.epochs=1,2,3", "--zip")

    def test_colons_of_a_value_make_no_range(self):
        self.deck.write_text(DECK.replace("[sample]", "[sample]\nmax_sweeps = 1000"), encoding="utf-8")
        points = self.swept("--over", "sample.target_error=energy:0.1,energy:0.2")
        self.assertEqual(["energy:0.1", "energy:0.2"], [row["sample.target_error"] for row in points.values()])
        self.expect(2, "is not a range", "--over", "rbm.V.hidden=4:6")

    def test_what_is_wrong_is_told_with_its_place_and_point_and_leaves_nothing(self):
        self.expect(2, "two points would have the same name", "--over", "rbm.V.hidden=4,4")
        self.expect(2, "two points would be the same", "--over", "rbm.V.learning_rate=0.1,0.10")
        self.expect(2, "needs --over")
        self.expect(2, "is given twice", "--over", "rbm.V.hidden=4", "--over", "rbm.V.hidden=5")
        self.expect(2, "section.key=values", "--over", "hidden=4")
        self.expect(2, "a deck cannot hold the value 'a # b'", "--over", "campaign.title=a # b")
        self.expect(3, "rbm.V.hiden", "--over", "rbm.V.hiden=4,5")
        self.expect(3, "--over: rbm.V.hidden: '-1' is negative or no whole number (at the point hidden-1)", "--over", "rbm.V.hidden=4,-1")
        self.expect(3, "base.ini:10: rbm.V.batch: is larger than the data, 4 configurations (at the point configurations2)",
                    "--over", "sample.configurations=1000,2")
        self.expect(3, "--over: flow.V.steps: the deck has no such section", "--over", "flow.V.steps=4")
        self.expect(3, "the file system refuses", "--over", f"campaign.title={'x' * 250}")
        self.assertFalse(self.out.exists())

    def test_decks_that_need_several_ranks_are_made_by_one(self):
        self.deck.write_text(DECK + "[parallel]\ndomains = 2\n", encoding="utf-8")
        self.swept("--over", "rbm.V.hidden=4,6")
        done = campaign.blockspin("status", self.out)
        self.assertIn("2 points: 2 not begun", done.stdout, done.stderr)

    def test_a_stop_leaves_what_the_same_command_completes(self):
        code, words = stopped(listens, "sweep", self.deck, "--over", "campaign.seed=1:3:1", "--output", self.out)
        self.assertEqual(75, code, words)
        self.assertIn("stopped by SIGTERM", words)
        self.assertFalse(self.out.exists())
        self.swept("--over", "campaign.seed=1:3:1")
        code, words = stopped(listens, "status", self.out)
        self.assertEqual(75, code, words)
        self.assertIn("stopped by SIGTERM", words)


class Files(Folder):
    def test_another_deck_of_a_points_name_is_not_replaced(self):
        self.swept("--over", "rbm.V.hidden=4")
        self.deck.write_text(DECK.replace("epochs = 1", "epochs = 2"), encoding="utf-8")
        before = self.contents()
        self.expect(4, "hidden4.ini: is another deck of that name", "--over", "rbm.V.hidden=3,4")
        self.assertEqual(before, self.contents())

    def test_new_points_join_those_of_the_same_keys(self):
        first = self.swept("--over", "rbm.V.hidden=4|6,3")
        both = self.swept("--over", "rbm.V.hidden=3,4")
        self.assertEqual(["hidden4", "hidden6-3", "hidden3"], list(both))
        self.assertEqual(first, {name: both[name] for name in first})

    def test_a_table_of_something_else_is_not_replaced(self):
        for text, words in (("x,y\n1,2\n", "points.csv: is no table of a sweep"),
                            ("point,deck,archive,seed,rbm.V.epochs\n", "over other keys, rbm.V.epochs"),
                            ("point,deck,archive,seed,rbm.V.hidden\nhidden4,hidden4.ini\n", "line 2 is no row of 5 columns"),
                            ("point,deck,archive,seed,rbm.V.hidden\nhidden4,hidden4.ini,hidden4.h5,1,4\n", "has another point hidden4, of seed 1")):
            self.out.mkdir(exist_ok=True)
            (self.out / "points.csv").write_text(text, encoding="utf-8")
            before = self.contents()
            self.expect(4, words, "--over", "rbm.V.hidden=4")
            self.assertEqual(before, self.contents())

    def test_comments_of_changed_lines_stay_and_a_byte_order_mark_goes(self):
        text = DECK.replace("hidden = 4", "hidden = 4   # of one layer").replace("lattice = 4x4", "lattice = 4x4\n[parallel]").replace("\n", "\r\n")
        self.deck.write_bytes(b"\xef\xbb\xbf" + text.encode())
        self.swept("--over", "rbm.V.hidden=6")
        made = (self.out / "hidden6.ini").read_bytes()
        self.assertIn(b"\r\nhidden = 6   # of one layer\r\n", made)
        self.assertIn(b"\r\narchive = hidden6.h5\r\n", made)
        self.assertNotIn(b"\xef\xbb\xbf", made)

    def test_files_beside_the_deck_are_found_from_the_folder(self):
        np.savetxt(self.folder / "own data.txt", np.tile([1, -1, 1, 1], (200, 1)), fmt="%d")
        np.savetxt(self.folder / "other.txt", np.tile([1, 1, 1, -1], (200, 1)), fmt="%d")
        np.savetxt(self.folder / "labels.txt", np.repeat([2.0, 3.0], 100))
        np.save(self.folder / "weights.npy", np.full((4, 2), 0.1, dtype=np.float32))
        self.deck.write_text("[campaign]\narchive = a.h5\nseed = 1\ntitle = other.txt\n[import.own]\nfile = 'own data.txt'  # quoted\nmodel = none\n"
                             "temperatures = labels.txt\n[rbm.V]\nsample = own\nhidden = 2\nepochs = 1\nstart_file = weights.npy\n", encoding="utf-8")
        self.swept("--over", "import.own.file='own data.txt',other.txt")
        text = self.lines("fileother.txt")
        self.assertIn("title = other.txt", text)  # a file's name, and no file
        self.assertIn(f"file = {self.folder}/other.txt  # quoted", text)
        self.assertIn(f"temperatures = {self.folder}/labels.txt", text)
        self.assertIn(f"start_file = {self.folder}/weights.npy", text)
        for deck in self.out.glob("*.ini"):
            done = campaign.blockspin("run", deck)
            self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn("2 points: 2 done", campaign.blockspin("status", self.out).stdout)
        np.savetxt(self.folder / "other.txt", np.tile([1, 1, -1, -1], (200, 1)), fmt="%d")
        self.assertRegex(campaign.blockspin("status", self.out).stdout, r"fileother.txt +stale .*import.own.file_hash")

    def test_datasets_of_a_file_are_no_files(self):
        with h5py.File(self.folder / "own.h5", "w") as file:
            file["spins"] = np.tile(np.int8([1, -1, 1, 1]), (200, 1))
            file["labels"] = np.repeat([2.0, 3.0], 100)
        (self.folder / "labels").write_text("a file of that name", encoding="utf-8")
        self.deck.write_text("[campaign]\narchive = a.h5\nseed = 1\n[import.own]\nfile = own.h5\ndataset = spins\nmodel = none\ntemperatures = labels\n",
                             encoding="utf-8")
        self.swept("--over", "campaign.seed=1,2")
        self.assertIn("temperatures = labels", self.lines("seed1"))
        self.assertIn(f"file = {self.folder}/own.h5", self.lines("seed1"))

    def test_a_file_that_is_not_there_is_told_by_its_path(self):
        self.deck.write_text("[campaign]\narchive = a.h5\nseed = 1\n[import.own]\nfile = own.txt\nmodel = none\n", encoding="utf-8")
        self.expect(4, f"base.ini:5: import.own.file: {self.folder}/own.txt: ", "--over", "campaign.seed=1,2")


class Status(Folder):
    def states(self):
        done = campaign.blockspin("status", self.out)
        self.assertEqual(0, done.returncode, done.stderr)
        return {line.split()[0]: line.split(maxsplit=1)[1] for line in done.stdout.splitlines()}

    def run_point(self, name, code=0):
        done = campaign.blockspin("run", self.out / f"{name}.ini", "--resume")
        self.assertEqual(code, done.returncode, done.stderr)

    def checkpoints(self, name):
        return [path for path in self.out.glob(f"{name}.h5.checkpoint-rbm.V-*") if ".tmp-" not in path.name]

    def stop_training(self, name):
        code, words = stopped(lambda _: self.checkpoints(name), "run", self.out / f"{name}.ini")
        self.assertEqual(75, code, words)

    def change(self, name, old, new):
        deck = self.out / f"{name}.ini"
        text = deck.read_text(encoding="utf-8")
        self.assertIn(old, text)
        deck.write_text(text.replace(old, new), encoding="utf-8")

    def expect_states(self, expected):
        states = self.states()
        for name, words in expected.items():
            self.assertRegex(states[name], words, name)

    def test_work_and_what_became_of_it(self):
        self.deck.write_text(DECK.replace("seed = 7", "seed = 7\ncheckpoint_interval = 0.1"), encoding="utf-8")
        self.swept("--over", "rbm.V.epochs=1,100000000,2,3,4")
        for name in ("epochs1", "epochs2"):
            self.run_point(name)
        self.stop_training("epochs100000000")
        self.change("epochs2", "configurations = 100", "configurations = 90")
        with open(self.out / "epochs3.h5.lock", "w", encoding="utf-8") as lock:
            lock.write("host elsewhere, process 12\n")
            lock.flush()
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.expect_states({"epochs1": "^done", "epochs100000000": "^stopped +1 of 2 stages, with a checkpoint", "epochs4": "^not begun",
                                "epochs2": "^stale .*configurations: '90' in the deck, '100' in the archive",
                                "epochs3": "^running    host elsewhere, process 12",
                                "5": "^points: 1 done, 1 not begun, 1 running, 1 stale, 1 stopped$"})

    def test_what_a_deck_asks_for_anew_is_not_done(self):
        self.swept("--over", "rbm.V.epochs=1,2,3,4")
        for name in ("epochs1", "epochs2", "epochs3", "epochs4"):
            self.run_point(name)
        self.change("epochs1", "epochs = 1", "epochs = 5")
        self.change("epochs2", "configurations = 100", "configurations = 200")
        self.change("epochs3", "seed = ", "seed = 1")
        with (self.out / "epochs4.ini").open("a", encoding="utf-8") as deck:
            deck.write("[spectrum]\nrbm = V\n")
        self.expect_states({"epochs1": "^grows +1 of 2 stages, 1 to extend$", "epochs2": "^grows +0 of 2 stages, 1 to extend, 1 to make again$",
                            "epochs3": "^stale .*campaign.seed", "epochs4": "^partial +2 of 3 stages$"})
        done = campaign.blockspin("run", self.out / "epochs2.ini", "--resume", "--set", "rbm.V.sample=main")
        self.assertEqual(0, done.returncode, done.stderr)
        self.expect_states({"epochs2": "^done"})

    def test_trainings_that_diverged_have_failed(self):
        self.swept("--over", "rbm.V.learning_rate=1e6,0.01")
        self.run_point("learning_rate1e6", code=5)
        self.expect_states({"learning_rate1e6": r"^failed +rbm.V: diverged in epoch 1", "learning_rate0.01": "^not begun"})
        self.change("learning_rate1e6", "= 1e6", "= 0.01")
        self.expect_states({"learning_rate1e6": "^partial +1 of 2 stages"})

    def test_work_whose_checkpoints_are_damaged_is_not_stopped(self):
        self.deck.write_text(DECK.replace("seed = 7", "seed = 7\ncheckpoint_interval = 0.1"), encoding="utf-8")
        self.swept("--over", "rbm.V.epochs=100000000,1")
        self.stop_training("epochs100000000")
        checkpoints = sorted(self.checkpoints("epochs100000000"))
        for path, words in zip(checkpoints, ["^stopped"] * (len(checkpoints) - 1) + ["^damaged +rbm.V: none of its checkpoints is whole"]):
            content = bytearray(path.read_bytes())
            content[len(content) // 2] ^= 1
            path.write_bytes(content)
            self.expect_states({"epochs100000000": words, "epochs1": "^not begun"})

    def test_faults_of_one_point_do_not_hide_the_others(self):
        self.swept("--over", "rbm.V.epochs=1,2,3,4")
        (self.out / "epochs1.ini").unlink()
        self.change("epochs2", "hidden = 4", "hiden = 4")
        (self.out / "epochs3.h5").write_bytes(b"no archive")
        self.expect_states({"epochs1": "^no deck +.*epochs1.ini", "epochs2": "^deck error .*epochs2.ini:11: rbm.V.hiden", "epochs3": "^damaged ",
                            "epochs4": "^not begun", "4": "^points: 1 damaged, 1 deck error, 1 no deck, 1 not begun$"})

    def test_a_folder_without_a_table_is_refused(self):
        for folder in (self.folder, self.folder / "none"):
            done = campaign.blockspin("status", folder)
            self.assertEqual((4, f"blockspin: error: {folder}: is no folder of a sweep: it has no points.csv\n"),
                             (done.returncode, done.stderr))
        (self.folder / "points.csv").write_text("a table of something else\n", encoding="utf-8")
        done = campaign.blockspin("status", self.folder)
        self.assertEqual((4, f"blockspin: error: {self.folder / 'points.csv'}: is no table of a sweep\n"), (done.returncode, done.stderr))


if __name__ == "__main__":
    unittest.main()
