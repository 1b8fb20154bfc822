"""A stage that is added by one class and one row of the list of kinds works like every other. toy_test.py MPIRUN PROGRAM"""

import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import h5py

MPIRUN, PROGRAM = sys.argv[1:3]
DECK = "[campaign]\narchive = toy.h5\nseed = 1\ncheckpoint_interval = 0.05\n[toy]\n"


def run(folder, keys, *options, command="run", **more):
    deck = Path(folder) / "deck.ini"
    deck.write_text(DECK + keys, encoding="utf-8")
    return subprocess.run([MPIRUN, "-n", "2", PROGRAM, command, str(deck), *options], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, check=False, env={**os.environ, **more})


def stored_sum(folder):
    with h5py.File(Path(folder) / "toy.h5") as file:
        return int(file["toy/main/sum"][()])


class ToyStage(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = scratch.name

    def test_runs_grows_and_is_described(self):
        self.assertEqual(run(self.folder, "terms = 100\n").returncode, 0)
        self.assertEqual(stored_sum(self.folder), 5050)
        done = run(self.folder, "terms = 200\n", "--resume")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(stored_sum(self.folder), 20100)
        with h5py.File(Path(self.folder) / "toy.h5") as file:
            self.assertEqual(file["toy/main"].attrs["terms"], "200")
            self.assertEqual(file["toy/main/sum"].attrs["description"], "sum of the first whole numbers")
            self.assertNotIn("model.lattice", file["toy/main"].attrs, "no model enters it")

    def test_states_of_another_meaning_are_passed_over(self):
        self.assertEqual(run(self.folder, "terms = 100\n").returncode, 0)
        same = run(self.folder, "terms = 150\n", "--resume")
        self.assertNotIn("passed over", same.stderr)
        later = run(self.folder, "terms = 200\n", "--resume", TOY_IS_LATER="1")
        self.assertEqual(later.returncode, 0, later.stderr)
        self.assertIn("checkpoint passed over, made from what has changed since", later.stderr)
        self.assertEqual(stored_sum(self.folder), 20100)

    def test_is_checked_and_listed(self):
        self.assertIn("[toy]", subprocess.run([PROGRAM, "parameters"], capture_output=True, text=True, check=True).stdout)
        bad = run(self.folder, "term = 3\n", command="check")
        self.assertEqual(bad.returncode, 3)
        self.assertIn("nearest: terms", bad.stderr)

    def test_stops_and_is_resumed(self):
        terms = 10**12  # hours
        (Path(self.folder) / "deck.ini").write_text(DECK + f"terms = {terms}\n", encoding="utf-8")
        process = subprocess.Popen([MPIRUN, "-n", "2", PROGRAM, "run", f"{self.folder}/deck.ini"], text=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        while not list(Path(self.folder).glob("toy.h5.checkpoint-*")):  # ctest's limit ends a loop that finds none
            time.sleep(0.05)
        process.send_signal(signal.SIGUSR1)
        _, words = process.communicate()
        self.assertEqual(process.returncode, 75, words)
        again = run(self.folder, f"terms = {terms}\n", "--resume", "--walltime", "00:00:01")
        self.assertEqual(again.returncode, 75, again.stderr)
        self.assertIn("continues from a checkpoint", again.stdout + again.stderr)

    def test_a_forgotten_row_is_an_error(self):
        done = run(self.folder, "forget_a_row = on\n")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no row of its stage declares the dataset product", done.stderr)
        self.assertFalse((Path(self.folder) / "toy.h5").exists())

    def test_a_forgotten_stream_is_an_error(self):
        done = run(self.folder, "forget_a_stream = on\n")
        self.assertEqual(done.returncode, 1)
        self.assertIn("toy.main: draws from random stream 1025, which its streams() do not declare", done.stderr)
        self.assertFalse((Path(self.folder) / "toy.h5").exists())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
