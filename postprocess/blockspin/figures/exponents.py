"""Monte Carlo renormalization: exponents level by level, couplings level by level, and couplings of stored configurations."""

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from blockspin.archive import Archive, Group
from blockspin.figures import style

KNOWN = {("even", 2): 1.0, ("odd", 2): 1.875, ("even", 3): 1.587375, ("odd", 3): 2.481851}  # 3D: conformal bootstrap
SYMBOLS = {"even": "$y_t$", "odd": "$y_h$"}
SHOWN_OPERATORS = (1, 2, 3, 5, 7, 13)
SHOWN_COUPLINGS = 6


def draw(archive: Archive) -> Iterator[tuple[str, Figure]]:
    for group in archive.groups("mcrg"):
        figure, (even, odd, couplings) = plt.subplots(1, 3, figsize=(11.0, 3.4))
        exponent(group, even, "even")
        exponent(group, odd, "odd")
        coupling_flow(group, couplings)
        figure.suptitle(f"{group.label}: {style.lattice_text(group.lattice)}, blocks of {group.value('factor')}, {group.value('rule')}")
        yield style.file_name("mcrg", group.name), figure
    for group in archive.groups("couplings"):
        figure, axes = plt.subplots(figsize=(5.6, 3.4))
        fitted(group, axes)
        axes.set_title(group.label, loc="right")
        yield style.file_name("couplings", group.name), figure


def exponent(group: Group, axes: Axes, parity: str) -> Axes:
    """An exponent against the level, a line a number of operators. One standard error."""
    mean, error, level = group[f"{parity}/exponent/mean"], group[f"{parity}/exponent/error"], group["level"]
    shown = [n for n in SHOWN_OPERATORS if n <= mean.shape[1]]
    for n, colour in zip(shown, style.sequence(len(shown))):
        known = np.isfinite(mean[:, n - 1])
        style.points(axes, level[known], mean[known, n - 1], np.nan_to_num(error[known, n - 1]), fmt="o-", color=colour,
                     label=f"{n} operator{'s' if n > 1 else ''}")
    value = KNOWN.get((parity, len(group.lattice)))
    if value is not None:
        axes.axhline(value, color=style.EXACT, linestyle=":", linewidth=1, label=f"known: {value:g}")
    axes.set_xticks(level)
    axes.set_xlabel("blocking level")
    axes.set_ylabel(f"exponent {SYMBOLS[parity]}")
    style.legend_above(axes, n_columns=3, fontsize=7)
    return axes


def coupling_flow(group: Group, axes: Axes) -> Axes:
    """The first renormalised couplings against the level."""
    mean, error, level = group["coupling/mean"], group["coupling/error"], group["any_level"]
    for place, colour in zip(range(min(SHOWN_COUPLINGS, mean.shape[1])), style.COLOURS):
        known = np.isfinite(mean[:, place])
        style.points(axes, level[known], mean[known, place], np.nan_to_num(error[known, place]), fmt="o-", color=colour,
                     label=f"operator {place + 1}")
    axes.axhline(0, color=style.EXACT, linewidth=0.6)
    axes.set_xticks(level)
    axes.set_xlabel("blocking level  (0: as simulated)")
    axes.set_ylabel("coupling of the block spins")
    style.legend_above(axes, n_columns=3, fontsize=7)
    return axes


def fitted(group: Group, axes: Axes) -> Axes:
    """Couplings that explain an ensemble, operator by operator, a colour a temperature. One standard error."""
    mean, error, temperature = group["mean"], group["error"], group["temperature"]
    places = np.arange(1, mean.shape[1] + 1)
    colours = list(style.sequence(len(mean))) if len(mean) > 1 else [style.COLOURS[0]]
    for t, colour in enumerate(colours):
        style.points(axes, places, mean[t], np.nan_to_num(error[t]), color=colour,
                     label=style.temperature_text(temperature[t]) or "no temperature")
    axes.axhline(0, color=style.EXACT, linewidth=0.6)
    axes.set_xlabel("operator, in the order of the list")
    axes.set_ylabel("coupling")
    style.legend_above(axes, n_columns=4, fontsize=7)
    return axes
