"""Receptive fields of every layer on the lattice, how local they are beside controls, and what they cover."""

import re
from collections.abc import Iterator
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from blockspin import seeds
from blockspin.archive import Archive, Group
from blockspin.arrays import Array, Estimated
from blockspin.figures import style

Scan = tuple[float, list[Group]]  # a value of what is scanned, and the fields of each training seed there
N_MAPS = 36
CONTROLS = (("shuffled", "shuffled sites", "--"), ("untrained", "untrained", ":"))


def draw(archive: Archive) -> Iterator[tuple[str, Figure]]:
    names = archive.names("receptive_field")
    for family, members in seeds.families(names).items():
        fields = archive.group("receptive_field", members[0])  # of several training seeds, the first is drawn
        if len(fields.lattice) == 2:
            for layer in layers(fields):
                yield style.file_name("receptive_fields", family, f"layer{layer}"), draw_maps(fields, layer)
            yield style.file_name("coverage", family), draw_coverage(fields)
        yield style.file_name("locality", family), draw_locality(fields)
    scans, others = locality_against_l1(archive, names)
    if len({l1 for l1, _ in scans}) > 1:
        yield "locality_against_l1", draw_scan(scans, others)
    units = locality_against_units(archive, names)
    if len(units) > 1:
        yield "locality_against_units", draw_units(units)


def layers(fields: Group) -> range:
    return range(1, sum(1 for key in fields.group if key.startswith("layer_")) + 1)


def living(fields: Group, layer: int, path: str) -> Array:
    values = fields[f"layer_{layer}/{path}"]
    return values[~np.isnan(values)]


def machine_text(fields: Group) -> str:
    return f"[rbm.{fields.value('rbm')}] {style.lattice_text(fields.lattice)}"


def draw_maps(fields: Group, layer: int) -> Figure:
    """Fields at even places of the order of locality, so that the picture flatters nobody."""
    values, fraction = fields[f"layer_{layer}/field"], fields[f"layer_{layer}/window_fraction"]
    shown, n = places(fraction), min(N_MAPS, len(fraction))
    figure, grid = style.map_grid(n, min(n, 9), extra_height=0.9)
    window = fields.value("window")
    for axes, unit in zip(grid, shown):
        style.lattice_map(axes, values[:, unit], fields.lattice)
        axes.set_title("no weights" if np.isnan(fraction[unit]) else f"{fraction[unit]:.2f}", fontsize=7, pad=2)
    dead = int(np.isnan(fraction).sum())
    figure.suptitle(f"{machine_text(fields)}: fields of layer {layer}, {n} of {len(fraction)} units"
                    + (f" ({dead} without weights)" if dead else "")
                    + f",\nfrom the most to the least local; number: share of $r^2$ in the best {window}x{window} window",
                    fontsize=8)
    return figure


def fields_of(fields: Group, axes: Axes, layer: int) -> Axes:
    """The same fields as one picture, on one colour scale."""
    values, fraction = fields[f"layer_{layer}/field"], fields[f"layer_{layer}/window_fraction"]
    shown = places(fraction)
    drawn = style.draw_tiles(axes, values[:, shown], fields.lattice or (len(values),), 9)
    axes.figure.colorbar(drawn, ax=axes, shrink=0.7, label="receptive field")
    return axes


def places(fraction: Array) -> Array:
    """Units at even places of the order of locality, the most local first."""
    order = np.argsort(-np.nan_to_num(fraction, nan=-1.0), kind="stable")
    return order[np.linspace(0, len(order) - 1, min(N_MAPS, len(order))).round().astype(int)]


def locality(fields: Group, axes: Axes) -> Axes:
    """How much of each unit's field is in one window, as the share of units below; controls dashed and dotted."""
    for layer, colour in zip(layers(fields), style.COLOURS):
        cumulative(axes, living(fields, layer, "window_fraction"), color=colour, label=f"layer {layer}")
        for control, _, line in CONTROLS:
            cumulative(axes, living(fields, layer, f"{control}/window_fraction"), color=colour, linestyle=line, linewidth=0.8)
    for _, label, line in CONTROLS:
        axes.plot([], [], color="grey", linestyle=line, linewidth=0.8, label=label)
    window = fields.value("window")
    axes.set_xlim(0, 1.02)
    axes.set_xlabel(f"share of $r^2$ in the best {window}x{window} window")
    axes.set_ylabel("share of units below")
    style.legend_above(axes)
    return axes


