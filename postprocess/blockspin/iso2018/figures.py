"""The figures of the study, each from whatever archives and groups have data for it."""

from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from blockspin.archive import Archive
from blockspin.exact import T_C
from blockspin.figures import style
from blockspin.iso2018 import patterns
from blockspin.iso2018.ends import Setting, epoch_of, pick, type_of
from blockspin.iso2018.verdicts import CONTROLS, by_family, main_line, with_end

Series = list[tuple[str, list[Any], list[Setting]]]  # (label, x, what is drawn there) of each line
TYPES = ("V", "L", "H")
ENERGY_TEMPERATURE = "energy temperature of the end  ($J/k_B$)"


def draw_all(archives: list[Archive], groups: list[Setting]) -> Iterator[tuple[str, Figure]]:
    """(name, figure) of each figure there is data for, one at a time; of one archive, the first that has its data."""
    for name, draw in OF_GROUPS:
        figure = draw(groups)
        if figure is not None:
            yield name, figure
    for name, draw_one in OF_ARCHIVES:
        figure = next((figure for figure in map(draw_one, archives) if figure is not None), None)
        if figure is not None:
            yield name, figure


def lines(axes: Axes, series: Series) -> None:
    """A line with a band of two errors for each (label, x, groups), in order of a sequential colour map."""
    colours = mpl.colormaps[style.SEQUENTIAL](np.linspace(0, 0.88, max(len(series), 2)))
    for (label, x, groups), colour in zip(series, colours):
        mean = np.array([g.mean() for g in groups])
        style.band(axes, x, mean, np.array([g.error() for g in groups]), color=colour, marker="o", label=label)


def type_v(groups: list[Setting]) -> list[Setting]:
    """Sampled type V groups of the smallest lattice whose starts have met, of one setting that with most trainings."""
    line = main_line(groups)
    if not line:
        return []
    best = {}
    for g in sorted(pick(groups, family="V", lattice=line[0].lattice, dynamics="sampled"), key=lambda g: g.n):
        if g.has_end:
            best[g.hidden, g.epoch] = g
    return list(best.values())


def seeds_text(groups: list[Setting]) -> str:
    most = max(g.n for g in groups)
    return ("bands: two standard errors, " +
            (f"over {most} trainings where there are several" if most > 1 else "over the walkers of one training"))


def draw_ends(series: Series, groups: list[Setting], what: str, xlabel: str, legend: str) -> tuple[Figure, Axes]:
    """Energy temperatures of ends, a line for each (label, x, groups) of a series."""
    figure, axes = plt.subplots(figsize=(6.2, 3.9))
    lines(axes, series)
    style.mark_critical(axes, vertical=False)
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ENERGY_TEMPERATURE)
    axes.legend(title=legend, ncols=2)
    figure.suptitle(f"Where flows of type V machines end, {what}\n({seeds_text(groups)})")
    return figure, axes


def type_v_series(groups: list[Setting], along: str, label: str) -> Series:
    """Lines of type V groups: `along` is the attribute on the axis, a line for each value of `label`."""
    series = []
    for value in sorted({getattr(g, label) for g in groups}):
        line = sorted((g for g in groups if getattr(g, label) == value), key=lambda g: getattr(g, along))
        series.append((f"{value}", [getattr(g, along) for g in line], line))
    return series


def ends_by_hidden(groups: list[Setting]) -> Figure | None:
    own = type_v(groups)
    ticks = sorted({g.hidden for g in own})
    if len(ticks) < 2:
        return None
    figure, axes = draw_ends(type_v_series(own, "hidden", "epoch"), own, style.lattice_text(own[0].lattice),
                             "hidden units $N_h$", "epochs")
    axes.set_xscale("log")
    axes.set_xticks(ticks, [str(tick) for tick in ticks])
    axes.xaxis.set_minor_locator(mpl.ticker.NullLocator())
    return figure


