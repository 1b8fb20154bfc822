"""Monte Carlo: observables against temperature beside exact results, and a look at the configurations."""

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from blockspin import exact
from blockspin.archive import Archive, Sample
from blockspin.figures import style

PANELS = (
    ("energy", "energy per spin  ($J$)"),
    ("abs_magnetization", r"$\langle|m|\rangle$ per spin"),
    ("specific_heat", "specific heat per spin  ($k_B$)"),
    ("susceptibility", r"$N(\langle m^2\rangle - \langle|m|\rangle^2)/T$  ($1/J$)"),
)
IN_A_FIELD = {
    "abs_magnetization": ("magnetization", r"$\langle m\rangle$ per spin"),
    "susceptibility": ("susceptibility_connected", r"$\partial\langle m\rangle/\partial h$ per spin  ($1/J$)"),
}
NOTES = {1: "; exact: this ring", 2: "; exact: this torus, Kaufman; Yang: infinite lattice"}
CURVE_POINTS = 400
SPIN_SCALE = 1.4  # spins at less than full colour


def draw(archive: Archive) -> Iterator[tuple[str, Figure]]:
    for sample in archive.ensembles():
        if "observables" in sample:
            yield style.file_name("observables", sample.name), draw_observables(sample)
        if len(sample.lattice) == 2:
            yield style.file_name("configurations", sample.name), draw_configurations(sample)


def draw_observables(sample: Sample) -> Figure:
    figure, grid = plt.subplots(2, 2, figsize=(7.4, 5.4), sharex=True)
    for axes, (observable, label) in zip(grid.flat, panels(sample)):
        draw_exact(axes, observable, sample)
        mean, error = sample.observable(observable)
        finite = np.isfinite(sample.temperature)
        style.points(axes, sample.temperature[finite], mean[finite], error[finite], label="configurations")
        if is_solved(sample) and len(sample.lattice) == 2:
            style.mark_critical(axes, label=style.T_C_LABEL if observable == "energy" else None)
        axes.set_ylabel(label)
        axes.legend(loc="lower right" if observable == "energy" else "upper right")
    for axes in grid[1]:
        axes.set_xlabel(style.TEMPERATURE)
    n, size = sample.open("configuration").shape[1], style.lattice_text(sample.lattice)
    figure.suptitle(
        f"Ising model, {size} periodic, {sample.label}: {n:,} configurations kept per temperature\n"
        f"(bars: one standard error{NOTES[len(sample.lattice)] if is_solved(sample) else ''})",
        fontsize=10,
    )
    return figure


def field_of(sample: Sample) -> float:
    return float(sample.value("model.field", "0"))


def panels(sample: Sample) -> list[tuple[str, str]]:
    """(observable, label) of each panel; in a field <m> and its response."""
    return [(IN_A_FIELD.get(panel[0], panel) if field_of(sample) else panel) for panel in PANELS]


def is_solved(sample: Sample) -> bool:
    """Whether exact results are known: zero field, one or two dimensions."""
    return len(sample.lattice) <= 2 and field_of(sample) == 0.0


def draw_exact(axes: Axes, observable: str, sample: Sample) -> None:
    """The exact curve, where one is known."""
    if not is_solved(sample):
        return
    finite = sample.temperature[np.isfinite(sample.temperature)]
    t = np.linspace(finite.min(), finite.max(), CURVE_POINTS)
    if observable == "energy":
        curve, options = exact.energy(t, sample.lattice), {"label": "exact"}
    elif observable == "specific_heat":
        curve, options = exact.specific_heat(t, sample.lattice), {"label": "exact"}
    elif observable == "abs_magnetization" and len(sample.lattice) == 2:
        curve, options = exact.infinite_magnetization(t), {"label": "Yang", "linestyle": "--"}
    else:
        return
    axes.plot(t, curve, color=style.EXACT, zorder=1, **options)


def draw_configurations(sample: Sample, n_columns: int = 8, n_each: int = 2) -> Figure:
    """A few configurations, from the lowest to the highest temperature; the first ones where there are none."""
    if np.isnan(sample.temperature).all():
        maps, titles = sample.configurations(part=slice(0, n_each * n_columns))[0], []
    else:
        which = np.unique(np.linspace(0, len(sample.temperature) - 1, n_columns).round().astype(int))
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