def draw_coverage(fields: Group) -> Figure:
    depth = layers(fields)
    figure, grid = plt.subplots(1, len(depth), figsize=(2.6 * len(depth) + 0.6, 2.9), squeeze=False)
    for axes, layer in zip(grid[0], depth):
        coverage = fields[f"layer_{layer}/coverage"]
        relative = coverage / coverage.mean()
        image = axes.imshow(relative.reshape(fields.lattice), cmap=style.SEQUENTIAL, vmin=0)
        axes.set_xticks([])
        axes.set_yticks([])
        axes.set_title(f"layer {layer}: spread {relative.std():.2f}\n(untrained "
                       f"{np.std(fields[f'layer_{layer}/untrained/coverage']) / np.mean(coverage):.2f})", fontsize=8)
        figure.colorbar(image, ax=axes, shrink=0.75)
    figure.suptitle(f"{machine_text(fields)}: coverage of sites by fields, relative to its mean", fontsize=9)
    return figure


def draw_locality(fields: Group) -> Figure:
    figure, (share, size, apart) = plt.subplots(1, 3, figsize=(9.5, 3.2))
    window = fields.value("window")
    for layer, colour in zip(layers(fields), style.COLOURS):
        cumulative(share, living(fields, layer, "window_fraction"), color=colour, label=f"layer {layer}")
        cumulative(size, living(fields, layer, "radius"), color=colour)
        spacing = living(fields, layer, "spacing")
        cumulative(apart, spacing, color=colour)
        apart.axvline(float(fields[f"layer_{layer}/random_spacing"]), color=colour, linestyle="--", linewidth=0.8)
        for control, _, line in CONTROLS:
            cumulative(share, living(fields, layer, f"{control}/window_fraction"), color=colour, linestyle=line,
                       linewidth=0.8)
            cumulative(size, living(fields, layer, f"{control}/radius"), color=colour, linestyle=line, linewidth=0.8)
    for _, label, line in CONTROLS:
        share.plot([], [], color="grey", linestyle=line, linewidth=0.8, label=label)
    share.set_xlim(0, 1.02)
    share.set_xlabel(f"share of $r^2$ in the best {window}x{window} window")
    size.set_xlim(left=0)
    size.set_xlabel("radius of a field (sites)")
    apart.set_xlim(left=0)
    apart.set_xlabel("distance of a centre to the nearest (sites)")
    apart.plot([], [], color="grey", linestyle="--", linewidth=0.8, label="mean of random points")
    share.set_ylabel("share of units below")
    share.legend()
    apart.legend()
    figure.suptitle(f"{machine_text(fields)}: how local the fields are")
    return figure


def cumulative(axes: Axes, values: Array, **options: Any) -> None:
    values = np.sort(values)
    axes.step(np.append(values, values[-1:]), np.append(np.arange(len(values)), len(values)) / max(len(values), 1),
              where="post", **options)


def locality_against_l1(archive: Archive, names: list[str]) -> tuple[list[Scan], list[Scan]]:
    """[(what L1 takes from a weight at each update, [group of each seed])] of the machines that differ from the first in
    nothing but L1, and the same of those trained on other temperatures, such as independent spins."""
    same: list[Scan] = []
    others: list[Scan] = []
    for members in seeds.families(names).values():
        groups = [archive.group("receptive_field", name) for name in members]
        machine = archive.machine(groups[0].value("rbm"))
        strength = float(machine.value("l1", "0") or 0)
        if machine.value("l1_scaling") == "times_learning_rate":
            strength *= float(machine.value("learning_rate", "0"))
        first = archive.machine(archive.group("receptive_field", names[0]).value("rbm"))
        if machine.value("hidden") == first.value("hidden"):
            is_same = machine.value("temperatures") == first.value("temperatures")
            (same if is_same else others).append((strength, groups))
    return sorted(same, key=lambda pair: pair[0]), others


