"""What users read: help, results, stops, differences, costs, and no warning of what nobody has chosen."""

import re
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import campaign
from patience import patient

SCREEN = 24
LINES = 16  # of results
MACHINES = campaign.SMALL_SAMPLE + """[thermometer]
max_iterations = 20
[rbm.V]
hidden = 4
batch = 20
seeds = 15
[flow.V]
rbm = V
start = up, 3
steps = 5
[likelihood.V]
rbm = V
[mapping.Exact]
rbm = bond
temperature = 2
[mapping.V]
rbm = V
temperature = 2
[spectrum.V]
rbm = V
"""
REQUIRED = campaign.SMALL_SAMPLE.replace("4x4", "8x8").replace("2, 3", "2, 2.4, 3").replace("100", "300") + """[thermometer]
[rbm.V]
hidden = 16
[flow.V]
rbm = V
start = 2, up
[spectrum.V]
rbm = V
[receptive_field.V]
rbm = V
window = 4
[reconstruction.V]
rbm = V
[likelihood.V]
rbm = V
[mapping.V]
rbm = V
temperature = 2
[block.b]
sample = main
"""


class Words(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.deck = self.folder / "deck.ini"

    def run_deck(self, text, *options, code=0, ranks=None):
        self.deck.write_text(text, encoding="utf-8")
        done = campaign.blockspin("run", self.deck, *options, ranks=ranks)
        self.assertEqual(code, done.returncode, done.stdout + done.stderr)
        return done.stderr

    def wait_for_a_checkpoint(self, run):
        """A new one, written by `run`."""
        def names():
            return {path.name for path in self.folder.glob("run.h5.checkpoint-rbm.V-*") if ".tmp-" not in path.name}

        before, until = names(), time.monotonic() + patient(60)
        while names() <= before:
            self.assertIsNone(run.poll(), "the run ended first")
            self.assertLess(time.monotonic(), until, "no checkpoint")
            time.sleep(0.01)

    def test_help_has_one_entry_a_command(self):
        text = campaign.blockspin("--help").stdout
        names = re.findall(r"^  ([a-z]+) ", text, re.MULTILINE)
        self.assertEqual(sorted(set(names)), sorted(names))
        self.assertIn("verify", names)
        self.assertIn("A.h5 B.h5", campaign.blockspin("verify", "--help").stdout)

    def test_archives_that_differ_are_no_numerical_error(self):
        self.run_deck(campaign.SMALL_SAMPLE)
        self.run_deck(campaign.SMALL_SAMPLE, "--set", "campaign.archive=other.h5", "--set", "campaign.seed=4")
        self.assertEqual(6, campaign.blockspin("verify", self.folder / "run.h5", self.folder / "other.h5").returncode)
        self.assertEqual(0, campaign.blockspin("verify", self.folder / "run.h5", self.folder / "run.h5").returncode)

    def test_a_run_and_info_end_with_results(self):
        words = self.run_deck(MACHINES)
        at_end = words.split("blockspin: results:\n")[1]
        lines = at_end.splitlines()
        self.assertLessEqual(len(lines), LINES + 1, "with `done`")
        for pattern in (r"thermometer\.main: test cross entropy [\d.()]+ nats.*Bayes.* nats", r"rbm\.V_s1: after epoch 10 energy",
                        r"flow\.V_s1: ends at T .*: from all up [\d.()]+", r"likelihood\.V_s1: ln Z = [\d.]+, D_KL in nats",
                        r"mapping\.Exact: D_KL = 0 nats", r"more: .*1\d of rbm"):
            self.assertRegex(at_end, pattern)
        archive = self.folder / "run.h5"
        brief = campaign.blockspin("info", archive, "--brief").stdout
        self.assertEqual([line.removeprefix("blockspin:   ") for line in lines[:-1]], brief.splitlines())
        whole = campaign.blockspin("info", archive).stdout
        self.assertLessEqual(len(whole.splitlines()), SCREEN)
        self.assertTrue(set(brief.splitlines()) <= {line.strip() for line in whole.splitlines()})
        self.assertIn("learning_rate = 0.01", campaign.blockspin("info", archive, "--all").stdout)

    def test_a_stop_names_the_epoch_and_advises_what_was_given(self):
        text = campaign.SMALL_SAMPLE + "[rbm.V]\nhidden = 4\nepochs = 100000000\n"
        for options, advice in (([], "run the same command with --resume\n"), (["--resume"], "run the same command again\n"),
                                (["--overwrite"], "run the same command with --resume in place of --overwrite\n")):
            self.deck.write_text(text, encoding="utf-8")
            with subprocess.Popen([campaign.BLOCKSPIN, "run", self.deck, "--set", "campaign.checkpoint_interval=0.05", *options],
                                  stderr=subprocess.PIPE, text=True) as run:
                while "rbm.V: starts" not in run.stderr.readline():
                    self.assertIsNone(run.poll())
                self.wait_for_a_checkpoint(run)
                run.send_signal(signal.SIGTERM)
                words = run.communicate(timeout=patient(30))[1]
            self.assertEqual(75, run.returncode, words)
            self.assertRegex(words, r"rbm\.V: stopped by SIGTERM after [\d.]+ % of the work \(epoch \d+ of 100000000[^;\n]*\); "
                                    r"its state is saved; to go on, run")
            self.assertTrue(words.endswith(advice), words)

    def test_a_divergence_names_machine_epoch_and_key(self):
        text = campaign.SMALL_SAMPLE + "[rbm.V]\nhidden = 4, 2\nbatch = 20\nseeds = 2\nlayer_2.learning_rate = 1e6\n"
        for ranks in (1, 2):
            words = self.run_deck(text, "--overwrite", code=5, ranks=ranks)
            self.assertRegex(words, r"error: rbm\.V_s1: layer 2, 2 hidden units: training diverged in epoch 1, batch \d+: .*"
                                    r"weight_limit = 1000; a smaller learning_rate helps "
                                    r"\(\S*deck\.ini:13: rbm\.V_s1\.layer_2\.learning_rate\)")
            self.assertIn("rbm.V_s1: diverged in epoch 1\n", campaign.blockspin("info", self.folder / "run.h5", "--brief").stdout)

    def test_required_keys_alone_give_no_warning(self):
        for seed in range(1, 3):
            words = self.run_deck(REQUIRED, "--overwrite", "--set", f"campaign.seed={seed}")
            told = [line for line in words.splitlines() if "warning" in line and "more configurations help" not in line]
            self.assertEqual([], told, f"seed {seed}")

    def test_check_gives_the_time_on_so_many_ranks(self):
        self.deck.write_text(campaign.SMALL_SAMPLE + "[rbm.V]\nhidden = 1000\nepochs = 100000\n[spectrum.V]\nrbm = V\n", encoding="utf-8")
        times = {}
        for ranks in (1, 4):
            text = campaign.blockspin("check", self.deck, "--ranks", ranks).stdout
            self.assertNotIn("factor of two", text)
            header = next(line for line in text.splitlines() if line.startswith("# stage"))
            place = header.index(" time ", header.index("core time") + 9)
            row = next(line for line in text.splitlines() if line.startswith("# in all"))
            times[ranks] = row[place - 9: place + 5].strip()
        self.assertNotEqual(times[1], times[4])

    def test_values_out_of_range_are_told_what_their_key_allows(self):
        for value in ("18446744073709551616", "x"):
            self.deck.write_text(campaign.SMALL_SAMPLE + f"[rbm.V]\nhidden = {value}\n", encoding="utf-8")
            self.assertIn("each a whole number, from 1 to 1048576", campaign.blockspin("check", self.deck).stderr)
        self.deck.write_text(campaign.SMALL_SAMPLE.replace("run.h5", "'a b.h5'"), encoding="utf-8")
        self.assertIn("archive = a b.h5\n", campaign.blockspin("check", self.deck).stdout)


if __name__ == "__main__":
    unittest.main()
