"""Machines, and the flows that their chains make."""

from __future__ import annotations

import numpy as np

from blockspin.arrays import Array, Estimate
from blockspin.group import Group


class Machine(Group):
    """Weights, biases and training history of an [rbm]."""

    @property
    def n_layers(self) -> int:
        return sum(1 for key in self.group if key.startswith("layer_"))

    def weights(self, layer: int = 1) -> Array:
        """[visible, hidden] float32."""
        return self[f"layer_{layer}/weights"]

    def history(self, layer: int = 1) -> dict[str, Array]:
        """{"epoch": [E], "reconstruction_error": [E], ...}; empty where nothing was recorded."""
        return self._recorded("history", layer)

    def judgement(self, layer: int = 1) -> dict[str, Array]:
        """{"epoch": [J], "free_energy": [J], "pseudo_likelihood": [J], ...}; empty where nothing was judged."""
        return self._recorded("judgement", layer)

    def _recorded(self, what: str, layer: int) -> dict[str, Array]:
        path = what if layer == 1 else f"layer_{layer}/{what}"
        return {key: self[f"{path}/{key}"] for key in self.open(path)} if path in self else {}

    def fields(self, layer: int = 1) -> Array:
        """Receptive fields W_1 W_2 ... W_layer, [sites, hidden]: one column a hidden unit of that layer."""
        field: Array = self.weights(1).astype(np.float64)
        for k in range(2, layer + 1):
            field = field @ self.weights(k)
        return field


class Flow(Group):
    """Chains of a machine, step by step."""

    QUANTITIES = ("mean_temperature", "peak_temperature", "energy", "abs_magnetization", "nearest_neighbour_excess",
                  "energy_temperature")

    @property
    def starts(self) -> list[str]:
        """The labels of the starts, as in the deck: ["0", "6"]."""
        return [start.strip() for start in self.value("start").split(",")]

    def quantity(self, name: str) -> Estimate:
        """(mean, standard error), each [start, step]."""
        return self[f"{name}/mean"], self[f"{name}/error"]
