"""Archives are the same bytes on 1, 2, 3 and 4 ranks; the comparison notices a single changed number."""

import sys
import tempfile
import unittest
from pathlib import Path

import campaign

DECKS = Path(__file__).parent


class RankCounts(unittest.TestCase):
    deck = ""  # the deck's name, from the command line

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def archive(self, ranks, *options):
        path = Path(self.folder.name) / f"n{ranks}{len(options)}.h5"
        return campaign.fingerprint(campaign.run_deck(DECKS / self.deck, path, ranks, *options))

    def test_every_rank_count_gives_the_same_bytes(self):
        one = self.archive(1)
        self.assertTrue(one)
        for ranks in (2, 3, 4):
            self.assertEqual([], campaign.differences(one, self.archive(ranks)), f"{ranks} ranks differ from one")
        other = self.archive(2, "--set", "campaign.seed=2")
        self.assertTrue(campaign.differences(one, other), "another seed must give another archive")


if __name__ == "__main__":
    RankCounts.deck = sys.argv.pop(1)
    unittest.main()
