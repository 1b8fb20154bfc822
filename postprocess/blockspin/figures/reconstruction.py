"""Reconstructions from every layer beside the data: pictures, overlap, correlations, and the order of hidden units."""

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from blockspin.archive import Archive, Group
from blockspin.arrays import Lattice
from blockspin.exact import T_C
from blockspin.figures import style
from blockspin.mehta2014 import tables
from blockspin.seeds import families


def draw(archive: Archive) -> Iterator[tuple[str, Figure]]:
    for name, members in families(archive.names("reconstruction")).items():
        group = archive.group("reconstruction", members[0])  # of several training seeds, the first is drawn
        if len(group.lattice) == 2:
            yield style.file_name("reconstructions", name), draw_examples(group)
        yield style.file_name("reconstruction_correlation", name), draw_correlation(group)
        if len(group["temperature"]) > 1:
            yield style.file_name("reconstruction_temperature", name), draw_temperatures(group)
    rows = tables.order(archive)
    if tables.several_temperatures(rows):
        yield "hidden_order", draw_order(group.lattice, rows)


def level_text(level: int) -> str:
    return "data" if level == 0 else f"from layer {level}"


def machine_text(group: Group) -> str:
    return f"[rbm.{group.value('rbm')}] {style.lattice_text(group.lattice)}"


def shown_temperatures(group: Group) -> list[int]:
    """At most three: the outermost and the one nearest T_c."""
    temperature = group["temperature"]
    return sorted({0, int(np.argmin(np.abs(temperature - T_C))), len(temperature) - 1})


def draw_examples(group: Group) -> Figure:
    temperatures, levels = shown_temperatures(group), group["level"]
    examples = group["example"]
    per_temperature = 3 if len(temperatures) == 1 else 1
    rows = [(t, e) for t in temperatures for e in range(min(per_temperature, examples.shape[2]))]
    figure, grid = plt.subplots(len(rows), len(levels), squeeze=False,
                                figsize=(1.5 * len(levels), 1.5 * len(rows) + 0.5))
    for level, axes in zip(levels, grid[0]):
        axes.set_title(level_text(level), fontsize=8)
    for line, (t, e) in zip(grid, rows):
        for level, axes in zip(levels, line):
            style.lattice_map(axes, examples[t, level, e], group.lattice, limit=1)
        line[0].set_ylabel(style.temperature_text(group["temperature"][t]), fontsize=8)
    figure.suptitle(f"{machine_text(group)}: red up, blue down", fontsize=9)
    return figure


def draw_correlation(group: Group) -> Figure:
    temperatures = shown_temperatures(group)
    figure, grid = plt.subplots(1, len(temperatures), squeeze=False, figsize=(3.2 * len(temperatures) + 0.8, 3.3),
                                sharey=True)
    for axes, t in zip(grid[0], temperatures):
        correlation(group, axes, t)
        axes.set_title(style.temperature_text(group["temperature"][t]), loc="right")
    figure.suptitle(f"{machine_text(group)}: correlations of data and reconstructions")
    return figure


def correlation(group: Group, axes: Axes, t: int = 0) -> Axes:
    """Correlations along the axes at one temperature: of the data (black), and of reconstructions from each layer."""
    mean, error = group["correlation/mean"], group["correlation/error"]
    distance = np.arange(1, mean.shape[2])
    for level, colour in zip(group["level"], style.COLOURS[-1:] + style.COLOURS):
        style.points(axes, distance, mean[level, t, 1:], error[level, t, 1:], fmt="o-", color=colour, label=level_text(level))
    axes.set_xlabel("distance along an axis (sites)")
    axes.set_ylabel(r"$\langle s(x)\, s(x+r)\rangle$")
    style.legend_above(axes, n_columns=2, fontsize=7)
    return axes


def draw_temperatures(group: Group) -> Figure:
    figure, grid = plt.subplots(2, 2, figsize=(8.0, 6.0), sharex=True)
    temperature = group["temperature"]
    colours = style.COLOURS[-1:] + style.COLOURS
    for level in group["level"]:
        for axes, path in ((grid[0, 0], "energy"), (grid[0, 1], "abs_magnetization")):
            style.points(axes, temperature, group[f"{path}/mean"][level], group[f"{path}/error"][level], fmt="o-",
                         color=colours[level], label=level_text(level))
    for row, layer in enumerate(group["layer"]):
        colour = colours[layer]
        style.points(grid[1, 0], temperature, group["overlap/mean"][row], group["overlap/error"][row], fmt="o-",
                     color=colour)
        path = "hidden/neighbour_correlation"
        style.points(grid[1, 1], temperature, group[f"{path}/mean"][row], group[f"{path}/error"][row], fmt="o-",
                     color=colour)
    for axes, label in zip(grid.flat, ("energy per spin ($J$)", "$|m|$", "overlap with the data",
                                       "correlation of neighbouring hidden units")):
        axes.set_ylabel(label)
        style.mark_critical(axes, label=None, of=group)
    for axes in grid[1]:
        axes.set_xlabel(style.TEMPERATURE)
    grid[0, 0].legend(fontsize=7)
    figure.suptitle(f"{machine_text(group)}: layer by layer against temperature (dotted: $T_c$)")
    return figure


def draw_order(lattice: Lattice, rows: list[tables.Order]) -> Figure:
    """Each stack at the temperature it was trained at: does coarse graining order or disorder?"""
    figure, (hidden, blocks) = plt.subplots(1, 2, figsize=(8.0, 3.5), sharey=True)
    rows = sorted(rows, key=lambda row: row[1])
    temperature, spins, two, four, one, one_error, top, top_error = np.transpose([row[1:9] for row in rows])
    blocks.plot(temperature, spins, "o-", color=style.COLOURS[-1], label="spins")
    blocks.plot(temperature, two, "o-", color=style.COLOURS[0], label="majority of 2x2")
    blocks.plot(temperature, four, "o-", color=style.COLOURS[1], label="majority of 4x4")
    style.points(hidden, temperature, one, np.nan_to_num(one_error), fmt="o-", color=style.COLOURS[0], label="layer 1")
    style.points(hidden, temperature, top, np.nan_to_num(top_error), fmt="o-", color=style.COLOURS[1], label="layer 2")
    hidden.set_title("hidden units, a stack trained at each $T$")
    blocks.set_title("block spins of the same configurations")
    hidden.set_ylabel("correlation of neighbours")
    for axes in (hidden, blocks):
        axes.set_xlabel(style.TEMPERATURE)
        style.mark_critical(axes)
        axes.legend()
    figure.suptitle(f"{style.lattice_text(lattice)}: layer by layer against blocking")
    return figure