def locality_against_units(archive: Archive, names: list[str]) -> list[Scan]:
    """[(hidden units, [group of each seed])] of machines of one scan over their number."""
    found = [[archive.group("receptive_field", name) for name in members]
             for family, members in seeds.families(names).items() if re.search(r"_h\d+$", family)]
    return sorted(((groups[0]["layer_1/field"].shape[1], groups) for groups in found), key=lambda pair: pair[0])


def over_seeds(groups: list[Group], layer: int, path: str, q: float) -> Estimated:
    """(mean, standard error) over the seeds of a quantile over the units."""
    values = [np.quantile(found, q) for fields in groups if len(found := living(fields, layer, path))]
    return seeds.over_seeds(values) if values else (np.nan, np.nan)


def error_points(axes: Axes, x: list[float], found: list[Estimated], **options: Any) -> None:
    mean, error = np.transpose(found)
    style.points(axes, x, mean, np.nan_to_num(error), **options)


def draw_scan(scans: list[Scan], others: list[Scan]) -> Figure:
    figure, axes = plt.subplots(figsize=(5.4, 3.8))
    n_layers = min(len(layers(groups[0])) for _, groups in scans)
    strengths = [strength for strength, _ in scans]
    for layer, colour in zip(range(1, n_layers + 1), style.COLOURS):
        def of_scan(path: str, q: float) -> list[Estimated]:
            return [over_seeds(groups, layer, path, q) for _, groups in scans]
        error_points(axes, strengths, of_scan("window_fraction", 0.5), fmt="o-", color=colour,
                     label=f"layer {layer}, median")
        axes.fill_between(strengths, *(np.transpose(of_scan("window_fraction", q))[0] for q in (0.1, 0.9)), color=colour,
                          alpha=0.15, linewidth=0)
        for control, _, line in CONTROLS:
            axes.plot(strengths, np.transpose(of_scan(f"{control}/window_fraction", 0.5))[0], line, color=colour,
                      linewidth=0.8)
        for strength, groups in others:
            error_points(axes, [strength], [over_seeds(groups, layer, "window_fraction", 0.5)], fmt="x", color=colour)
    for _, label, line in CONTROLS:
        axes.plot([], [], line, color="grey", linewidth=0.8, label=label)
    for text in sorted({f"trained at $T$ = {groups[0].archive.machine(groups[0].value('rbm')).value('temperatures')}"
                        for _, groups in others}):
        axes.plot([], [], "x", color="grey", label=text)
    axes.set_xscale("symlog", linthresh=max(min((s for s in strengths if s > 0), default=1e-5), 1e-6))
    axes.set_xlim(left=0)
    finish_scan(axes, scans, "L1: what each update takes from a weight", "L1")
    return figure


def draw_units(units: list[Scan]) -> Figure:
    figure, axes = plt.subplots(figsize=(5.0, 3.6))
    numbers = [n for n, _ in units]
    error_points(axes, numbers, [over_seeds(groups, 1, "window_fraction", 0.5) for _, groups in units], fmt="o-",
                 label="median")
    axes.fill_between(numbers, *([over_seeds(groups, 1, "window_fraction", q)[0] for _, groups in units] for q in (0.1, 0.9)),
                      alpha=0.15, linewidth=0)
    for control, label, line in CONTROLS:
        axes.plot(numbers, [over_seeds(groups, 1, f"{control}/window_fraction", 0.5)[0] for _, groups in units], line,
                  color="grey", linewidth=0.8, label=label)
    axes.set_xscale("log", base=2)
    axes.set_xticks(numbers, [str(n) for n in numbers])
    finish_scan(axes, units, "hidden units", "the number of hidden units")
    return figure


def finish_scan(axes: Axes, scan: list[Scan], label: str, against: str) -> None:
    fields = scan[0][1][0]
    window, n_seeds = fields.value("window"), min(len(groups) for _, groups in scan)
    axes.set_ylim(0, 1.02)
    axes.set_xlabel(label)
    axes.set_ylabel(f"share of $r^2$ in the best {window}x{window} window")
    axes.set_title(f"{style.lattice_text(fields.lattice)}: locality against {against}\n(band: 10 to 90 % of units; "
                   f"{n_seeds} training seed{'s' if n_seeds > 1 else ''})", fontsize=9)
    axes.legend(fontsize=7, loc="upper left", bbox_to_anchor=(1, 1))
