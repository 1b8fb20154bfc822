"""Couplings of hidden units by their places, beside those of majority blocks of the same configurations.

H = -K_1 sum_nearest s s' - K_2 sum_diagonal s s' by maximum pseudo-likelihood (Besag, The Statistician 24, 179, 1975), as
[couplings] does on a lattice. Hidden units have no lattice, but their fields have centres. Let a cell be the square that
each unit would have if all had as much of the lattice. Two units are nearest neighbours if their centres are closer than
NEAREST cells, and diagonal ones if they are closer than DIAGONAL. Blocks have their four and four neighbours so.

Units are those of [generate] with layer = k and start = data, each turned by the sign of its field.
"""

import functools
from typing import NamedTuple

import numpy as np

from blockspin import exact
from blockspin.archive import Archive, Group
from blockspin.arrays import Array, Lattice
from blockspin.mehta2014 import tables
from blockspin.seeds import family_of

NEAREST, DIAGONAL = 2**0.25, 8**0.25  # halfway, as factors, from 1 to sqrt 2, and from there to 2
N_BINS = 20       # of configurations that follow one another; errors are a jackknife's over them
CRITICAL = 1 / exact.T_C
NUMBERS = ("nearest", "diagonal", "beyond", "residual")  # beyond: K_1 + sqrt 2 K_2 - K_c, from the tangent of the critical manifold


class Change(NamedTuple):
    """From the first layer to the second at the temperature that stacks were trained at: how much further beyond the tangent
    couplings are; of 4x4 blocks less 2x2 likewise. `locality` as in tables.Order."""
    temperature: float
    change: float
    change_error: float
    trainings: int
    blocks_change: float
    blocks_change_error: float
    locality: float


def neighbours(places: Array, lattice: Lattice) -> Array:
    """[2, unit, unit] of 0 and 1: which are nearest, which diagonal neighbours; places [unit, 2] in lattice constants."""
    apart = places[:, None] - places
    apart -= np.asarray(lattice) * np.round(apart / lattice)
    cells = np.sqrt((apart**2).sum(-1) * len(places) / np.prod(lattice))
    np.fill_diagonal(cells, np.inf)
    return np.stack([cells < NEAREST, (cells >= NEAREST) & (cells < DIAGONAL)]).astype(np.int64)


def environments(spins: Array, near: Array) -> Array:
    """[bin, environment, (times, spins up, their sum of M, sum of M of those up)]: what the likelihood needs. An environment is
    a pair of sums over neighbours; M is the sum of all other spins of a unit's configuration; spins [configuration, unit]."""
    n = int(near.sum(-1).max())
    sums = [spins.astype(np.int64) @ kind for kind in near]
    code, up = (sums[0] + n) * (2 * n + 1) + sums[1] + n, spins > 0
    others = spins.sum(1, dtype=np.int64, keepdims=True) - spins
    counts = []
    for part in np.array_split(np.arange(len(spins)), N_BINS):
        weights = (np.ones_like(up[part], float), up[part], others[part], others[part] * up[part])
        counts.append(np.stack([np.bincount(code[part].ravel(), each.ravel(), (2 * n + 1) ** 2) for each in weights], -1))
    return np.stack(counts)


def fitted(counts: Array, n_units: int) -> Array:
    """NUMBERS of these counts [environment, 4]; NaN where they do not fix the couplings."""
    n = (round(len(counts) ** 0.5) - 1) // 2
    seen = np.flatnonzero(counts[:, 0])
    x = np.stack(np.divmod(seen, 2 * n + 1), -1) - n
    times, up, others, others_up = counts[seen].T
    coupling = np.zeros(2)
    for _ in range(50):
        mean = np.tanh(x @ coupling)
        slope, curvature = x.T @ (2 * up - times - times * mean), (x.T * (times * (1 - mean**2))) @ x
        if np.linalg.cond(curvature) > 1e12 or np.abs(coupling).max() > 5:
            return np.full(len(NUMBERS), np.nan)
        coupling = coupling + np.linalg.solve(curvature, slope)
    residual = (2 * others_up - others - others * np.tanh(x @ coupling)).sum() / (times.sum() * (n_units - 1))
    return np.array([*coupling, coupling[0] + np.sqrt(2) * coupling[1] - CRITICAL, residual])


