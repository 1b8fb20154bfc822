"""The pages of the two studies say what the reference files say: their tables, and every number with an error in their text."""

import re
import unittest

import campaign
from blockspin.iso2018 import table
from blockspin.seeds import pm

REFERENCE = campaign.ROOT / "postprocess/reference"
ENDS = REFERENCE / "iso2018_ends.csv"
WITH_ERROR = re.compile(r"\d+\.\d+\(\d+\)")


def text(name):
    return (REFERENCE / name).read_text()


def first_verdicts():
    """The rows of mehta2014.txt that come first of their claim and verdict, under its head."""
    lines = text("mehta2014.txt").split("# Verdicts\n")[1].splitlines()
    rows = {}
    for line in lines[2:]:
        claim, *_, verdict = line.strip("| ").split(" | ")
        rows.setdefault((claim, verdict), line)
    return "\n".join([*lines[:2], *rows.values()])


def numbers_of_iso2018():
    """Every number with its error, as the verdicts and the ends have it."""
    numbers = set(WITH_ERROR.findall(text("iso2018_verdicts.txt")))
    for line in text("iso2018_verdicts.txt").splitlines():
        if not line.startswith("#"):
            *_, value, error, _ = line.split(" | ")
            numbers.add(pm(abs(float(value)), float(error)))
    for row in table.rows(ENDS):
        for measure in ("energy_temperature", "mean_temperature", "bayes_temperature"):
            numbers.add(pm(float(row[measure]), float(row[f"{measure}_error"])))
    return numbers


class Pages(unittest.TestCase):
    def test_the_table_of_ends_is_that_of_the_reference(self):
        self.assertIn(table.markdown(ENDS), text("iso2018.md"))

    def test_the_table_of_claims_is_that_of_the_reference(self):
        self.assertIn(first_verdicts(), text("mehta2014.md"))

    def test_numbers_in_the_text_are_those_of_the_reference(self):
        known = {"iso2018.md": numbers_of_iso2018(), "mehta2014.md": set(WITH_ERROR.findall(text("mehta2014.txt"))),
                 "mcrg.md": set(WITH_ERROR.findall(text("mcrg.txt") + text("mcrg_million.txt") + text("filter.txt") + text("filter_weights.txt") + text("rg_plane.txt"))),
                 "relevance.md": set(WITH_ERROR.findall(text("relevance.txt") + text("relevance_rows.txt")))}
        for page, numbers in known.items():
            self.assertEqual(set(), set(WITH_ERROR.findall(text(page))) - numbers, page)
        front = set(WITH_ERROR.findall((campaign.ROOT / "README.md").read_text()))
        self.assertTrue(front)
        self.assertEqual(set(), front - set.union(*known.values()))

    def test_another_number_is_seen(self):
        self.assertNotIn("2.411(9)", numbers_of_iso2018())
        self.assertNotIn(table.markdown(ENDS), text("iso2018.md").replace("2.410(4)", "2.411(9)"))


if __name__ == "__main__":
    unittest.main()
