"""How a machine's training went: every recorded quantity against the epoch, a line a layer."""

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from blockspin.archive import Archive, Machine
from blockspin.arrays import Array
from blockspin.figures import style


def draw(archive: Archive) -> Iterator[tuple[str, Figure]]:
    for name in archive.names("rbm"):
        machine = archive.machine(name)
        histories = [history for history in (machine.history(k) for k in range(1, machine.n_layers + 1)) if history]
        quantities = [key for key in histories[0] if key != "epoch" and varies(histories, key)] if histories else []
        if quantities:
            yield style.file_name("training", name), draw_histories(machine, histories, quantities)


def draw_histories(machine: Machine, histories: list[dict[str, Array]], quantities: list[str]) -> Figure:
    n_columns = min(3, len(quantities))
    n_rows = -(-len(quantities) // n_columns)
    size = (max(4.2, 3.0 * n_columns), 2.4 * n_rows + 0.5)
    figure, grid = plt.subplots(n_rows, n_columns, squeeze=False, figsize=size)
    for axes, quantity in zip(grid.flat, quantities):
        for layer, history in enumerate(histories, 1):
            axes.plot(history["epoch"], history[quantity], "o-", label=f"layer {layer}")
        axes.set_title(quantity.replace("_", " "))
        axes.set_xlabel("epoch")
    if len(histories) > 1:
        grid[0, 0].legend()
    for axes in grid.flat[len(quantities):]:
        axes.set_visible(False)
    figure.suptitle(f"Training of {machine.label}: {machine.value('hidden')} hidden units")
    return figure


def varies(histories: list[dict[str, Array]], quantity: str) -> bool:
    """Whether there is anything to see: a constant learning rate, or a single epoch, is not drawn."""
    return any(quantity in history and np.ptp(history[quantity]) > 0 for history in histories)
