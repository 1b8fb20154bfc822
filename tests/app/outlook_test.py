"""`check` says what `run --resume` would do with an archive that exists, and what this machine does not have; the run then does
it."""

import tempfile
import unittest
from pathlib import Path

import campaign

DECK = campaign.SMALL_SAMPLE + "[rbm.V]\nhidden = 4\nepochs = 2\nbatch = 20\nseeds = 2\n"


class Outlook(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.deck = Path(scratch.name) / "deck.ini"
        self.write(DECK)

    def write(self, text):
        self.deck.write_text(text, encoding="utf-8")

    def check(self, *settings):
        options = [word for setting in settings for word in ("--set", setting)]
        done = campaign.blockspin("check", self.deck, *options)
        self.assertEqual(0, done.returncode, done.stderr)
        return done

    def actions(self, *settings):
        lines = self.check(*settings).stdout.split("would do\n")[1].split("\n\n")[0].splitlines()
        return {line.split()[1]: line.split(maxsplit=2)[2] for line in lines}

    def run_deck(self):
        return campaign.run_deck(self.deck, self.deck.with_name("run.h5"), None, "--resume")

    def stop_at_checkpoint(self, stage, *options):
        return campaign.stop_at_checkpoint(self.deck, self.deck.with_name("run.h5"), stage, *options)

    def files(self):
        return {path.name: path.read_bytes() for path in self.deck.parent.iterdir()}

    def test_every_action(self):
        self.assertNotIn("would do", self.check().stdout)
        self.run_deck()
        self.assertTrue(all("skipped" in action for action in self.actions().values()))
        grown = self.actions("sample.configurations=200")
        self.assertEqual("extended", grown["sample.main"])
        self.assertIn("and 1 more", grown["rbm.V_s1"])
        self.assertIn("computed again", grown["rbm.V_s1"])
        self.assertIn("1 computed; 2 skipped", self.actions("rbm.V.seeds=3")["rbm.V_s1"].replace("skipped, since it is complete",
                                                                                               "skipped"))

    def test_a_refusal_names_the_key_as_the_run_does(self):
        self.run_deck()
        said = self.check("rbm.V.hidden=5").stdout
        self.assertIn("`run --resume` would refuse this deck", said)
        done = campaign.blockspin("run", self.deck, "--resume", "--set", "rbm.V.hidden=5")
        self.assertEqual(4, done.returncode, done.stderr)
        for text in (said, done.stderr):
            self.assertIn("rbm.V_s1.hidden: '5' in the deck, '4' in the archive", text)

    def test_another_seed_is_refused_as_the_run_refuses_it(self):
        self.run_deck()
        said = self.check("campaign.seed=4").stdout
        self.assertIn("`run --resume` would refuse this deck", said)
        self.assertIn("campaign.seed: 4 in the deck, 3 in the archive", said)
        done = campaign.blockspin("run", self.deck, "--resume", "--set", "campaign.seed=4")
        self.assertEqual(4, done.returncode, done.stderr)

    def test_unfinished_work_without_an_archive(self):
        self.write(DECK.replace("configurations = 100", "configurations = 100000000"))
        self.stop_at_checkpoint("sample.main-")
        self.assertFalse(self.deck.with_name("run.h5").exists())
        self.assertIn("continued from a checkpoint", self.actions()["sample.main"])
        for setting in ("campaign.seed=4", "sample.interval=7"):
            said = self.check(setting).stdout
            done = campaign.blockspin("run", self.deck, "--resume", "--set", setting)
            self.assertEqual(4, done.returncode, done.stderr)
            errors = [line.split("error: ")[1] for line in done.stderr.splitlines() if "error: " in line]
            self.assertTrue(errors)
            for error in errors:
                self.assertIn(error.removeprefix("sample.main: "), said)

    def test_work_beyond_the_deck_is_refused_as_the_run_refuses_it(self):
        self.write(DECK.replace("configurations = 100", "configurations = 100000000\nequilibration = 10\ninterval = 1"))
        self.stop_at_checkpoint("sample.main-")
        self.refused_alike("sample.configurations=10", "sample.main.configurations: '10' in the deck, and more is done")

    def test_a_training_beyond_the_deck_is_refused_as_the_run_refuses_it(self):
        self.write(DECK.replace("seeds = 2", "judge_interval = 1").replace("epochs = 2", "epochs = 10000000"))
        self.stop_at_checkpoint("rbm.V-")
        self.assertIn("continued from a checkpoint", self.actions()["rbm.V"])
        self.refused_alike("rbm.V.epochs=1", "rbm.V.epochs: contradicts what is trained")
        self.refused_alike("rbm.V.learning_rate=0.5", "rbm.V.learning_rate: contradicts what is trained: epoch 1 had the rate 0.01")

    def refused_alike(self, setting, message):
        said = self.check(setting).stdout
        self.assertIn("`run --resume` would refuse this deck", said)
        done = campaign.blockspin("run", self.deck, "--resume", "--set", setting)
        self.assertEqual(4, done.returncode, done.stderr)
        for text in (said, done.stderr):
            self.assertIn(message, text)

    def test_what_auto_became_may_stand_in_the_deck_of_a_longer_run(self):
        self.write(DECK.replace("seeds = 2", "precision = float32"))  # as auto is on processors without matrix units
        auto = "rbm.V.precision=auto"
        archive = self.deck.with_name("run.h5")
        campaign.run_deck(self.deck, archive, None, "--set", auto)
        if "auto.precision = float32" not in campaign.blockspin("info", archive, "--all").stdout:
            self.skipTest("this processor has matrix units")
        for epochs in (4, 6):
            self.assertEqual("extended", self.actions(f"rbm.V.epochs={epochs}")["rbm.V"])
            done = campaign.blockspin("run", self.deck, "--resume", "--set", f"rbm.V.epochs={epochs}")
            self.assertEqual(0, done.returncode, done.stderr)
            self.assertIn("rbm.V: continues from a checkpoint", done.stderr)
        self.assertEqual("extended", self.actions("rbm.V.epochs=8", auto)["rbm.V"])

    def test_what_auto_became_in_a_layer_may_stand_in_the_deck(self):
        self.write(DECK.replace("hidden = 4", "hidden = 4, 2").replace("seeds = 2", "stack_input = samples"))
        self.run_deck()
        if "auto.layer_2.precision = float32" not in campaign.blockspin("info", self.deck.with_name("run.h5"), "--all").stdout:
            self.skipTest("this processor has matrix units")
        same, other = "rbm.V.layer_2.precision=float32", "rbm.V.layer_2.precision=bfloat16"
        self.assertEqual("skipped", self.actions(same)["rbm.V"].split(":")[0].split(",")[0])
        self.assertIn("would refuse this deck", self.check(other).stdout)
        self.assertEqual("extended", self.actions(same, "rbm.V.epochs=4")["rbm.V"])
        done = campaign.blockspin("run", self.deck, "--resume", "--set", same, "--set", "rbm.V.epochs=4")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn("rbm.V: continues from a checkpoint", done.stderr)
        self.assertEqual("extended", self.actions("rbm.V.epochs=6")["rbm.V"])

    def test_a_stage_to_extend_is_refused_as_the_run_refuses_it(self):
        """The checkpoint of the end is of more than the archive has: a longer run was stopped."""
        self.write(DECK.replace("seeds = 2", "judge_interval = 0"))
        self.run_deck()
        self.stop_at_checkpoint("rbm.V", "--set", "rbm.V.epochs=10000000", "--resume")
        self.assertEqual("extended", self.actions("rbm.V.epochs=10000000")["rbm.V"])
        self.refused_alike("rbm.V.epochs=3", "rbm.V.epochs: contradicts what is trained")

    def test_an_extension_without_its_checkpoint_is_told(self):
        self.run_deck()
        for path in self.deck.parent.glob("run.h5.checkpoint-rbm.V*"):
            path.unlink()
        self.assertIn("extended, from its beginning", self.actions("rbm.V.epochs=4")["rbm.V_s1"])

    def test_what_changed_keys_do_is_told_of_what_stays_or_is_left_out(self):
        self.write(DECK.replace("seeds = 2", "judge_interval = 1\nsnapshots = 1, 2"))
        self.run_deck()
        fewer = ("rbm.V.snapshots=2", "rbm.V.judge_interval=2")
        said = self.check(*fewer).stdout
        self.assertEqual(2, said.count("; what is complete stays as it is"), said)
        said = self.check(*fewer, "rbm.V.epochs=4").stdout
        self.assertIn("in the archive; the longer run leaves out the snapshot after epoch 1", said)
        self.assertIn("in the archive; the longer run leaves out the judgement after epoch 1", said)
        said = self.check(*fewer, "sample.configurations=200").stdout
        self.assertIn("computed again", said)
        self.assertNotIn("stays as it is", said)

    def test_an_overwrite_under_way_is_what_a_run_would_go_on_with(self):
        self.run_deck()
        long = ("--set", "sample.configurations=100000000")
        self.stop_at_checkpoint("sample.main-", *long, "--overwrite", "--force")
        self.assertTrue(self.deck.with_name("run.h5").exists())
        actions = self.actions("sample.configurations=100000000")
        self.assertEqual("continued from a checkpoint", actions["sample.main"])
        self.assertEqual("computed", actions["rbm.V_s1"].replace(" and 1 more", "").split()[-1])

    def test_a_refused_overwrite_leaves_all_as_it_was(self):
        self.run_deck()
        before = self.files()
        self.assertTrue(any("checkpoint" in name for name in before))
        for ranks in (None, 2):
            done = campaign.blockspin("run", self.deck, "--overwrite", "--set", "sample.configurations=1000000000", "--set",
                                      "model.lattice=4096x4096", ranks=ranks)
            self.assertEqual(4, done.returncode, done.stderr)
            self.assertIn("--force runs all the same", done.stderr)
            self.assertEqual(before, self.files())

    def test_a_changed_title_is_told(self):
        self.run_deck()
        done = campaign.blockspin("run", self.deck, "--resume", "--set", "campaign.title=Another")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn("the archive keeps the title that it was made with", done.stderr)

    def test_more_than_this_machine_has(self):
        warned = self.check("sample.configurations=1000000000", "model.lattice=4096x4096").stderr
        self.assertIn("1 rank needs", warned)
        self.assertIn("the archive and its copy need", warned)
        self.assertEqual(2, warned.count("`run` refuses it without --force"))
        large = ["run", self.deck, "--walltime", "00:00:01", "--set", "sample.configurations=1000000000", "--set",
                 "model.lattice=4096x4096"]
        for ranks in (None, 2):
            done = campaign.blockspin(*large, ranks=ranks)
            self.assertEqual(4, done.returncode, done.stderr)
            self.assertEqual(1, done.stderr.count("error: "), done.stderr)
            self.assertIn("of memory, and this machine has", done.stderr)
            self.assertIn("--force runs all the same", done.stderr)
        self.assertNotIn("need", self.check().stderr)

    def test_verify_passes_force_on(self):
        """A training diverges before the stage comes that needs more than any machine has."""
        self.write(DECK.replace("4x4", "32x32") + "[rbm.W]\nhidden = 4\nepochs = 3\nbatch = 20\nlearning_rate = 1e30\n"
                   "[sample.large]\ntemperatures = 1:10:0.01\nconfigurations = 1000000000\n")
        for options, code in ([], 4), (["--force"], 5):
            done = campaign.blockspin("verify", self.deck, "--rounds", "1", *options)
            self.assertEqual(code, done.returncode, done.stderr)
            self.assertEqual(code == 4, "--force runs all the same" in done.stderr, done.stderr)


if __name__ == "__main__":
    unittest.main()
