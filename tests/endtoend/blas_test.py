"""What archives owe to the BLAS: nothing to its threads; to the code that it chooses by the processor, what running.md says.

blas_test.py SHIM
"""

import os
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import h5py
import numpy as np

import campaign

DECK = Path(__file__).parent / "blas.ini"
SHIM = sys.argv[1]
SHIM_FIRST = "detect_leaks=0:verify_asan_link_order=0"  # in sanitizer builds
# Stages that runscripts/running.md names as those that agree to rounding errors only.
ROUNDED = {"thermometer", "spectrum", "flow", "kadanoff", "mcrg", "couplings", "relevance"}
FOUR_THREADS = {"OPENBLAS_NUM_THREADS": "4", "OMP_NUM_THREADS": "4"}
# Codes of OpenBLAS, and what a processor must have to run them.
CORES = {"Prescott": "pni", "Haswell": "avx2", "Zen": "avx2", "SkylakeX": "avx512f"}


def setUpModule():
    global folder, plain
    folder = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(folder.cleanup)
    plain = archive("plain", OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")


def archive(name, **environment):
    with mock.patch.dict(os.environ, environment):
        return campaign.run_deck(DECK, Path(folder.name) / f"{name}.h5", 1)


def differing(other):
    return campaign.differences(campaign.fingerprint(plain), campaign.fingerprint(other))


def codes():
    flags = next((line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("flags")), "").split()
    return [core for core, flag in CORES.items() if flag in flags]


class Blas(unittest.TestCase):
    def test_threads_change_nothing(self):
        self.assertEqual([], differing(archive("threads", **FOUR_THREADS)))

    @unittest.skipIf(len(os.sched_getaffinity(0)) < 2, "BLAS takes no more threads than there are cores")
    def test_threads_would_be_seen(self):
        """The twin: a program that leaves BLAS its threads."""
        changed = {path.split("/")[0] for path in differing(archive("unbound", LD_PRELOAD=SHIM, ASAN_OPTIONS=SHIM_FIRST, **FOUR_THREADS))}
        self.assertIn("spectrum", changed)
        self.assertLessEqual(changed, ROUNDED)

    def test_its_code_changes_roundings_of_the_stages_that_are_named(self):
        for core in codes():
            with self.subTest(core=core):
                other = archive(core, OPENBLAS_CORETYPE=core)
                self.assertLessEqual({path.split("/")[0] for path in differing(other)}, ROUNDED)
                with h5py.File(plain) as one, h5py.File(other) as two:
                    blas = list(two["provenance/run_1"].attrs["blas"])
                    self.assertTrue(any(f", {core}, 1 thread" in text for text in blas), blas)
                    for path in ("spectrum/V/singular_value", "mcrg/main/coupling/mean", "couplings/main/mean"):
                        np.testing.assert_allclose(two[path][()], one[path][()], rtol=1e-4, atol=1e-6, err_msg=path)

    def test_another_seed_changes_more(self):
        path = campaign.run_deck(DECK, Path(folder.name) / "seed.h5", 1, "--set", "campaign.seed=4")
        self.assertGreater({name.split("/")[0] for name in differing(path)}, ROUNDED)

    def test_the_record_names_it_and_a_resumed_run_tells_of_another(self):
        with h5py.File(plain) as file:
            run = file["provenance/run_1"].attrs
            for key in ("blas", "processors", "environment", "library_petsc", "library_slepc", "kernels"):
                self.assertIn(key, run)
            self.assertIn("OPENBLAS_NUM_THREADS=1", list(run["environment"]))
            if not any("Prescott" in text for text in run["blas"]):
                with mock.patch.dict(os.environ, OPENBLAS_CORETYPE="Prescott"):
                    done = campaign.blockspin("run", DECK, "--resume", "--set", f"campaign.archive={plain}")
                self.assertIn("warning: the archive's last run had blas", done.stderr)
        same = campaign.blockspin("run", DECK, "--resume", "--set", f"campaign.archive={plain}")
        self.assertNotIn("the archive's last run", same.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
