"""The package's exact curves against enumeration and published values."""

import itertools
import unittest

import numpy as np

from blockspin import exact


def enumerated_energies(n, m):
    """Energies of all 2^(n m) states of the n x m torus."""
    states = np.array(list(itertools.product((-1, 1), repeat=n * m)), dtype=np.int8).reshape(-1, n, m)
    return -(states * np.roll(states, 1, 1) + states * np.roll(states, 1, 2)).sum((1, 2), dtype=float)


def enumerated_energy(temperature, n, m):
    """Energy per spin of the n x m torus by summing over all states."""
    energy = enumerated_energies(n, m)
    weight = np.exp(-(energy - energy.min()) / temperature)
    return np.sum(weight * energy) / np.sum(weight) / (n * m)


class Exact(unittest.TestCase):
    def test_energy_is_the_enumerated_one(self):
        for n, m in ((3, 4), (4, 3), (4, 4)):
            for temperature in (0.5, 1.5, exact.T_C, 3.0, 10.0):
                self.assertAlmostEqual(enumerated_energy(temperature, n, m), exact.torus_energy(temperature, n, m), 12)

    def test_ring_energy_is_the_enumerated_one(self):
        states = np.array(list(itertools.product((-1, 1), repeat=9)))
        energy = -(states * np.roll(states, 1, 1)).sum(1)
        for temperature in (0.5, 2.0):
            weight = np.exp(-energy / temperature)
            expected = np.sum(weight * energy) / np.sum(weight) / 9
            self.assertAlmostEqual(expected, float(exact.energy(temperature, (9,))), 12)

    def test_ln_z_is_the_enumerated_one(self):
        for lattice in ((3, 3), (3, 4)):
            energies = enumerated_energies(*lattice)
            for t in (0.5, 1.0, 2.25, 6.0):
                expected = np.log(np.exp(-(energies - energies.min()) / t).sum()) - energies.min() / t
                self.assertAlmostEqual(float(exact.log_partition(t, lattice)), expected, places=8)

    def test_published_values_at_the_critical_point(self):
        # Ferdinand & Fisher (1969)
        self.assertAlmostEqual(-1.476242908, float(exact.torus_energy(exact.T_C, 10, 10)), 8)
        self.assertAlmostEqual(-1.423938390, float(exact.torus_energy(exact.T_C, 64, 64)), 8)
        self.assertAlmostEqual(2.19221139, float(exact.specific_heat(exact.T_C, (64, 64))), 5)

    def test_limits(self):
        np.testing.assert_allclose(exact.torus_energy([0.0, 0.01, np.inf], 10, 10), [-2, -2, 0])
        np.testing.assert_allclose(exact.infinite_magnetization([0.0, 3.0]), [1, 0])
        self.assertAlmostEqual(0.9113193775, float(exact.infinite_magnetization(2.0)), 9)

    def test_energy_temperature_is_the_inverse_of_the_energy(self):
        for lattice in ((10, 10), (4, 6), (12,)):
            for t in (0.7, 1.0, exact.T_C, 7.0, 1e3):
                self.assertAlmostEqual(1, exact.energy_temperature(exact.energy(t, lattice), lattice) / t, 9)
        self.assertAlmostEqual(0.05, exact.energy_temperature(-2.1, (10, 10)))

    def test_large_lattices_do_not_overflow(self):
        self.assertTrue(np.all(np.isfinite(exact.torus_energy([0.06, 1.0, exact.T_C, 100.0], 1024, 1024))))


if __name__ == "__main__":
    unittest.main()
