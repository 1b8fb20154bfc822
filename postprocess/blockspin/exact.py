"""Exact results on rings and periodic square lattices, J = k_B = 1, zero field.

Kaufman, Phys. Rev. 76, 1232 (1949); Ferdinand & Fisher, Phys. Rev. 185, 832 (1969); Yang, Phys. Rev. 85, 808 (1952).
"""

import numpy as np

from blockspin.arrays import Array, Lattice, Number, Numbers

T_C = 2.0 / np.log1p(np.sqrt(2.0))
GROUND_STATE_BELOW = 0.05  # where the energy is -2 to double precision, and cosh 2K would overflow soon


def energy(temperature: Numbers, lattice: Lattice) -> Array:
    """Energy per spin of a ring or torus at each temperature (scalar or array); lattice = (n,) or (n, m)."""
    return ring_energy(temperature, *lattice) if len(lattice) == 1 else torus_energy(temperature, *lattice)


def energy_temperature(value: Number, lattice: Lattice, low: float = 0.05, high: float = 1e6) -> float:
    """The temperature at which the mean energy per spin is `value`; of a value beyond those between the two, the nearer."""
    for _ in range(200):
        middle = np.sqrt(low * high)
        low, high = (middle, high) if energy(middle, lattice) < value else (low, middle)
    return float(np.sqrt(low * high))


def specific_heat(temperature: Numbers, lattice: Lattice, step: float = 1e-4) -> Array:
    """Specific heat per spin, de/dT, by a central difference of the exact energy (relative error about 1e-7)."""
    t = np.asarray(temperature, dtype=float)
    warm = np.maximum(t, 2 * GROUND_STATE_BELOW)
    slope = (energy(warm + step, lattice) - energy(warm - step, lattice)) / (2 * step)
    return np.where(t > 2 * GROUND_STATE_BELOW, slope, 0.0)


def ring_energy(temperature: Numbers, n: int) -> Array:
    """Energy per spin of the ring, from Z = (2 cosh K)^n + (2 sinh K)^n."""
    t = np.asarray(temperature, dtype=float)
    tanh = np.tanh(1.0 / np.maximum(t, GROUND_STATE_BELOW))
    return -tanh * (1 + tanh ** (n - 2)) / (1 + tanh**n)


def torus_energy(temperature: Numbers, n: int, m: int) -> Array:
    """Energy per spin of the n x m torus at each temperature (scalar or array)."""
    return np.vectorize(lambda t: _torus_energy(t, n, m), otypes=[float])(temperature)


def log_partition(temperature: Numbers, lattice: Lattice, nodes: int = 200) -> Array:
    """ln Z at each temperature > 0: N ln 2 less the integral of the energy over 0 ... 1/T (Gauss and Legendre)."""
    n, (x, weight) = int(np.prod(lattice)), np.polynomial.legendre.leggauss(nodes)

    def one(t: float) -> float:
        beta = (1 + x) / (2 * t)  # inverse temperatures from 0 to 1/t
        return n * np.log(2.0) - n * np.sum(weight * energy(1 / beta, lattice)) / (2 * t)
    return np.vectorize(one, otypes=[float])(temperature)


def infinite_magnetization(temperature: Numbers) -> Array:
    """Yang's spontaneous magnetisation of the infinite lattice; 0 from T_c on."""
    t = np.asarray(temperature, dtype=float)
    below = np.where((t > GROUND_STATE_BELOW) & (t < T_C), t, 1.0)
    ordered = (1.0 - np.sinh(2.0 / below) ** -4.0).clip(min=0.0) ** 0.125
    return np.where(t <= GROUND_STATE_BELOW, 1.0, np.where(t < T_C, ordered, 0.0))


def _torus_energy(temperature: float, n: int, m: int) -> float:
    """-d ln Z / dK / (n m), Z the four products of Kaufman over gamma_0 ... gamma_{2n-1}, in logarithms."""
    if temperature < GROUND_STATE_BELOW:
        return -2.0
    if np.isinf(temperature):
        return 0.0
    k = 1.0 / temperature
    gamma, slope = _gammas(k, n)
    logs, slopes = [], []
    for parity in (1, 0):
        x, dx = m * gamma[parity::2] / 2, m * slope[parity::2] / 2
        logs.append(np.sum(np.abs(x) + np.log1p(np.exp(-2 * np.abs(x)))))
        slopes.append(np.sum(np.tanh(x) * dx))
        with np.errstate(divide="ignore", invalid="ignore"):
            logs.append(np.sum(np.abs(x) + np.log(-np.expm1(-2 * np.abs(x)))))
            slopes.append(np.sum(dx / np.tanh(x)))
    sign = np.array([1.0, 1.0, 1.0, np.sign(gamma[0])])  # gamma_0, alone, is negative above T_c
    weight = sign * np.exp(np.array(logs) - max(logs))
    kept = np.where(weight == 0.0, 0.0, slopes)
    log_z_slope = n * m * np.cosh(2 * k) / np.sinh(2 * k) + np.sum(weight * kept) / np.sum(weight)
    return -log_z_slope / (n * m)


def _gammas(k: float, n: int) -> tuple[Array, Array]:
    """gamma_l and its slope in K, l < 2n: cosh gamma_l = cosh^2 2K / sinh 2K - cos(pi l / n); gamma_0 signed."""
    c, s = np.cosh(2 * k), np.sinh(2 * k)
    cosh_gamma = c * c / s - np.cos(np.pi * np.arange(1, 2 * n) / n)
    gamma = np.arccosh(cosh_gamma)
    slope = 2 * c * (1 - 1 / s**2) / np.sinh(gamma)
    return np.append(2 * k + np.log(np.tanh(k)), gamma), np.append(2 + 2 / s, slope)
