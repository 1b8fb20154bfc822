"""What the weights look like on the lattice, beside what the data look like."""

import numpy as np

from blockspin.archive import Archive, Group, Machine
from blockspin.arrays import Array, Estimated, Lattice


def displacements(lattice: Lattice) -> Array:
    """[site]: squared distance of each displacement of a periodic lattice."""
    axes = [np.minimum(np.arange(n), n - np.arange(n)) for n in lattice]
    return np.sum([axis**2 for axis in np.meshgrid(*axes, indexing="ij")], axis=0).ravel()


def by_distance(lattice: Lattice, values: Array) -> tuple[Array, Array]:
    """(distances, means over all displacements of each distance)."""
    squares = displacements(lattice)
    distinct = np.unique(squares)
    return np.sqrt(distinct), np.array([np.mean(np.ravel(values)[squares == d]) for d in distinct])


def beyond(lattice: Lattice, values: Array, distance: int = 3) -> float:
    """The largest size, over that at 0, of means over all displacements of one distance, this one or a larger one."""
    distances, means = by_distance(lattice, values)
    return np.abs(means[distances >= distance]).max() / means[0]


def at_furthest(lattice: Lattice, values: Array) -> float:
    """The value at the largest distance over that at 0."""
    return by_distance(lattice, values)[1][-1] / np.ravel(values)[0]


def spin_correlation(spins: Array) -> Array:
    """[site]: mean of s(x) s(x + r) over x and over configurations [..., *lattice] of a square lattice."""
    lattice = spins.shape[-2:]
    power = np.abs(np.fft.fft2(spins.reshape(-1, *lattice))) ** 2
    return np.fft.ifft2(power.mean(0)).real.ravel() / np.prod(lattice)


def data_correlation(archive: Archive, machine: Machine) -> Array:
    """The spin correlation of all configurations a machine learnt, as they stand in its sample."""
    sample = archive.ensemble(machine.value("sample", "main"))
    wanted = machine.value("temperatures")
    temperatures = sample.temperature.tolist() if wanted in ("", "auto") else [float(t) for t in wanted.split(",")]
    return np.mean([spin_correlation(sample.configurations(t)) for t in temperatures], axis=0)


def correlation_fall(spins: Array) -> Estimated:
    """(mean, error) over configurations of the correlation of neighbours less that at half the side, along the axes."""
    s = spins.astype(float)

    def along(shift: int) -> Array:
        return sum((s * np.roll(s, shift, axis)).mean((-1, -2)) for axis in (-1, -2)) / 2
    return over_configurations(along(1) - along(s.shape[-1] // 2))


def abs_magnetization(spins: Array) -> Estimated:
    """(mean, error) over configurations of |m|."""
    return over_configurations(np.abs(spins.mean((-1, -2))))


def over_configurations(values: Array) -> Estimated:
    return values.mean(), values.std(ddof=1) / np.sqrt(len(values))


def excess(spins: Array) -> Estimated:
    """(mean, error) over configurations of the neighbour correlation less the average over all pairs."""
    n = np.prod(spins.shape[-2:])
    s = spins.astype(float)
    neighbours = (s * np.roll(s, 1, -1) + s * np.roll(s, 1, -2)).mean((-1, -2)) / 2
    pairs = (s.sum((-1, -2)) ** 2 - n) / (n * (n - 1))
    return over_configurations(neighbours - pairs)


def longest_waves(spectrum: Group, first: int = 1, count: int = 4) -> float:
    """Part of singular vectors `first` ... in the waves of one turn along one axis, mean over the vectors."""
    lattice = spectrum.lattice
    power = spectrum["fourier_power"][first:first + count]
    waves = np.flatnonzero(wave_numbers(lattice) == 1)
    return power[:, waves].sum(1).mean() if len(power) else np.nan


def wave_numbers(lattice: Lattice) -> Array:
    """[site]: squared number of turns of each wave vector, signed turns folded to the nearest zero."""
    return displacements(lattice)


def product_agreement(spectrum: Group, correlation: Array) -> float:
    """Correlation coefficient, over all displacements but 0, of W W^T with the data's spin correlation."""
    product = spectrum["product_by_displacement"]
    return np.corrcoef(product[1:], correlation[1:])[0, 1]