def ends_by_epoch(groups: list[Setting]) -> Figure | None:
    own = type_v(groups)
    if len({g.epoch for g in own}) < 2:
        return None
    figure, axes = draw_ends(type_v_series(own, "epoch", "hidden"), own, style.lattice_text(own[0].lattice),
                             "epochs of training", "$N_h$")
    axes.set_xscale("log")
    return figure


def ends_by_size(groups: list[Setting]) -> Figure | None:
    own = [g for g in pick(groups, family="V", dynamics="sampled") if g.n > 1]
    if len({g.lattice for g in own}) < 2:
        return None
    epoch = max(g.epoch for g in own if g.lattice != min(x.lattice for x in own))
    shares = sorted({round(g.share, 2) for g in own if g.lattice != min(x.lattice for x in own)})
    series = []
    for share in shares:
        line = sorted((g for g in own if g.epoch == epoch and abs(g.share - share) < 0.01), key=lambda g: g.lattice)
        series.append((f"{share:g}", [g.lattice[0] for g in line], line))
    figure, axes = draw_ends(series, own, f"{epoch} epochs", "lattice side $L$", "$N_h/N$")
    axes.set_ylim(top=2.6)  # room for the legend
    return figure


def excess(groups: list[Setting]) -> Figure | None:
    own = with_end(groups)
    if len(own) < 2:
        return None
    figure, axes = plt.subplots(figsize=(6.2, 3.6))
    quantity = "nearest_neighbour_excess"
    style.points(axes, [g.mean() for g in own], [g.mean(quantity) for g in own], [g.error(quantity) for g in own])
    for g in own:
        axes.annotate(f"  {g.hidden}", (g.mean(), g.mean(quantity)), fontsize=8)
    style.mark_critical(axes)
    axes.axhline(0, color=style.EXACT, linewidth=0.6)
    axes.set_xlabel(ENERGY_TEMPERATURE)
    axes.set_ylabel("neighbour excess of the end")
    axes.legend()
    figure.suptitle("Nearest-neighbour correlation less the average over all pairs\n"
                    f"({own[0].epoch} epochs; labels: $N_h$; true configurations near $T_c$: about 0.12)")
    return figure


def controls(groups: list[Setting]) -> Figure | None:
    names = [name for name in ("V", *CONTROLS) if pick(groups, family=name)]
    if len(names) < 3:
        return None
    lattice = min(g.lattice for g in groups)
    largest = [max(pick(groups, family=name, lattice=lattice, hidden=64, dynamics="sampled", epoch=30), key=attrgetter("n"),
                   default=None) for name in names]
    shown = [g for g in largest if g is not None and g.has_end]
    figure, axes = plt.subplots(figsize=(6.2, 3.4))
    style.points(axes, range(len(shown)), [g.mean() for g in shown], [2 * g.error() for g in shown])
    style.mark_critical(axes, vertical=False)
    axes.set_xticks(range(len(shown)), [g.family for g in shown])
    axes.set_ylabel(ENERGY_TEMPERATURE)
    axes.legend()
    figure.suptitle("Controls whose starts met: 64 hidden units, 30 epochs (bars: two standard errors over trainings)")
    return figure


def chosen(archive: Archive, stage: str, family: str, hidden: int = 64) -> Any:
    """The instance of a family with 64 hidden units that was trained longest, its first seed."""
    own = []
    for name in archive.names(stage):
        group: Any = archive.group(stage, name)
        machine = archive.machine(group.value("rbm"))
        if type_of(machine.name) != family or machine.value("hidden") != str(hidden):
            continue
        if stage == "flow" and (len(group.starts) < 2 or group.value("dynamics") != "sampled"):
            continue
        own.append((-epoch_of(group, machine), len(name), name, group))
    return min(own)[3] if own else None


