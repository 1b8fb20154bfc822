"""How a machine's training went: recorded quantities and judgements against the epoch, a line a layer."""

from collections.abc import Callable, Iterator

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from blockspin.archive import Archive, Machine
from blockspin.arrays import Array
from blockspin.figures import style

Records = list[dict[str, Array]]  # of each layer
LABELS = {
    "gradient_norm": "norm of the weight gradient",
    "learning_rate": "learning rate",
    "reconstruction_error": "reconstruction error",
    "weight_norm": "norm of the weights",
    "free_energy": "free energy of data  (nats)",
    "free_energy_gap": "held-out free energy less learned  (nats)",
    "pseudo_likelihood": "pseudo-likelihood  (nats)",
    "energy": "energy per spin  ($J$)",
    "abs_magnetization": r"$|m|$",
}
COMPARED = ("energy", "abs_magnetization")  # of data, and of the machine's own configurations


def draw(archive: Archive) -> Iterator[tuple[str, Figure]]:
    for name in archive.names("rbm"):
        machine = archive.machine(name)
        if recorded(machine):
            yield style.file_name("training", name), draw_histories(machine)
        if judged(machine):
            yield style.file_name("judgement", name), draw_judgements(machine)


def histories(machine: Machine) -> Records:
    return [machine.history(layer) for layer in range(1, machine.n_layers + 1)]


def judgements(machine: Machine) -> Records:
    return [machine.judgement(layer) for layer in range(1, machine.n_layers + 1)]


def recorded(machine: Machine) -> list[str]:
    """Quantities of the history that vary: a constant learning rate, or a single epoch, is nothing to see."""
    found = histories(machine)
    return [key for key in dict.fromkeys(key for layer in found for key in layer) if key != "epoch" and varies(found, key)]


def judged(machine: Machine) -> list[str]:
    """Quantities that were judged more than once, those of data and machine together under one name."""
    found = judgements(machine)
    keys = dict.fromkeys(stem(key) for layer in found if len(layer.get("epoch", ())) > 1 for key in layer)
    return [key for key in keys if key != "epoch"]


def stem(key: str) -> str:
    """"energy" of energy_data and energy_model; "free_energy" of free_energy_held_out; else the key."""
    for name in COMPARED:
        if key in (f"{name}_data", f"{name}_model"):
            return name
    return key.removesuffix("_held_out")


def history(machine: Machine, axes: Axes, quantity: str) -> Axes:
    """A quantity of the history against the epoch, a line a layer."""
    for layer, found in enumerate(histories(machine), 1):
        if quantity in found:
            axes.plot(found["epoch"], found[quantity], "o-", markersize=2, color=style.COLOURS[layer - 1], label=f"layer {layer}")
    return finished(machine, axes, quantity)


def judgement(machine: Machine, axes: Axes, quantity: str) -> Axes:
    """A judgement against the epoch: of data (filled), held-out data (crosses, dashed) and the machine itself (open, dotted)."""
    for layer, found in enumerate(judgements(machine), 1):
        colour = style.COLOURS[layer - 1]
        for key, line, text in ((quantity, "o-", ""), (f"{quantity}_data", "o-", "data"), (f"{quantity}_held_out", "x--", "held out"),
                                (f"{quantity}_model", "o:", "machine")):
            if key in found:
                fill = "white" if key.endswith("_model") else colour
                axes.plot(found["epoch"], found[key], line, color=colour, markerfacecolor=fill,
                          label=f"layer {layer}" + (f", {text}" if text else ""))
    return finished(machine, axes, quantity)


def finished(machine: Machine, axes: Axes, quantity: str) -> Axes:
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    axes.set_xlabel("epoch")
    axes.set_ylabel(LABELS.get(quantity, quantity.replace("_", " ")))
    if machine.n_layers > 1 or len(axes.get_lines()) > 1:
        style.legend_above(axes)
    return axes


def draw_histories(machine: Machine) -> Figure:
    figure = draw_panels(machine, recorded(machine), history)
    figure.suptitle(f"Training of {machine.label}: {machine.value('hidden')} hidden units")
    return figure


def draw_judgements(machine: Machine) -> Figure:
    figure = draw_panels(machine, judged(machine), judgement)
    figure.suptitle(f"What {machine.label} had learned, epoch by epoch")
    return figure


def draw_panels(machine: Machine, quantities: list[str], draw_one: Callable[[Machine, Axes, str], Axes]) -> Figure:
    n_columns = min(3, len(quantities))
    n_rows = -(-len(quantities) // n_columns)
    size = (max(4.2, 3.0 * n_columns), 2.4 * n_rows + 0.5)
    figure, grid = plt.subplots(n_rows, n_columns, squeeze=False, figsize=size)
    for axes, quantity in zip(grid.flat, quantities):
        draw_one(machine, axes, quantity)
    for axes in grid.flat[len(quantities):]:
        axes.set_visible(False)
    return figure


def varies(found: Records, quantity: str) -> bool:
    """Whether there is anything to see: a constant learning rate, or a single epoch, is not drawn."""
    return any(quantity in layer and np.ptp(layer[quantity]) > 0 for layer in found)
