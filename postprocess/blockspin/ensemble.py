"""Ensembles: configurations that were sampled, imported, blocked or generated, as +-1 arrays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Optional

import h5py
import numpy as np
from numpy.typing import NDArray

from blockspin.arrays import Array, Estimate
from blockspin.group import Group
from blockspin.missing import Missing
from blockspin.packed import BLOCK, unpack

ENSEMBLES = ("sample", "import", "block", "generate")  # stages that make configurations
TEMPERATURE_TOLERANCE = 1e-9  # two temperatures within it are the same, as in a deck


class Block(NamedTuple):
    """Configurations [n, *lattice] from `first` on, of the temperature with this index."""

    temperature: int
    first: int
    spins: NDArray[np.int8]


class Sample(Group):
    """Configurations of a [sample], an [import], a [block] or a [generate], and observables where they have a model and
    temperatures."""

    @property
    def temperature(self) -> Array:
        """[temperature], in J/k_B; NaN of configurations without one, inf of independent spins."""
        return self["temperature"]

    def configurations(self, temperature: Optional[float] = None, part: slice = slice(None)) -> NDArray[np.int8]:
        """+-1 spins, int8, [C, *lattice] at one temperature, [T, C, *lattice] without one.

        `part` selects configurations (of each temperature): a slice, as from blockspin.share(); only it is read. Memory
        is that of the result and a block.
        """
        packed, which = self.open("configuration"), self._indices(temperature)
        chosen = range(*part.indices(packed.shape[1]))
        spins = np.empty((len(which), len(chosen), self.n_units), dtype=np.int8)
        for place, index in enumerate(which):
            for first in range(0, len(chosen), n_rows := rows_at_once(packed)):
                some = chosen[first:first + n_rows]
                rows = packed[index, some.start:some.stop:some.step]
                unpack(rows, self.n_units, out=spins[place, first:first + len(some)])
        shaped = spins.reshape(spins.shape[:-1] + (self.lattice or (self.n_units,)))
        return shaped if temperature is None else shaped[0]

    def blocks(self, temperature: Optional[float] = None, size: int = 1024) -> Iterator[Block]:
        """All configurations, at one temperature or at each, at most `size` at a time: memory is that of a block."""
        for index in self._indices(temperature):
            for first in range(0, self.n_configurations, size):
                rows = self.open("configuration")[index, first:first + size]
                yield Block(index, first, unpack(rows, self.n_units).reshape((-1,) + (self.lattice or (self.n_units,))))

    def _indices(self, temperature: Optional[float]) -> list[int]:
        return list(range(self.open("configuration").shape[0])) if temperature is None else [self.index(temperature)]

    @property
    def n_configurations(self) -> int:
        """Configurations of each temperature."""
        return int(self.open("configuration").shape[1])

    @property
    def n_units(self) -> int:
        """Units of a configuration."""
        if self.lattice:
            return int(np.prod(self.lattice))
        if self.stage == "generate":  # hidden units of a layer
            return int(self.archive.machine(self.value("rbm")).open(f"layer_{self.value('layer')}/weights").shape[1])
        n_numbers = int(self.value("file_shape").split("x")[-1])
        return 8 * n_numbers if self.value("encoding") == "packed" else n_numbers

    def index(self, temperature: float) -> int:
        """The index of a temperature; KeyError names those there are."""
        known = self.temperature
        match = np.flatnonzero(np.isclose(known, temperature, rtol=0, atol=TEMPERATURE_TOLERANCE))
        if match.size == 0:
            near = known[np.argmin(np.abs(known - temperature))] if np.isfinite(known).any() else None
            raise Missing(f"{self.label} has no temperature {temperature}; it has {known.tolist()}"
                          + (f"; the nearest is {near:g}" if near is not None else ""))
        return int(match[0])

    def observable(self, name: str) -> Estimate:
        """(mean, standard error) at each temperature: energy, specific_heat, abs_magnetization, ..."""
        return self[f"observables/{name}/mean"], self[f"observables/{name}/error"]


def rows_at_once(packed: h5py.Dataset) -> int:
    """How many configurations of a dataset [temperature, configuration, byte] are read at a time: a block, or whole
    chunks where they are compressed and larger, so that each is inflated once."""
    return max(1, BLOCK // packed.shape[-1], packed.chunks[1] if packed.compression else 1)