def distributions(archive: Archive) -> Figure | None:
    """As in the paper: what the thermometer says along flows from T = 0 and T = 6, for the three types."""
    flows = [(family, chosen(archive, "flow", family)) for family in TYPES]
    if any(flow is None for _, flow in flows):
        return None
    figure, grid = plt.subplots(2, 3, figsize=(10.2, 5.0), sharex=True)
    shown = [step for step in (0, 1, 2, 5, 10, 20, 50, 100) if step < flows[0][1]["energy/mean"].shape[1]]
    colours = mpl.colormaps[style.SEQUENTIAL](np.linspace(0, 0.92, len(shown)))
    for column, (family, flow) in zip(grid.T, flows):
        for index, axes in enumerate(column):
            rows = flow["temperature_distribution"][index]
            for step, colour in zip(shown, colours):
                axes.plot(flow["temperature"], rows[step], "o-", color=colour, markersize=2, label=str(step))
            style.mark_critical(axes, label=None)
            axes.set_ylim(0, min(1.02, 1.6 * rows[1:].max()))
            axes.set_title(f"type {family}, {style.start_label(flow.starts[index])}", loc="left")
        column[-1].set_xlabel(style.TEMPERATURE)
    for axes in grid[:, 0]:
        axes.set_ylabel("thermometer's probability")
    grid[0, 2].legend(title="step", ncols=2, loc="upper left")
    figure.suptitle(r"Flows of machines of 64 hidden units: what the thermometer says (dotted: $T_c$)")
    return figure


def spectra(archive: Archive) -> Figure | None:
    families = by_family(archive)
    shown = [family for family in TYPES if any(key[0] == family for key in families)]
    if not shown:
        return None
    figure, grid = plt.subplots(1, len(shown), squeeze=False, figsize=(3.4 * len(shown), 3.4), sharey=True)
    for axes, family in zip(grid[0], shown):
        last = max(key[2] for key in families if key[0] == family)
        keys = [key for key in families if key[0] == family and key[2] == last]
        colours = mpl.colormaps[style.SEQUENTIAL](np.linspace(0, 0.88, max(len(keys), 2)))
        for key, colour in zip(keys, colours):
            values = families[key][0][0]["singular_value"] ** 2
            axes.semilogy(np.arange(1, len(values) + 1), values, ".-", color=colour, label=str(key[1]), markersize=3,
                          linewidth=0.7)
        axes.set_title(f"type {family}, {last} epochs", loc="left")
        axes.set_xlabel("index")
    grid[0, 0].set_ylabel(r"eigenvalue of $W W^T$  (1)")
    grid[0, 0].set_ylim(bottom=1e-4)
    grid[0, -1].legend(title="$N_h$", ncols=2)
    figure.suptitle("Spectra of the weights")
    return figure


def vectors(archive: Archive, n_shown: int = 8) -> Figure | None:
    own = [(family, chosen(archive, "spectrum", family)) for family in TYPES]
    own = [(family, spectrum) for family, spectrum in own if spectrum is not None]
    if len(own) < 2:
        return None
    figure, grid = plt.subplots(len(own), n_shown, figsize=(1.2 * n_shown, 1.45 * len(own) + 0.5))
    for row, (family, spectrum) in zip(grid, own):
        for k, axes in enumerate(row):
            style.lattice_map(axes, spectrum["left_vector"][:, k], spectrum.lattice)
            axes.set_title(f"{spectrum['singular_value'][k] ** 2:.3g}", fontsize=8)
        row[0].set_ylabel(f"type {family}")
    figure.suptitle("Leading eigenvectors of $W W^T$ on the lattice, and their eigenvalues (64 hidden units)")
    return figure


