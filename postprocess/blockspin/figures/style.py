"""What all figures share: colours safe for colour-blind readers, sizes, labels, the mark of T_c, maps of a lattice."""

from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from numpy.typing import ArrayLike

from blockspin.arrays import Array, Lattice
from blockspin.archive import Group
from blockspin.exact import T_C

# Okabe & Ito's palette, without its yellow.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
EXACT = "#444444"
DIVERGING = "RdBu_r"
SEQUENTIAL = "viridis"

TEMPERATURE = r"temperature $T$  ($J/k_B$)"
T_C_LABEL = r"$T_c = 2.269$"


def use() -> None:
    """Sets matplotlib's defaults for every figure drawn after."""
    mpl.rcParams.update({
        "figure.dpi": 150, "savefig.bbox": "tight", "figure.constrained_layout.use": True,
        "font.size": 9, "axes.titlesize": 10, "figure.titlesize": 11, "legend.fontsize": 8, "legend.frameon": False,
        "axes.spines.top": False, "axes.spines.right": False, "axes.prop_cycle": mpl.cycler(color=COLOURS),
        "lines.linewidth": 1.4, "lines.markersize": 3.5, "errorbar.capsize": 2, "svg.hashsalt": "blockspin",
    })


def has_critical_point(group: Group) -> bool:
    """Whether T_C is where it is said to be: nearest neighbours on the square lattice, without a field."""
    return len(group.lattice) == 2 and float(group.value("model.field") or 0) == 0


def mark_critical(axes: Axes, vertical: bool = True, label: str | None = T_C_LABEL, of: Group | None = None) -> None:
    """A dotted line at T_c of the infinite square lattice; none where the group `of` is of another model."""
    if of is None or has_critical_point(of):
        line = axes.axvline if vertical else axes.axhline
        line(T_C, color=EXACT, linestyle=":", linewidth=1, label=label, zorder=0)


def legend_above(axes: Axes, n_columns: int = 3, **options: Any) -> None:
    """A legend above the axes, where it covers nothing; none where nothing has a label."""
    if axes.get_legend_handles_labels()[1]:
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=n_columns, borderaxespad=0.2, columnspacing=1.2,
                    handlelength=1.6, **options)


def sequence(n: int) -> Array:
    """[n, 4]: colours of a sequence, such as of steps or temperatures; the same for every figure with as many."""
    return mpl.colormaps[SEQUENTIAL](np.linspace(0, 0.88, max(n, 2)))[:n]


def points(axes: Axes, x: ArrayLike, mean: ArrayLike, error: ArrayLike, **options: Any) -> None:
    """Markers with error bars of one standard error."""
    axes.errorbar(x, mean, yerr=error, fmt=options.pop("fmt", "o"), **options)


def band(axes: Axes, x: ArrayLike, mean: Array, error: Array, width: float = 2, **options: Any) -> None:
    """A line with a band of +-`width` standard errors."""
    line, = axes.plot(x, mean, **options)
    axes.fill_between(x, mean - width * error, mean + width * error, color=line.get_color(), alpha=0.25, linewidth=0)


def step_axis(axes: Axes, n_steps: int) -> None:
    """Steps 0, 1, 2, ... n: linear up to 1, logarithmic beyond, so that the first steps can be seen."""
    if n_steps > 10:
        axes.set_xscale("symlog", linthresh=1)
        ticks = [0] + [10**k * f for k in range(5) for f in (1, 2, 5) if 10**k * f <= n_steps]
        axes.set_xticks(ticks, [str(tick) for tick in ticks])
        axes.xaxis.set_minor_locator(mpl.ticker.NullLocator())
        axes.axvline(1, color=EXACT, linewidth=0.4, alpha=0.5, zorder=0)
    axes.set_xlim(0, max(n_steps, 1))
    axes.set_xlabel("flow step" + ("  (linear up to 1, then logarithmic)" if n_steps > 10 else ""))


def start_label(start: str) -> str:
    return {"up": "start: all up", "random": "start: random spins"}.get(start, f"start: $T = {start}$")


def temperature_text(temperature: float) -> str:
    """"T = 2.25"; nothing where configurations have no temperature."""
    return "" if np.isnan(temperature) else f"$T$ = {temperature:.4g}"


def plane_of(values: Array, lattice: Lattice) -> Array:
    """One value a site as a picture [row, column]: a chain is folded into rows that make it about square, where that leaves
    no gaps, and the layers of a cube stand side by side."""
    n = int(np.prod(lattice))
    if len(lattice) == 3:
        layers = np.reshape(values, lattice)
        gap = np.full((lattice[1], 1), np.nan)
        return np.hstack([part for layer in layers for part in (layer, gap)][:-1])
    if len(lattice) == 2:
        return np.reshape(values, lattice)
    width = next((k for k in range(int(np.ceil(np.sqrt(n))), n) if n % k == 0), n)
    return np.reshape(values, (-1, width if width <= 4 * np.sqrt(n) else n))


def lattice_map(axes: Axes, values: Array, lattice: Lattice, limit: float | None = None) -> AxesImage:
    """One value a site as a map, see plane_of(): red positive, blue negative, symmetric about white."""
    image = plane_of(values, lattice)
    limit = limit or np.nanmax(np.abs(image)) or 1.0
    drawn = axes.imshow(image, cmap=DIVERGING, vmin=-limit, vmax=limit, interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(True)
        spine.set_linewidth(0.4)
    return drawn


def tiles(fields: Array, lattice: Lattice, n_columns: int) -> Array:
    """Many maps [site, unit] as one picture, `n_columns` a row, a gap of one pixel between them: hundreds are drawn as fast as
    one. Gaps and unused places are NaN."""
    planes = [plane_of(fields[:, unit], lattice) for unit in range(fields.shape[1])]
    height, width = planes[0].shape
    n_rows = -(-len(planes) // n_columns)
    picture = np.full((n_rows * (height + 1) - 1, min(n_columns, len(planes)) * (width + 1) - 1), np.nan)
    for place, plane in enumerate(planes):
        row, column = divmod(place, n_columns)
        picture[row * (height + 1):row * (height + 1) + height, column * (width + 1):column * (width + 1) + width] = plane
    return picture


def draw_tiles(axes: Axes, fields: Array, lattice: Lattice, n_columns: int, limit: float | None = None) -> AxesImage:
    """Many maps in one axes, on one symmetric scale."""
    picture = tiles(fields, lattice, n_columns)
    limit = limit or np.nanmax(np.abs(picture)) or 1.0
    colours = mpl.colormaps[DIVERGING].with_extremes(bad="#8c8c8c")
    drawn = axes.imshow(picture, cmap=colours, vmin=-limit, vmax=limit, interpolation="nearest")
    axes.set_axis_off()
    return drawn


def map_grid(n_maps: int, n_columns: int, size: float = 0.85, extra_height: float = 0.6) -> tuple[Figure, Array]:
    """A figure with a grid of small square axes for maps; unused ones are hidden."""
    n_rows = -(-n_maps // n_columns)
    figure, grid = plt.subplots(n_rows, n_columns, squeeze=False,
                                figsize=(size * n_columns + 0.9, size * n_rows + extra_height))
    for axes in grid.flat[n_maps:]:
        axes.set_visible(False)
    return figure, grid.flatten()[:n_maps]


def lattice_text(lattice: Lattice) -> str:
    """10x10 with a sign of multiplication; a ring of 100 is "100"."""
    return r"$\times$".join(str(extent) for extent in lattice)


def file_name(*pieces: str) -> str:
    """thermodynamics, flow_V, ...: the instance `main` is not named."""
    return "_".join(piece for piece in pieces if piece != "main")
