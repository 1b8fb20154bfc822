"""Every command of the package ends with one line where a file is missing, is no archive, or has nothing for it."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import campaign

PACKAGE = Path(campaign.__file__).resolve().parents[2] / "postprocess/blockspin"
DECK = "[campaign]\nseed = 1\narchive = a.h5\n[model]\nlattice = 4x4\n[sample]\ntemperatures = 2.0, 3.0\nconfigurations = 50\n"
OF_ANY_ARCHIVE = {"blockspin.export", "blockspin.figures", "blockspin.report"}


def commands():
    """Modules that are started by `python3 -m`."""
    files = [path for path in PACKAGE.rglob("*.py") if 'if __name__ == "__main__"' in path.read_text(encoding="utf-8")]
    return sorted(".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__main__") for path in files)


def run(module, *arguments, cwd):
    environment = os.environ | {"PYTHONPATH": str(PACKAGE.parent)}
    return subprocess.run([sys.executable, "-B", "-m", module, *map(str, arguments)], cwd=cwd, env=environment,
                          capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


class Commands(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = Path(scratch.name)
        (cls.folder / "text.h5").write_text("no archive\n", encoding="utf-8")
        (cls.folder / "deck.ini").write_text(DECK, encoding="utf-8")
        campaign.run_deck(cls.folder / "deck.ini", cls.folder / "a.h5", None)

    def fails_in_one_line(self, module, name):
        done = run(module, name, cwd=self.folder)
        self.assertEqual(1, done.returncode, module + done.stderr)
        self.assertEqual(1, len(done.stderr.splitlines()), done.stderr)
        self.assertTrue(done.stderr.startswith(f"{module}: "), done.stderr)
        self.assertIn(name, done.stderr)

    def test_all_commands_are_found(self):
        self.assertLessEqual(OF_ANY_ARCHIVE | {"blockspin.mcrg", "blockspin.learned_blocking", "blockspin.iso2018"}, set(commands()))

    def test_a_file_that_is_not_there(self):
        for module in commands():
            self.fails_in_one_line(module, "nowhere.h5")

    def test_a_file_that_is_no_archive(self):
        for module in commands():
            self.fails_in_one_line(module, "text.h5")

    def test_an_archive_without_what_is_wanted(self):
        before = set(self.folder.iterdir())
        for module in sorted(set(commands()) - OF_ANY_ARCHIVE):
            self.fails_in_one_line(module, "a.h5")
        self.assertEqual(before, set(self.folder.iterdir()))
        for module in sorted(OF_ANY_ARCHIVE):  # the twin
            self.assertEqual(0, run(module, "a.h5", cwd=self.folder).returncode, module)


if __name__ == "__main__":
    unittest.main()
