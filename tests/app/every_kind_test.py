"""Every kind of stage is stopped by stop_test.py, and is part of the campaign of all stages. every_kind_test.py PROGRAM"""

import ast
import re
import subprocess
import sys
import unittest
from pathlib import Path

PROGRAM = sys.argv[1]
TESTS = Path(__file__).resolve().parents[1]
SETTINGS = {"campaign", "model", "parallel"}
# As fast as its configurations are read: there is no form that takes long without a file of many gigabytes.
READERS = {"block"}


def kinds_of_program():
    text = subprocess.run([PROGRAM, "parameters"], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"^\[(\w+)", text, re.MULTILINE)) - SETTINGS


def kinds_stopped(source):
    """Sections of the tables LONG_FORMS of stop_test.py."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "LONG_FORMS":
            return {key.value.split(".")[0] for key in node.value.keys}
    return set()


def kinds_of_deck(text):
    return set(re.findall(r"^\[(\w+)", text, re.MULTILINE))


class EveryKind(unittest.TestCase):
    def test_is_known_at_all(self):
        self.assertGreaterEqual(len(kinds_of_program()), 12)

    def test_is_stopped(self):
        stopped = kinds_stopped((TESTS / "app/stop_test.py").read_text(encoding="utf-8"))
        self.assertEqual(set(), kinds_of_program() - stopped - READERS, "missing from LONG_FORMS of tests/app/stop_test.py")

    def test_is_part_of_the_campaign_of_all_stages(self):
        deck = (TESTS / "disturbance/every_stage.ini").read_text(encoding="utf-8")
        self.assertEqual(set(), kinds_of_program() - kinds_of_deck(deck), "missing from tests/disturbance/every_stage.ini")

    def test_fails_where_one_is_missing(self):
        self.assertEqual({"sample"}, kinds_stopped('LONG_FORMS = {"sample.long": "", "sample.b": ""}'))
        self.assertEqual({"campaign", "rbm"}, kinds_of_deck("[campaign]\nseed = 1\n[rbm.V]\n# [flow]\n"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
