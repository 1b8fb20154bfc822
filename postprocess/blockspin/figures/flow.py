"""Flows: the thermometer's distribution step by step, and what else is measured along the chain."""

from collections.abc import Iterator

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from blockspin import exact
from blockspin.archive import Archive, Flow
from blockspin.arrays import Array
from blockspin.figures import style

SHOWN_STEPS = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
PANELS = (
    ("energy_temperature", "energy temperature  ($J/k_B$)"),
    ("mean_temperature", "thermometer's mean  ($J/k_B$)"),
    ("abs_magnetization", r"$\langle|m|\rangle$ per spin"),
    ("nearest_neighbour_excess", "neighbour excess"),
)


def draw(archive: Archive) -> Iterator[tuple[str, Figure]]:
    for name in archive.names("flow"):
        flow = archive.flow(name)
        yield style.file_name("flow_distribution", name), draw_distribution(flow)
        yield style.file_name("flow", name), draw_quantities(flow)


def draw_distribution(flow: Flow) -> Figure:
    """A panel a start: the averaged distribution over temperatures at a few steps."""
    distribution, temperature = flow["temperature_distribution"], flow["temperature"]
    n_steps = distribution.shape[1] - 1
    steps = [step for step in SHOWN_STEPS if step <= n_steps]
    colours = mpl.colormaps[style.SEQUENTIAL](np.linspace(0, 0.92, len(steps)))
    n_starts = len(flow.starts)
    figure, grid = plt.subplots(n_starts, 1, squeeze=False, sharex=True, figsize=(6.6, 2.6 * n_starts + 0.5))
    for axes, start, rows in zip(grid[:, 0], flow.starts, distribution):
        for step, colour in zip(steps, colours):
            axes.plot(temperature, rows[step], "o-", color=colour, label=f"{step}", markersize=2.5)
        style.mark_critical(axes, label=None)
        placed = {"transform": axes.get_xaxis_transform(), "va": "top", "color": style.EXACT}
        axes.text(exact.T_C + 0.04, 1, style.T_C_LABEL, **placed)
        axes.set_ylim(0, 1.08 * np.max(rows[1:]) if n_steps else None)
        axes.set_ylabel("thermometer's probability")
        axes.set_title(style.start_label(start) + clipped(rows, steps), loc="left")
    grid[0, 0].legend(title="step", loc="upper right", ncols=2)
    grid[-1, 0].set_xlabel(style.TEMPERATURE)
    figure.suptitle(f"{heading(flow)}: the temperature its chains are taken for")
    return figure


def draw_bayes(axes: Axes, flow: Flow) -> None:
    """What the best possible thermometer, the exact posterior, would say of the same walkers."""
    for number, row in enumerate(flow["bayes_temperature/mean"]):
        label = "exact posterior's mean" if number == 0 else None
        axes.plot(row, "--", color=style.COLOURS[number], linewidth=1, label=label)
    axes.legend()


def heading(flow: Flow) -> str:
    return f"Flow {flow.label} of the machine [rbm.{flow.value('rbm')}]"


def clipped(rows: Array, steps: list[int]) -> str:
    """Says so where the first step's peak rises out of the panel."""
    peak = np.max(rows[0])
    return f"   (step 0 peaks at {peak:.2f})" if len(steps) > 1 and peak > 1.08 * np.max(rows[1:]) else ""


def draw_quantities(flow: Flow) -> Figure:
    """Temperatures, energy, |m| and the correlation excess against the step, a line a start."""
    figure, grid = plt.subplots(2, 2, figsize=(7.6, 5.4), sharex=True)
    for axes, (quantity, label) in zip(grid.flat, PANELS):
        mean, error = flow.quantity(quantity)
        steps = np.arange(mean.shape[1])
        for start, row, row_error in zip(flow.starts, mean, error):
            shown = np.where(np.isfinite(row), row, np.nan)  # +inf: an energy no temperature has
            style.band(axes, steps, shown, np.nan_to_num(row_error, posinf=0.0), label=style.start_label(start))
        if quantity == "mean_temperature" and "bayes_temperature" in flow:
            draw_bayes(axes, flow)
        style.step_axis(axes, mean.shape[1] - 1)
        axes.set_ylabel(label)
        if quantity.endswith("temperature"):
            style.mark_critical(axes, vertical=False)
    grid[0, 0].legend()
    for axes in grid[0]:
        axes.set_xlabel("")
    grid[1, 1].axhline(0.0, color=style.EXACT, linewidth=0.6, zorder=0)
    figure.suptitle(
        f"{heading(flow)}, {flow.value('walkers')} walkers a start (bands: two standard errors)\n"
        "neighbour excess: nearest-neighbour correlation less the average over all pairs",
        fontsize=10,
    )
    return figure
