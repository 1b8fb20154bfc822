"""Flows: the thermometer's distribution step by step, and what else is measured along the chain."""

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from blockspin.archive import Archive, Flow
from blockspin.arrays import Array
from blockspin.figures import style

SHOWN_STEPS = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000)
LABELS = {
    "energy_temperature": "energy temperature  ($J/k_B$)",
    "mean_temperature": "thermometer's mean  ($J/k_B$)",
    "abs_magnetization": r"$\langle|m|\rangle$ per spin",
    "nearest_neighbour_excess": "neighbour excess",
}


def draw(archive: Archive) -> Iterator[tuple[str, Figure]]:
    for name in archive.names("flow"):
        flow = archive.flow(name)
        if "temperature_distribution" in flow:
            yield style.file_name("flow_distribution", name), draw_distribution(flow)
        yield style.file_name("flow", name), draw_quantities(flow)


def panels(flow: Flow) -> list[str]:
    """The quantities that a flow has."""
    return [name for name in LABELS if f"{name}/mean" in flow]


def shown_steps(n_steps: int) -> list[int]:
    """Steps to draw: 0, the last one, and some between."""
    return [step for step in SHOWN_STEPS if step < n_steps] + [n_steps]


def draw_distribution(flow: Flow) -> Figure:
    """A panel a start: the averaged distribution over temperatures at a few steps."""
    n_starts = len(flow.starts)
    figure, grid = plt.subplots(n_starts, 1, squeeze=False, sharex=True, figsize=(6.6, 2.8 * n_starts + 0.5))
    for number, axes in enumerate(grid[:, 0]):
        distribution(flow, axes, number)
        axes.set_title(style.start_label(flow.starts[number]), loc="right")
    figure.suptitle(f"{heading(flow)}: the temperature its chains are taken for")
    return figure


def distribution(flow: Flow, axes: Axes, start: int = 0) -> Axes:
    """What the thermometer says of the walkers from one start, at a few steps. Its classes are no points of a density: on an
    uneven ladder of temperatures a class that is far from its neighbours stands for more."""
    temperature, rows = flow["temperature"], flow["temperature_distribution"][start]
    steps = shown_steps(len(rows) - 1)
    finite = np.isfinite(temperature)
    for step, colour in zip(steps, style.sequence(len(steps))):
        axes.plot(temperature[finite], rows[step][finite], "o-", color=colour, label=f"step {step}", markersize=2.5)
    style.mark_critical(axes, label=None, of=flow)
    axes.set_ylim(0, 1.08 * np.max(rows[1:]) if len(rows) > 1 else None)
    axes.set_ylabel("probability of a class")
    axes.set_xlabel(style.TEMPERATURE + clipped(rows, steps))
    style.legend_above(axes, n_columns=5, fontsize=7)
    return axes


def heading(flow: Flow) -> str:
    return f"Flow {flow.label} of the machine [rbm.{flow.value('rbm')}]"


def clipped(rows: Array, steps: list[int]) -> str:
    """Says so where the first step's peak rises out of the panel."""
    peak = np.max(rows[0])
    return f"   (step 0 peaks at {peak:.2f})" if len(steps) > 1 and peak > 1.08 * np.max(rows[1:]) else ""


def quantity(flow: Flow, axes: Axes, name: str) -> Axes:
    """A quantity against the step, a line a start, with bands of two standard errors; beside the thermometer's mean the exact
    posterior's, dashed."""
    mean, error = flow.quantity(name)
    steps = np.arange(mean.shape[1])
    for number, (start, row, row_error) in enumerate(zip(flow.starts, mean, error)):
        shown = np.where(known_ones(name, row, row_error), row, np.nan)  # +inf: an energy no temperature has
        style.band(axes, steps, shown, np.nan_to_num(row_error, posinf=0.0), label=style.start_label(start),
                   color=style.COLOURS[number % len(style.COLOURS)])
    if name == "mean_temperature" and "bayes_temperature/mean" in flow:
        for number, row in enumerate(flow["bayes_temperature/mean"]):
            axes.plot(row, "--", color=style.COLOURS[number % len(style.COLOURS)], linewidth=1,
                      label="exact posterior's mean" if number == 0 else None)
    style.step_axis(axes, mean.shape[1] - 1)
    axes.set_ylabel(LABELS.get(name, name.replace("_", " ")))
    if name.endswith("temperature"):
        style.mark_critical(axes, vertical=False, of=flow)
    if name == "nearest_neighbour_excess":
        axes.axhline(0.0, color=style.EXACT, linewidth=0.6, zorder=0)
    style.legend_above(axes, n_columns=2, fontsize=7)
    return axes


def known_ones(name: str, mean: Array, error: Array) -> Array:
    """Whether a value is to be drawn: finite, and of temperatures known to a quarter. Those of random spins may be any, and would
    hide the rest."""
    return np.isfinite(mean) & (not name.endswith("temperature") or 2 * error <= 0.25 * np.abs(mean))


def draw_quantities(flow: Flow) -> Figure:
    """Temperatures, energy, |m| and the correlation excess against the step, a line a start."""
    names = panels(flow)
    n_rows = -(-len(names) // 2)
    figure, grid = plt.subplots(n_rows, 2, figsize=(8.0, 2.9 * n_rows), squeeze=False)
    for axes, name in zip(grid.flat, names):
        quantity(flow, axes, name)
    for axes in grid.flat[len(names):]:
        axes.set_visible(False)
    figure.suptitle(
        f"{heading(flow)}, {flow.value('walkers')} walkers a start (bands: two standard errors)\n"
        "neighbour excess: nearest-neighbour correlation less the average over all pairs",
        fontsize=10,
    )
    return figure
