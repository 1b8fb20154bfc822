"""Every deck of input/ passes `check`, and what an archive does when it exists is what the interface says."""

import tempfile
import unittest
from pathlib import Path

import campaign

SMALL = Path(__file__).parent / "small.ini"


class Decks(unittest.TestCase):
    def test_every_deck_passes_check(self):
        decks = [deck for deck in sorted((campaign.ROOT / "input").glob("*.ini"))
                 if "[import" not in deck.read_text(encoding="utf-8")]  # those are for own_data_test.py
        self.assertTrue(decks)
        for deck in decks:
            with self.subTest(deck=deck.name):
                done = campaign.blockspin("check", deck, "--ranks", "4")
                self.assertEqual(0, done.returncode, done.stdout + done.stderr)


class SharedStarts(unittest.TestCase):
    def test_walkers_beyond_the_configurations_are_told(self):
        with tempfile.TemporaryDirectory() as folder:
            done = campaign.blockspin("run", SMALL, "--set", f"campaign.archive={folder}/small.h5", "--set",
                                      "flow.V.walkers=200", "--set", "flow.V.steps=1", ranks=2)
            self.assertEqual(0, done.returncode, done.stderr)
            self.assertEqual(1, done.stderr.count("flow.V: 200 walkers share the 120 configurations"), done.stderr)


class ExistingArchives(unittest.TestCase):
    def test_refused_resumed_overwritten(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "small.h5"
            campaign.run_deck(SMALL, path, 2)
            before = path.read_bytes()
            again = campaign.blockspin("run", SMALL, "--set", f"campaign.archive={path}", ranks=2)
            self.assertEqual(4, again.returncode, again.stderr)
            self.assertEqual(1, again.stderr.count("blockspin: error:"), again.stderr)
            self.assertEqual(before, path.read_bytes())
            scientific = campaign.fingerprint(path)
            for option in ("--resume", "--overwrite"):
                campaign.run_deck(SMALL, path, 3, option)
                self.assertEqual([], campaign.differences(scientific, campaign.fingerprint(path)), option)


if __name__ == "__main__":
    unittest.main()
