"""How far machines are from exact maps: the distribution of ln Tr_h exp T over the data, and D_KL."""

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from blockspin.archive import Archive, Group
from blockspin.figures import style

ROUNDING = 1e-6  # a spread below this is rounding: the map is exact


def draw(archive: Archive) -> Iterator[tuple[str, Figure]]:
    maps = [archive.group("mapping", name) for name in archive.names("mapping")]
    if maps:
        yield "ln_trace", draw_distributions(maps)
        yield "map_distance", draw_distances(maps)


def map_label(mapping: Group) -> str:
    return f"{mapping.name}, $T$ = {float(mapping.value('temperature')):.4g}"


def draw_distributions(maps: list[Group]) -> Figure:
    figure, axes = plt.subplots(figsize=(5.4, 3.6))
    distributions(maps, axes)
    axes.set_title("An exact map is one line: zero spread", pad=8 + 11 * len(maps))
    return figure


def distributions(maps: list[Group], axes: Axes) -> Axes:
    """ln Tr_h exp T of the data less its mean, a line a map."""
    spread = [mapping for mapping in maps if float(mapping["ln_trace/std"]) > ROUNDING]
    values = [mapping["ln_trace/value"] - float(mapping["ln_trace/mean"]) for mapping in spread]
    if values:
        bins = np.linspace(min(v.min() for v in values), max(v.max() for v in values), 40)
        for mapping, deviations in zip(spread, values):
            axes.hist(deviations, bins=bins, density=True, histtype="step", linewidth=1.3,
                      label=f"{map_label(mapping)}: std {float(mapping['ln_trace/std']):.3g}")
    for mapping in maps:
        if mapping not in spread:
            axes.axvline(0, color="black", linewidth=1.5,
                         label=f"{map_label(mapping)}: std {float(mapping['ln_trace/std']):.0e} (exact)")
    axes.set_xlabel(r"$\ln {\rm Tr}_h e^{T(v,h)}$ less its mean")
    axes.set_ylabel("density over configurations")
    style.legend_above(axes, n_columns=1, fontsize=7)
    return axes


def draw_distances(maps: list[Group]) -> Figure:
    figure, (free_energy, divergence) = plt.subplots(1, 2, figsize=(8.0, 0.9 + 0.34 * len(maps)), sharey=True)
    places = np.arange(len(maps))[::-1]
    n_sites = [np.prod(mapping.lattice) for mapping in maps]
    scaled = [float(mapping["delta_f"]) / n for mapping, n in zip(maps, n_sites)]
    free_energy.errorbar(scaled, places, xerr=[float(m["delta_f_error"]) / n for m, n in zip(maps, n_sites)], fmt="o", clip_on=False)
    free_energy.axvline(0, color=style.EXACT, linewidth=0.8)
    free_energy.set_xlabel(r"$\Delta F / N = (\ln Z - \ln Z_{RBM})/N$")
    distance = np.array([float(mapping["kl_divergence_per_spin"]) for mapping in maps])
    error = np.array([float(mapping["kl_divergence_per_spin_error"]) for mapping in maps])
    divergence.errorbar(distance, places, xerr=error, fmt="o", clip_on=False)
    positive = distance[distance > ROUNDING]
    divergence.set_xscale("symlog", linthresh=10.0 ** np.floor(np.log10(positive.min())) if positive.size else 1e-6)
    divergence.set_xlim(left=0)
    divergence.set_xlabel(r"$D_{KL}$(Ising, machine) per spin (nats)")
    free_energy.set_yticks(places, [map_label(mapping) for mapping in maps])
    free_energy.set_ylim(-0.6, len(maps) - 0.4)
    figure.suptitle("Equal free energies do not make a map exact; $D_{KL} = 0$ does")
    return figure