def weights(archive: Archive, n_shown: int = 10) -> Figure | None:
    own = [(family, chosen(archive, "spectrum", family)) for family in TYPES]
    own = [(family, archive.machine(spectrum.value("rbm"))) for family, spectrum in own if spectrum is not None]
    if len(own) < 2:
        return None
    figure, grid = plt.subplots(len(own), n_shown, figsize=(1.0 * n_shown + 0.8, 1.15 * len(own) + 0.5))
    for row, (family, machine) in zip(grid, own):
        field = machine.weights()
        limit = np.abs(field).max()
        for unit, axes in enumerate(row):
            drawn = style.lattice_map(axes, field[:, unit], machine.lattice, limit)
        row[0].set_ylabel(f"type {family}")
        figure.colorbar(drawn, ax=list(row), shrink=0.8)
    figure.suptitle(f"Weights of the first {n_shown} of 64 hidden units, each a map on the lattice")
    return figure


def products(archive: Archive) -> Figure | None:
    """W W^T against distance, and the spin correlation of what the machine learnt, both 1 at distance 0."""
    families = by_family(archive)
    shown = [family for family in ("V", "H") if any(key[0] == family for key in families)]
    if not shown:
        return None
    figure, grid = plt.subplots(1, len(shown), squeeze=False, figsize=(4.2 * len(shown), 3.6))
    for axes, family in zip(grid[0], shown):
        last = max(key[2] for key in families if key[0] == family)
        keys = [key for key in families if key[0] == family and key[2] == last]
        colours = mpl.colormaps[style.SEQUENTIAL](np.linspace(0, 0.88, max(len(keys), 2)))
        for key, colour in zip(keys, colours):
            spectrum, machine = families[key][0]
            product = spectrum["product_by_displacement"]
            distance, values = patterns.by_distance(spectrum.lattice, product / product[0])
            axes.plot(distance, values, "o-", color=colour, markersize=2.5, label=f"$N_h = {key[1]}$")
        distance, values = patterns.by_distance(machine.lattice, patterns.data_correlation(archive, machine))
        axes.plot(distance, values, "--", color=style.EXACT, label="spins of the data")
        axes.axhline(0, color=style.EXACT, linewidth=0.6)
        axes.set_xlabel("distance")
        axes.set_title(f"type {family}, {last} epochs", loc="left")
    grid[0, 0].set_ylabel("$W W^T(r)/W W^T(0)$; spin correlation")
    grid[0, -1].legend(fontsize=7)
    figure.suptitle("The product of the weights against distance")
    return figure


def coupling_path(archive: Archive) -> Figure | None:
    flows = [archive.flow(name) for name in archive.names("flow")]
    flows = [flow for flow in flows if "coupling_nearest/mean" in flow]
    if not flows:
        return None
    flow = flows[0]
    figure, axes = plt.subplots(figsize=(5.6, 4.2))
    for index, start in enumerate(flow.starts):
        x, y = flow["coupling_nearest/mean"][index], flow["coupling_diagonal/mean"][index]
        axes.plot(x, y, "o-", markersize=2.5, label=style.start_label(start))
        if np.isfinite(x[0]):
            axes.plot(x[:1], y[:1], "s", color=axes.lines[-1].get_color(), markersize=6)
    axes.plot([0, 1 / 1.5], [0, 0], color=style.EXACT, linewidth=0.8)
    axes.plot([1 / T_C], [0], "*", color=style.EXACT, markersize=9, label="Ising model, $T_c$")
    axes.set_xlabel("nearest neighbour coupling")
    axes.set_ylabel("diagonal coupling")
    axes.legend()
    figure.suptitle(f"The path of a flow in coupling space: [rbm.{flow.value('rbm')}]\n"
                    "(line: Ising models of all temperatures; squares: starts)")
    return figure


OF_GROUPS: tuple[tuple[str, Callable[[list[Setting]], Figure | None]], ...] = (
    ("ends_hidden", ends_by_hidden), ("ends_epoch", ends_by_epoch), ("ends_size", ends_by_size), ("excess", excess),
    ("controls", controls))
OF_ARCHIVES: tuple[tuple[str, Callable[[Archive], Figure | None]], ...] = (
    ("distributions", distributions), ("spectra", spectra), ("vectors", vectors), ("weights", weights), ("products", products),
    ("path", coupling_path))
