"""Configurations as +-1 arrays: the same whatever the way, by slices and in blocks, and memory that is no more than the result."""

import shutil
import tempfile
import tracemalloc
import unittest
from pathlib import Path

import h5py
import numpy as np

import blockspin
import campaign
from blockspin.packed import BLOCK, pack, unpack

SHARE = 1.1  # of the result's memory at the most
DECK = """[campaign]
archive = run.h5
seed = 3
[model]
lattice = {lattice}
[sample]
temperatures = 2, 3
configurations = {configurations}
replicas = 64
equilibration = 1
interval = 1
"""


def setUpModule():
    global scratch
    folder = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(folder.cleanup)
    scratch = Path(folder.name)


def archive_of(lattice, configurations):
    path = scratch / f"{lattice}.h5"
    if not path.exists():
        (scratch / "deck.ini").write_text(DECK.format(lattice=lattice, configurations=configurations), encoding="utf-8")
        campaign.run_deck(scratch / "deck.ini", path, 1)
    return blockspin.open_archive(path)


def plainly(rows, n_sites):
    """+-1 spins by numpy's own unpacking."""
    return 2 * np.unpackbits(rows, axis=-1, bitorder="little")[..., :n_sites].astype(np.int8) - 1


def peak_of(use):
    """(result, bytes at the peak)"""
    tracemalloc.start()
    try:
        return use(), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


class Unpacking(unittest.TestCase):
    def test_every_length_of_a_row(self):
        random = np.random.default_rng(1)
        for n_sites in (1, 7, 8, 9, 100, 1024, 8 * BLOCK, 8 * BLOCK + 8, 8 * BLOCK + 3):
            rows = random.integers(0, 256, (2, 3, -(-n_sites // 8)), dtype=np.uint8)
            np.testing.assert_array_equal(plainly(rows, n_sites), unpack(rows, n_sites))
        spins = unpack(pack(np.ones((5, 0, 9))), 9)
        self.assertEqual((5, 0, 9), spins.shape)

    def test_into_an_array_of_the_caller(self):
        rows = np.random.default_rng(2).integers(0, 256, (50, 16), dtype=np.uint8)
        out = np.empty((50, 128), dtype=np.int8)
        self.assertIs(out, unpack(rows, 128, out=out))
        np.testing.assert_array_equal(plainly(rows, 128), out)
        for wrong in (out[:, ::-1], out[:10], out.astype(np.int16)):
            with self.assertRaisesRegex(ValueError, "out is not"):
                unpack(rows, 128, out=wrong)


class Configurations(unittest.TestCase):
    def test_slices_and_blocks_are_parts_of_the_whole(self):
        with archive_of("6x5", 200) as archive:
            sample = archive.sample()
            expected = plainly(sample["configuration"], 30).reshape(2, 200, 6, 5)
            np.testing.assert_array_equal(expected, sample.configurations())
            for part in (slice(3, 50), slice(None, None, 7), slice(-5, None), slice(190, 500), slice(5, 5)):
                np.testing.assert_array_equal(expected[1, part], sample.configurations(3, part))
                np.testing.assert_array_equal(expected[:, part], sample.configurations(part=part))
            for temperature, which in ((None, (0, 1)), (3, (1,))):
                blocks = list(sample.blocks(temperature, size=64))
                self.assertEqual([(t, first) for t in which for first in (0, 64, 128, 192)],
                                 [(block.temperature, block.first) for block in blocks])
                np.testing.assert_array_equal(expected[list(which)].reshape(-1, 6, 5),
                                              np.concatenate([block.spins for block in blocks]))

    def test_chains_and_cubes(self):
        for lattice, shape in (("9", (2, 100, 9)), ("3x4x5", (2, 100, 3, 4, 5))):
            with archive_of(lattice, 100) as archive:
                sample = archive.sample()
                spins = sample.configurations()
                self.assertEqual(shape, spins.shape)
                np.testing.assert_allclose(spins.reshape(2, 100, -1).mean(2), sample["magnetization"], atol=1e-14)

    def test_memory_is_that_of_the_result(self):
        for lattice, configurations in (("64x64", 4000), ("50x50", 5000)):
            with archive_of(lattice, configurations) as archive:
                spins, peak = peak_of(archive.sample().configurations)
                self.assertEqual(2 * configurations, spins.size // np.prod(archive.sample().lattice))
                self.assertLess(peak, SHARE * spins.nbytes)
                one, peak = peak_of(lambda archive=archive: archive.sample().configurations(2))
                self.assertLess(peak, SHARE * one.nbytes)

    def test_a_second_array_would_be_seen(self):
        with archive_of("64x64", 4000) as archive:
            packed = archive["sample/main/configuration"]
            spins, peak = peak_of(lambda: plainly(packed, 4096))
            self.assertGreater(peak, SHARE * spins.nbytes)

    def test_blocks_take_the_memory_of_a_block(self):
        with archive_of("64x64", 4000) as archive:
            sample = archive.sample()
            total, peak = peak_of(lambda: sum(block.spins.astype(np.int64).sum() for block in sample.blocks(size=100)))
            self.assertLess(peak, 30 * 100 * 4096)
            self.assertEqual(total, round(sample["magnetization"].sum() * 4096))

    def test_compressed_configurations_are_read(self):
        with archive_of("6x5", 200) as archive:
            expected = archive.sample().configurations()
        shutil.copy(scratch / "6x5.h5", scratch / "packed.h5")
        with h5py.File(scratch / "packed.h5", "r+") as file:
            rows = file["sample/main/configuration"][()]
            del file["sample/main/configuration"]
            file["sample/main"].create_dataset("configuration", data=rows, chunks=(1, 150, 4), compression="gzip")
        with blockspin.open_archive(scratch / "packed.h5") as archive:
            np.testing.assert_array_equal(expected, archive.sample().configurations())


if __name__ == "__main__":
    unittest.main()