def replicates(spins: Array, places: Array, lattice: Lattice) -> Array:
    """[1 + bin, number]: of all configurations, then without each bin."""
    counts, n_units = environments(spins, neighbours(places, lattice)), spins.shape[1]
    total = counts.sum(0)
    return np.stack([fitted(part, n_units) for part in [total, *(total - counts)]])


def of_blocks(spins: Array, side: int) -> Array:
    """[1, 1 + bin, number] of majority blocks of so many sites a side; spins [configuration, y, x]."""
    blocks = tables.majority_blocks(spins, side)
    centres = np.moveaxis(np.indices(blocks.shape[1:]), 0, -1).reshape(-1, 2) * side + (side - 1) / 2
    return replicates(blocks.reshape(len(blocks), -1), centres, spins.shape[1:])[None]


def of_layer(archive: Archive, made: Group) -> Array:
    """[1 + bin, number] of the units of a [generate]."""
    rbm, layer = made.value("rbm"), made.value("layer")
    fields = next(group for name in archive.names("receptive_field")
                  if (group := archive.group("receptive_field", name)).value("rbm") == rbm)
    turned, places = fields[f"layer_{layer}/orientation"], fields[f"layer_{layer}/centre"]
    living = np.isfinite(turned)
    units = archive.ensemble(made.name).configurations()[0][:, living]
    return replicates(units * np.where(turned[living] < 0, -1, 1), places[living], fields.lattice)


def estimate(values: Array) -> tuple[Array, Array]:
    """(mean, error) of numbers [training, 1 + bin, ...]: of the spread over trainings, and of the configurations, which all
    trainings share."""
    mean = values.mean(0)
    spread = values[:, 0].var(0, ddof=1) / len(values) if len(values) > 1 else 0
    return mean[0], np.sqrt(spread + ((mean[1:] - mean[1:].mean(0)) ** 2).sum(0) * (N_BINS - 1) / N_BINS)


class Couplings(NamedTuple):
    """Of one setting of two layers: [training, 1 + bin, number] of each layer, [1, 1 + bin, number] of 2x2 and 4x4 blocks."""
    family: str
    temperature: float
    layers: tuple[Array, Array]
    blocks: tuple[Array, Array]

    def change(self, archive: Archive) -> Change:
        beyond = NUMBERS.index("beyond")
        layers, blocks = (estimate(second - first) for first, second in (self.layers, self.blocks))
        local = min(tables.locality_of(tables.seeds_of(archive, self.family, layer)) for layer in (1, 2))
        return Change(self.temperature, layers[0][beyond], layers[1][beyond], len(self.layers[0]), blocks[0][beyond],
                      blocks[1][beyond], local[0])


@functools.cache
def couplings(archive: Archive) -> tuple[Couplings, ...]:
    """Of each setting whose units of layers 1 and 2 stand in the archive, in the order of temperatures."""
    made: dict[str, dict[str, list[Group]]] = {}
    for name in archive.names("generate"):
        group = archive.group("generate", name)
        if group.value("start") == "data" and group.value("layer") in ("1", "2"):
            made.setdefault(family_of(group.value("rbm")), {}).setdefault(group.value("layer"), []).append(group)
    found = []
    for family, layers in made.items():
        if len(layers) == 2:
            first = layers["1"][0]
            temperature = float(first["temperature"][0])
            sample = first.value("sample")
            if sample == "auto":
                sample = archive.machine(first.value("rbm")).value("sample", "main")
            spins = archive.ensemble(sample).configurations(temperature)
            one, two = (np.stack([of_layer(archive, group) for group in layers[layer]]) for layer in ("1", "2"))
            found.append(Couplings(family, temperature, (one, two), (of_blocks(spins, 2), of_blocks(spins, 4))))
    return tuple(sorted(found, key=lambda one: one.temperature))


HEADS = ("couplings of", "T", "units", *(text for name in NUMBERS for text in (name, "+-")))


def rows(archive: Archive) -> list[tables.Row]:
    """Rows (setting, temperature, units, NUMBERS +-)."""
    found = []
    for one in couplings(archive):
        for units, values in zip(("layer 1", "layer 2", "blocks 2x2", "blocks 4x4"), one.layers + one.blocks):
            numbers = np.transpose(estimate(values)).ravel()
            found.append((one.family, one.temperature, units, *map(float, numbers)))
    return found
