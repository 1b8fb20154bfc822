"""Debian packages are installed in a line or two, the test library for tests only, and the program builds without it.

packages_test.py ROOT CMAKE
"""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from patience import patient

ROOT, CMAKE = Path(sys.argv[1]), sys.argv[2]
LINES = 2000  # what apt prints on a new machine
NAMES = {"apt-get": f'for i in $(seq {LINES}); do echo "Unpacking part $i"; done; echo "$@" >> "$FAKE/asked"; exit "$FAKE_CODE"',
         "dpkg-query": 'case "$FAKE_MISSING" in all|"${@: -1}") echo missing;; *) echo installed;; esac',
         "sudo": '[ "$FAKE_ID" = 0 ] || exit 1; [ "$1" = -n ] && shift; "$@"', "id": 'echo "$FAKE_ID"'}


class Packages(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        for name, text in NAMES.items():
            path = self.folder / name
            path.write_text("#!/bin/bash\n" + text + "\n", encoding="utf-8")
            path.chmod(0o755)

    def call(self, words, code=0, user=0, missing="all"):
        """Exit code and lines of `words`, where apt ends with `code`, for a user with that number."""
        environment = {**os.environ, "PATH": f"{self.folder}:{os.environ['PATH']}", "FAKE": str(self.folder),
                       "FAKE_CODE": str(code), "FAKE_ID": str(user), "FAKE_MISSING": missing, "TMPDIR": str(self.folder)}
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", f"source {ROOT}/runscripts/install_packages.sh; {words}"],
                              env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
                              timeout=patient(20))
        return done.returncode, (done.stdout + done.stderr).splitlines()

    def install(self, lists, code):
        ended, lines = self.call(f"install_packages {lists}", code)
        asked = (self.folder / "asked").read_text(encoding="utf-8").splitlines()
        return ended, lines, asked[-1].split()

    def test_one_line_is_shown_and_a_log_has_the_rest(self):
        code, lines, asked = self.install("", 0)
        self.assertEqual((0, 1), (code, len(lines)), lines)
        self.assertTrue({"install", "cmake", "python3-h5py"} <= set(asked), asked)
        log, = self.folder.glob("blockspin-packages-*.log")
        self.assertIn(str(log), lines[0])
        self.assertEqual(2 * LINES, len(log.read_text(encoding="utf-8").splitlines()))

    def test_a_failure_shows_the_end_of_the_log(self):
        code, lines, _ = self.install("", 100)
        self.assertEqual(1, code)
        self.assertIn(f"Unpacking part {LINES}", lines)
        self.assertLess(len(lines), 24)

    def test_the_test_library_is_for_tests(self):
        self.assertNotIn("libgtest-dev", self.install("", 0)[2])
        self.assertIn("libgtest-dev", self.install("test_packages.txt", 0)[2])
        self.assertIn("\ninstall_packages\n", (ROOT / "runscripts/quickstart.sh").read_text(encoding="utf-8"))

    def test_without_root_only_what_the_build_needs_must_be_there(self):
        steps = [line for line in (ROOT / "runscripts/test.sh").read_text(encoding="utf-8").splitlines()
                 if line.startswith("install_")]
        for missing, ends_with in (("libgtest-dev", 1), ("cmake", 1), ("chromium", 0), ("python3-pandas", 0), ("none", 0)):
            code, lines = self.call("; ".join([*steps, "echo goes on"]), user=1000, missing=missing)
            self.assertEqual(ends_with, code, lines)
            self.assertEqual(ends_with == 0, "goes on" in lines, lines)
            self.assertEqual(missing != "none", any(missing in line for line in lines), lines)
        self.assertFalse((self.folder / "asked").exists(), "apt was called without root")

    def test_what_tests_can_do_without_does_not_end_them(self):
        code, lines = self.call("install_optional_packages optional_test_packages.txt; echo goes on", code=100)
        self.assertEqual(0, code, lines)
        self.assertIn("goes on", lines)
        self.assertTrue(any("skipped" in line and "chromium" in line for line in lines), lines)

    def test_the_program_is_configured_without_the_test_library(self):
        configure = (ROOT / "runscripts/quickstart.sh").read_text(encoding="utf-8")
        line, = [line for line in configure.splitlines() if "cmake --preset release" in line]
        options = line.split("cmake --preset release", 1)[1].split()
        done = subprocess.run([CMAKE, "-S", ROOT, "-B", self.folder / "build", "-G", "Ninja", *options,
                               "-D", "CMAKE_DISABLE_FIND_PACKAGE_GTest=ON"], capture_output=True, text=True, check=False,
                              timeout=patient(60))
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
