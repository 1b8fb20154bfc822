"""Monte Carlo: observables against temperature beside exact results, how well they were sampled, and some configurations."""

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from blockspin import exact
from blockspin.archive import Archive, Sample
from blockspin.arrays import Array
from blockspin.figures import style

PANELS = ("energy", "abs_magnetization", "specific_heat", "susceptibility", "binder_cumulant", "correlation_length")
IN_A_FIELD = {"abs_magnetization": "magnetization", "susceptibility": "susceptibility_connected"}
LABELS = {
    "energy": "energy per spin  ($J$)",
    "abs_magnetization": r"$\langle|m|\rangle$ per spin",
    "magnetization": r"$\langle m\rangle$ per spin",
    "specific_heat": "specific heat per spin  ($k_B$)",
    "susceptibility": r"$N(\langle m^2\rangle - \langle|m|\rangle^2)/T$  ($1/J$)",
    "susceptibility_connected": r"$\partial\langle m\rangle/\partial h$ per spin  ($1/J$)",
    "binder_cumulant": r"$1 - \langle m^4\rangle / 3\langle m^2\rangle^2$",
    "correlation_length": "correlation length  (sites)",
}
NOTES = {1: "; exact: this ring", 2: "; exact: this torus, Kaufman; Yang: infinite lattice"}
CURVE_POINTS = 400
SPIN_SCALE = 1.4  # spins at less than full colour
SHOWN_CORRELATIONS = 8


def draw(archive: Archive) -> Iterator[tuple[str, Figure]]:
    for sample in archive.ensembles():
        if "observables" in sample:
            yield style.file_name("observables", sample.name), draw_observables(sample)
        if len(sample.lattice) == 2:
            yield style.file_name("configurations", sample.name), draw_configurations(sample)


