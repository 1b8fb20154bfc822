"""Packed spins: site s (row major) is bit s % 8, least significant first, of byte s // 8; spin = 2 bit - 1."""

import numpy as np


def unpack(packed, n_sites):
    """+-1 spins, int8, shape [..., n_sites], from packed bytes, uint8, shape [..., ceil(n_sites / 8)]."""
    bits = np.unpackbits(np.asarray(packed, dtype=np.uint8), axis=-1, count=n_sites, bitorder="little")
    return 2 * bits.view(np.int8) - 1


def pack(spins):
    """The inverse of unpack; padding bits are zero."""
    return np.packbits(np.asarray(spins) > 0, axis=-1, bitorder="little")


def share(n_items, rank, size):
    """The slice of 0..n_items that reader `rank` of `size` takes: contiguous, disjoint, sizes within one of equal.

    With mpi4py: `share(n, comm.rank, comm.size)`; with multiprocessing: one call a worker.
    """
    return slice(n_items * rank // size, n_items * (rank + 1) // size)
