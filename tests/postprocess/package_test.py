"""The package as it is installed: its version, its type hints, and pip in a fresh environment without a network."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import blockspin
import campaign
from patience import patient

PACKAGE = campaign.ROOT / "postprocess"
COMMANDS = ("blockspin-figures", "blockspin-report", "blockspin-export")


def run(*command, cwd=None):
    """A command that does not see PYTHONPATH."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=patient(120), check=False,
                          cwd=cwd, env=environment)


def has(*modules):
    return all(importlib.util.find_spec(module) for module in modules)


class Package(unittest.TestCase):
    def test_the_version_is_that_of_the_project(self):
        project = re.search(r"project\(blockspin VERSION (\S+)", (campaign.ROOT / "CMakeLists.txt").read_text())
        self.assertEqual(project[1], blockspin.__version__)

    @unittest.skipUnless(has("venv", "pip", "ensurepip", "setuptools", "wheel"), "venv")
    def test_pip_installs_it_without_a_network(self):
        with tempfile.TemporaryDirectory() as folder:
            source, environment = Path(folder) / "postprocess", Path(folder) / "venv"
            shutil.copytree(PACKAGE, source, ignore=shutil.ignore_patterns("__pycache__", "reference"))
            python = self.made(environment)
            done = run(python, "-m", "pip", "install", "--no-index", "--no-deps", "--no-build-isolation", source)
            self.assertEqual(0, done.returncode, done.stdout + done.stderr)
            told = run(python, "-c", "import blockspin; print(blockspin.__version__, blockspin.__file__)", cwd=folder)
            self.assertEqual(blockspin.__version__, told.stdout.split()[0], told.stderr)
            self.assertTrue(told.stdout.split()[1].startswith(str(environment)), told.stdout)
            for command in COMMANDS:
                done = run(environment / "bin" / command, "--help", cwd=folder)
                self.assertEqual(0, done.returncode, done.stderr)
                self.assertIn(f"usage: {command}", done.stdout)

    def made(self, environment):
        """The python of a new environment that sees the system's packages, and not those of PYTHONPATH."""
        done = run(sys.executable, "-m", "venv", "--system-site-packages", environment)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        return environment / "bin/python"

    @unittest.skipUnless(has("mypy"), "mypy")
    def test_type_hints_are_kept(self):
        done = self.checked(PACKAGE)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)

    @unittest.skipUnless(has("mypy"), "mypy")
    def test_a_wrong_type_and_a_missing_hint_are_seen(self):
        with tempfile.TemporaryDirectory() as folder:
            package = Path(folder) / "postprocess"
            shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__", "reference", "examples"))
            (package / "blockspin/wrong.py").write_text(
                "from blockspin import share\n\nWRONG: str = share(1, 0, 1)\n\n\ndef bare(x):\n    return x\n")
            done = self.checked(package)
        self.assertIn('wrong.py:3: error: Incompatible types in assignment', done.stdout)
        self.assertIn('wrong.py:6: error: Function is missing a type annotation', done.stdout)

    def checked(self, package):
        with tempfile.TemporaryDirectory() as cache:
            return run(sys.executable, "-m", "mypy", "--cache-dir", cache, cwd=package)


if __name__ == "__main__":
    unittest.main()