def draw_observables(sample: Sample) -> Figure:
    shown = panels(sample)
    figure, grid = plt.subplots(-(-len(shown) // 2), 2, figsize=(7.4, 2.7 * -(-len(shown) // 2)), sharex=True, squeeze=False)
    for axes, name in zip(grid.flat, shown):
        observable(sample, axes, name)
    for axes in grid.flat[len(shown):]:
        axes.set_visible(False)
    n, size = sample.n_configurations, style.lattice_text(sample.lattice)
    figure.suptitle(
        f"Ising model, {size} periodic, {sample.label}: {n:,} configurations kept per temperature\n"
        f"(bars: one standard error{NOTES[len(sample.lattice)] if is_solved(sample) else ''})",
        fontsize=10,
    )
    return figure


def field_of(sample: Sample) -> float:
    return float(sample.value("model.field") or 0)


def panels(sample: Sample) -> list[str]:
    """Names of the observables to draw; in a field <m> and its response."""
    wanted = [IN_A_FIELD.get(name, name) if field_of(sample) else name for name in PANELS]
    return [name for name in wanted if f"observables/{name}" in sample or name == "correlation_length" and "correlation/length" in sample]


def is_solved(sample: Sample) -> bool:
    """Whether exact results are known: zero field, one or two dimensions."""
    return len(sample.lattice) in (1, 2) and field_of(sample) == 0.0


def measured(sample: Sample, name: str) -> tuple[Array, Array]:
    """(mean, standard error) of an observable, or of the correlation length."""
    if name == "correlation_length":
        return sample["correlation/length"], sample["correlation/length_error"]
    return sample.observable(name)


def observable(sample: Sample, axes: Axes, name: str) -> Axes:
    """An observable at every finite temperature, with the exact curve where one is known. One standard error."""
    mean, error = measured(sample, name)
    shown = np.isfinite(sample.temperature) & np.isfinite(mean)
    draw_exact(axes, name, sample)
    style.points(axes, sample.temperature[shown], mean[shown], np.nan_to_num(error[shown]), label="configurations")
    if shown.sum() > 1:
        style.mark_critical(axes, of=sample)
    axes.set_xlabel(style.TEMPERATURE)
    axes.set_ylabel(LABELS.get(name, name.replace("_", " ")))
    if name == "correlation_length" and shown.any() and np.ptp(mean[shown]) > 0 and mean[shown].min() > 0:
        axes.set_yscale("log")
    style.legend_above(axes)
    return axes


def exact_values(sample: Sample, name: str, temperature: Array) -> Array | None:
    """What is known of an observable of this very lattice: energy and specific heat; None of others."""
    if not is_solved(sample) or name not in ("energy", "specific_heat"):
        return None
    return exact.energy(temperature, sample.lattice) if name == "energy" else exact.specific_heat(temperature, sample.lattice)


def draw_exact(axes: Axes, name: str, sample: Sample) -> None:
    """The exact curve, where one is known; of one temperature a line at its value."""
    finite = sample.temperature[np.isfinite(sample.temperature)]
    if not is_solved(sample) or finite.size == 0:
        return
    t = np.linspace(finite.min(), finite.max(), CURVE_POINTS)
    curve, options = exact_values(sample, name, t), {"label": "exact"}
    if name == "abs_magnetization" and len(sample.lattice) == 2:
        curve, options = exact.infinite_magnetization(t), {"label": "Yang, infinite lattice", "linestyle": "--"}
    if curve is not None and np.ptp(t) > 0:
        axes.plot(t, curve, color=style.EXACT, zorder=1, **options)
    elif curve is not None:
        axes.axhline(float(curve[0]), color=style.EXACT, zorder=1, **options)


def correlation(sample: Sample, axes: Axes) -> Axes:
    """G(r) along the axes at some temperatures."""
    distance, mean, error = (sample[f"correlation/{what}"] for what in ("distance", "mean", "error"))
    finite = np.flatnonzero(np.isfinite(sample.temperature))
    which = np.unique(finite[np.linspace(0, len(finite) - 1, SHOWN_CORRELATIONS).round().astype(int)]) if len(finite) else finite
    for t, colour in zip(which, style.sequence(len(which))):
        style.points(axes, distance, mean[t], error[t], fmt="o-", color=colour, label=style.temperature_text(sample.temperature[t]))
    axes.set_xlabel("distance $r$ along an axis  (sites)")
    axes.set_ylabel(r"$\langle s(x)\, s(x+r)\rangle$")
    style.legend_above(axes, n_columns=4, fontsize=7)
    return axes


def configurations(sample: Sample, axes: Axes, n_columns: int = 8, n_each: int = 2) -> Axes:
    """A few configurations as one picture: a column a temperature, from the lowest to the highest."""
    which = shown_temperatures(sample, n_columns)
    if which:
        columns = [sample.configurations(sample.temperature[t], slice(0, n_each)) for t in which]
        maps = [spins for row in zip(*columns) for spins in row]
    else:
        maps = list(sample.configurations(part=slice(0, n_columns * n_each))[0])
    fields = np.stack([spins.ravel() for spins in maps], axis=1).astype(float)
    style.draw_tiles(axes, fields, sample.lattice, len(which) or n_columns, limit=SPIN_SCALE)
    return axes


def shown_temperatures(sample: Sample, n: int) -> list[int]:
    """Indices of at most n temperatures, evenly spread; none where configurations have none."""
    if np.isnan(sample.temperature).all():
        return []
    return [int(t) for t in np.unique(np.linspace(0, len(sample.temperature) - 1, n).round().astype(int))]


def draw_configurations(sample: Sample, n_columns: int = 8, n_each: int = 2) -> Figure:
    """A few configurations, from the lowest to the highest temperature; the first ones where there are none."""
    if np.isnan(sample.temperature).all():
        maps, titles = list(sample.configurations(part=slice(0, n_each * n_columns))[0]), []
    else:
        which = shown_temperatures(sample, n_columns)
        columns = [sample.configurations(sample.temperature[index], slice(0, n_each)) for index in which]
        maps = [spins for row in zip(*columns) for spins in row]
        titles = [style.temperature_text(sample.temperature[index]) for index in which]
    figure, grid = style.map_grid(len(maps), len(titles) or n_columns)
    for axes, spins in zip(grid, maps):
        style.lattice_map(axes, spins, sample.lattice, SPIN_SCALE)
    for axes, title in zip(grid, titles):
        axes.set_title(title)
    figure.suptitle(f"Configurations of {sample.label} (red: spin up, blue: spin down)")
    return figure
