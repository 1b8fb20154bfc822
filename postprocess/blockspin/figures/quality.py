"""How well a sample was drawn: pulls against exact values, autocorrelation times, exchanges and round trips."""

from collections.abc import Callable, Iterator

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from blockspin.archive import Archive, Sample
from blockspin.arrays import Array
from blockspin.figures import sampling, style

Panel = Callable[[Sample, Axes], Axes]
SOLVED = ("energy", "specific_heat")
TIMES = ("energy", "abs_magnetization", "magnetization_squared")


def draw(archive: Archive) -> Iterator[tuple[str, Figure]]:
    for sample in archive.ensembles():
        if panels(sample):
            yield style.file_name("sampling", sample.name), draw_quality(sample)


def pulls(sample: Sample) -> dict[str, Array]:
    """{"energy": [temperature], ...}: (mean - exact) / error where both are known and the error is not 0, else NaN."""
    found = {}
    for name in SOLVED:
        if f"observables/{name}" not in sample:
            continue
        finite = np.isfinite(sample.temperature)
        known = sampling.exact_values(sample, name, np.where(finite, sample.temperature, 1.0))
        mean, error = sample.observable(name)
        if known is not None:
            usable = finite & (error > 0)
            found[name] = np.where(usable, (mean - known) / np.where(usable, error, 1), np.nan)
    return found


def draw_pulls(sample: Sample, axes: Axes) -> Axes:
    """Deviations from exact values in standard errors: about one in three is beyond 1, one in 370 beyond 3."""
    axes.axhspan(-2, 2, color=style.EXACT, alpha=0.1, linewidth=0)
    for name, values in pulls(sample).items():
        axes.plot(sample.temperature, values, "o", label=name.replace("_", " "))
    axes.axhline(0, color=style.EXACT, linewidth=0.8)
    low, high = axes.get_ylim()
    axes.set_ylim(min(low, -3), max(high, 3))
    axes.set_xlabel(style.TEMPERATURE)
    axes.set_ylabel("(measured - exact) / error")
    style.legend_above(axes)
    return axes


def draw_tau(sample: Sample, axes: Axes) -> Axes:
    """Integrated autocorrelation times, and the interval at which configurations were kept."""
    finite = np.isfinite(sample.temperature)
    for name in TIMES:
        if f"observables/{name}/tau" in sample:
            axes.plot(sample.temperature[finite], sample[f"observables/{name}/tau"][finite], "o-", label=name.replace("_", " "))
    interval = interval_of(sample)
    if interval:
        axes.axhline(interval, color=style.EXACT, linestyle="--", linewidth=1, label=f"kept every {interval:g}")
    axes.set_yscale("log")
    axes.set_xlabel(style.TEMPERATURE)
    axes.set_ylabel("autocorrelation time  (sweeps)")
    style.mark_critical(axes, label=None, of=sample)
    style.legend_above(axes, n_columns=2)
    return axes


def interval_of(sample: Sample) -> float:
    """Sweeps between kept configurations; 0 where that is not known."""
    text = sample.value("auto.interval") or sample.value("interval")
    return float(text) if text not in ("", "auto", "none") else 0.0


def draw_acceptance(sample: Sample, axes: Axes) -> Axes:
    """Share of accepted exchanges of neighbouring temperatures."""
    t = sample.temperature
    with np.errstate(invalid="ignore"):
        middle = np.where(np.isfinite(t[1:]), (t[1:] + t[:-1]) / 2, np.nan)
    axes.plot(middle, sample["exchange/acceptance"], "o-")
    axes.axhline(0.05, color=style.COLOURS[1], linestyle="--", linewidth=1, label="below 5 %: the ladder is cut")
    axes.set_ylim(0, 1.02)
    axes.set_xlabel(style.TEMPERATURE + ", between neighbours")
    axes.set_ylabel("accepted share of exchanges")
    style.legend_above(axes)
    return axes


def draw_round_trips(sample: Sample, axes: Axes) -> Axes:
    """How many replicas have gone how often from the lowest temperature to the highest and back."""
    trips = sample["exchange/round_trips"]
    axes.hist(trips, bins=np.arange(trips.max() + 2) - 0.5 if trips.max() < 60 else 40, color=style.COLOURS[0])
    axes.axvline(trips.mean(), color=style.EXACT, linestyle="--", linewidth=1, label=f"mean {trips.mean():.3g}")
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    axes.set_xlabel("round trips of a replica")
    axes.set_ylabel("replicas")
    style.legend_above(axes)
    return axes


def draw_exchange_flow(sample: Sample, axes: Axes) -> Axes:
    """Share of the replicas at a temperature that come from the lowest one: a straight fall is the best ladder."""
    finite = np.isfinite(sample.temperature)
    axes.plot(sample.temperature[finite], sample["exchange/flow"][finite], "o-")
    axes.set_ylim(-0.02, 1.02)
    axes.set_xlabel(style.TEMPERATURE)
    axes.set_ylabel("share from the lowest $T$")
    style.mark_critical(axes, label=None, of=sample)
    return axes


def panels(sample: Sample) -> list[Panel]:
    """What there is to draw."""
    found: list[Panel] = []
    if any(np.isfinite(values).any() for values in pulls(sample).values()):
        found.append(draw_pulls)
    if "observables/energy/tau" in sample and len(sample.temperature) > 1:
        found.append(draw_tau)
    if "exchange/acceptance" in sample and np.isfinite(sample["exchange/acceptance"]).any():
        found.append(draw_acceptance)
    if "exchange/flow" in sample and np.isfinite(sample["exchange/flow"]).any():
        found.append(draw_exchange_flow)
    if "exchange/round_trips" in sample and sample["exchange/round_trips"].size:
        found.append(draw_round_trips)
    return found


def draw_quality(sample: Sample) -> Figure:
    shown = panels(sample)
    n_rows = -(-len(shown) // 2)
    figure, grid = plt.subplots(n_rows, 2, squeeze=False, figsize=(7.4, 2.7 * n_rows))
    for axes, panel in zip(grid.flat, shown):
        panel(sample, axes)
    for axes in grid.flat[len(shown):]:
        axes.set_visible(False)
    figure.suptitle(f"{sample.label}: how well it was sampled")
    return figure
