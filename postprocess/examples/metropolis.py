"""Own data: a plain Metropolis program writes configurations of the Ising model for [import].

    python3 metropolis.py FILE [SEED]        writes FILE, a .npy file of [temperature, configuration, y, x], values -1 and 1

Every configuration is the end of a chain of its own, so configurations are independent of each other. Half of the chains
start with all spins up, half with all spins down; in between them lies a wall that no chain of a finite length must cross.
"""

import sys

import numpy as np

SIDE = 8
TEMPERATURES = np.arange(1.5, 3.51, 0.25)  # the deck input/own_data.ini has the same
CHAINS = 400
SWEEPS = 300


def sweep(spins, temperature, random):
    """One update of every spin: first of the even squares of the chessboard, then of the odd ones."""
    parity = np.add.outer(np.arange(SIDE), np.arange(SIDE)) % 2
    for colour in (0, 1):
        neighbours = sum(np.roll(spins, shift, axis) for shift in (-1, 1) for axis in (-2, -1))
        rise = 2.0 * spins * neighbours  # of the energy, if the spin turns
        turns = random.random(spins.shape) < np.exp(-np.maximum(rise, 0) / temperature)
        spins[turns & (parity == colour)] *= -1


def chains(temperature, random):
    """The ends of all chains at one temperature, int8 [chain, y, x]."""
    spins = np.ones((CHAINS, SIDE, SIDE), dtype=np.int8)
    spins[CHAINS // 2:] = -1
    for _ in range(SWEEPS):
        sweep(spins, temperature, random)
    return spins


def main():
    random = np.random.default_rng(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    np.save(sys.argv[1], np.stack([chains(t, random) for t in TEMPERATURES]))


if __name__ == "__main__":
    main()
