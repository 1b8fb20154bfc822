"""Reading in parallel: the spin correlation function G(r) along the axes, at every temperature of a sample.

    python3 correlation.py ARCHIVE [SAMPLE]
    mpirun -n 4 python3 correlation.py ARCHIVE [SAMPLE]        (needs mpi4py; Debian: python3-mpi4py)

Every reader opens the file for itself and reads only its share of the configurations.
"""

import sys

import numpy as np

import blockspin

try:
    from mpi4py import MPI

    comm = MPI.COMM_WORLD
except ImportError:
    comm = None


def pair_sums(spins):
    """Sum over configurations of s(x) s(x + r), averaged over sites and axes, for r = 0 ... L/2."""
    n_axes = spins.ndim - 1
    reach = min(spins.shape[1:]) // 2
    spins = spins.astype(float)
    return np.array([
        sum((spins * np.roll(spins, r, axis=1 + axis)).mean(axis=tuple(range(1, n_axes + 1))).sum() for axis in range(n_axes))
        / n_axes
        for r in range(reach + 1)
    ])


def main():
    rank, size = (comm.rank, comm.size) if comm else (0, 1)
    with blockspin.open_archive(sys.argv[1]) as archive:
        sample = archive.sample(*sys.argv[2:3])
        n = sample.open("configuration").shape[1]
        mine = blockspin.share(n, rank, size)
        sums = np.array([pair_sums(sample.configurations(t, mine)) for t in sample.temperature])
        total = comm.reduce(sums) if comm else sums
        if rank == 0:
            print("T      G(0) G(1) ...")
            for temperature, row in zip(sample.temperature, total / n):
                print(f"{temperature:<6g} " + " ".join(f"{value:.4f}" for value in row))


if __name__ == "__main__":
    main()
