"""What the program prints arrives, or its exit code says so; text of an archive can neither move the cursor nor forge a line."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import campaign
import h5py

FORGED = "\x1b[31mred\nblockspin: done"


class Output(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.scratch.cleanup)
        cls.deck = Path(cls.scratch.name) / "deck.ini"
        cls.deck.write_text(campaign.SMALL_SAMPLE, encoding="utf-8")
        cls.archive = campaign.run_deck(cls.deck, Path(cls.scratch.name) / "run.h5", None)

    def test_a_full_disk_is_told(self):
        for arguments in (["check", self.deck], ["info", self.archive], ["info", "--check", self.archive], ["parameters"],
                          ["--version"], ["--help"]):
            with self.subTest(arguments=arguments), open("/dev/full", "w") as full:
                done = subprocess.run([campaign.BLOCKSPIN, *map(str, arguments)], stdout=full, stderr=subprocess.PIPE, text=True,
                                      check=False)
                self.assertEqual(1, done.returncode, done.stderr)
                self.assertEqual(1, done.stderr.count("No space left on device"), done.stderr)

    def test_a_forged_title_stays_in_its_line(self):
        forged = shutil.copy(self.archive, self.archive.with_name("forged.h5"))
        with h5py.File(forged, "a") as file:
            file.attrs["title"] = FORGED
        text = campaign.blockspin("info", forged)
        self.assertEqual(0, text.returncode, text.stderr)
        self.assertIn('"\\x1b[31mred\\x0ablockspin: done"', text.stdout.splitlines()[0])
        self.assertFalse(any(ord(c) < 32 and c != "\n" for c in text.stdout))
        self.assertEqual(FORGED, json.loads(campaign.blockspin("info", "--json", forged).stdout)["title"])

    def test_a_variable_with_several_lines_is_one_record(self):
        with mock.patch.dict(os.environ, BLOCKSPIN_NOTE="one\nBLOCKSPIN_FORGED=two\x1b[31m"):
            archive = campaign.run_deck(self.deck, self.archive.with_name("variable.h5"), 2)
        with h5py.File(archive) as file:
            kept = [text for text in file["provenance/run_1"].attrs["environment"] if "FORGED" in text]
        self.assertEqual(["BLOCKSPIN_NOTE=one\\x0aBLOCKSPIN_FORGED=two\\x1b[31m"], kept)

    def test_an_override_holds_no_control_characters(self):
        done = campaign.blockspin("check", self.deck, "--set", f"campaign.title={FORGED}")
        self.assertEqual(2, done.returncode, done.stderr)
        self.assertIn("--set: the option holds control characters", done.stderr)


if __name__ == "__main__":
    unittest.main()
