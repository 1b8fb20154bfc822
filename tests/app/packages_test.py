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
         "dpkg-query": 'echo missing', "sudo": '[ "$1" = -n ] && shift; "$@"', "id": "echo 0"}


class Packages(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        for name, text in NAMES.items():
            path = self.folder / name
            path.write_text("#!/bin/bash\n" + text + "\n", encoding="utf-8")
            path.chmod(0o755)

    def install(self, lists, code):
        environment = {**os.environ, "PATH": f"{self.folder}:{os.environ['PATH']}", "FAKE": str(self.folder),
                       "FAKE_CODE": str(code), "TMPDIR": str(self.folder)}
        words = f"source {ROOT}/runscripts/install_packages.sh; install_packages {lists}"
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", words], env=environment, capture_output=True, text=True,
                              check=False, timeout=patient(20))
        asked = (self.folder / "asked").read_text(encoding="utf-8").splitlines()
        return done.returncode, (done.stdout + done.stderr).splitlines(), asked[-1].split()

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
