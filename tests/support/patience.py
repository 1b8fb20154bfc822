"""Deadlines of tests: stated as for an idle machine, longer beside other work (BLOCKSPIN_TEST_PATIENCE, see CMakeLists.txt)."""

import os

PATIENCE = float(os.environ.get("BLOCKSPIN_TEST_PATIENCE", "1"))


def patient(seconds):
    return PATIENCE * seconds
