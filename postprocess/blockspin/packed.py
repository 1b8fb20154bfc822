"""Packed spins: site s (row major) is bit s % 8, least significant first, of byte s // 8; spin = 2 bit - 1."""

from typing import Optional

import numpy as np
from numpy.typing import ArrayLike, NDArray

from blockspin.arrays import Array

BLOCK = 1 << 14  # bytes that are looked up at once: some 0.3 MB beside the result

# Each byte's eight spins as one 64-bit word, as they stand in memory: one look-up a byte.
_BITS = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1, bitorder="little")
WORDS = (2 * _BITS.view(np.int8) - 1).view(np.uint64).ravel()


def unpack(packed: ArrayLike, n_sites: int, out: Optional[NDArray[np.int8]] = None) -> NDArray[np.int8]:
    """+-1 spins, int8, shape [..., n_sites], from packed bytes, uint8, shape [..., ceil(n_sites / 8)].

    `out`, of that shape and C-contiguous, takes the result where it is given.
    """
    rows = np.asarray(packed, dtype=np.uint8)
    shape = rows.shape[:-1] + (n_sites,)
    result = np.empty(shape, dtype=np.int8) if out is None else out
    if result.shape != shape or result.dtype != np.int8 or not result.flags.c_contiguous:
        raise ValueError(f"out is not int8, C-contiguous and of shape {shape}")
    if result.size:
        n_bytes = rows.shape[-1]
        _look_up(rows.reshape(-1, n_bytes), result.reshape(-1, n_sites))
    return result


def _look_up(rows: Array, result: Array) -> None:
    """[row, byte] into [row, site], a block of rows after another."""
    n_bytes, n_sites = rows.shape[1], result.shape[1]
    n_rows = max(1, BLOCK // n_bytes)
    for first in range(0, len(rows), n_rows):
        block = slice(first, first + n_rows)
        if n_sites == 8 * n_bytes and n_bytes <= BLOCK:
            np.take(WORDS, rows[block], out=result[block].view(np.uint64), mode="clip")
        else:
            _look_up_row(rows[block], result[block])


def _look_up_row(rows: Array, result: Array) -> None:
    """The same where rows end within a byte, or are longer than a block."""
    n_sites = result.shape[1]
    for first in range(0, rows.shape[1], BLOCK):
        spins = WORDS[rows[:, first:first + BLOCK]].view(np.int8)
        last = min(8 * (first + BLOCK), n_sites)
        result[:, 8 * first:last] = spins[:, :last - 8 * first]


def pack(spins: ArrayLike) -> Array:
    """The inverse of unpack; padding bits are zero."""
    return np.packbits(np.asarray(spins) > 0, axis=-1, bitorder="little")


def share(n_items: int, rank: int, size: int) -> slice:
    """The slice of 0..n_items that reader `rank` of `size` takes: contiguous, disjoint, sizes within one of equal.

    With mpi4py: `share(n, comm.rank, comm.size)`; with multiprocessing: one call a worker.
    """
    return slice(n_items * rank // size, n_items * (rank + 1) // size)
