"""Kadanoff's variational renormalization on small tori: free energies against the kernel, and what becomes of K."""

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from blockspin.archive import Archive, Group
from blockspin.arrays import Array
from blockspin.figures import style

K_C = 0.440686793509772
MAPS = (("majority", "majority rule", "s-"), ("decimation", "decimation", "^-"),
        ("kadanoff", "Kadanoff's kernel at the best bound, exact", "o-"), ("moved", "the same, bonds moved", "o--"),
        ("block_machine", "block machine of least $D_{KL}$", "D-"),
        ("free_machine", "free machine, least $D_{KL}$ found (hollow: from one start only)", "v-"))


def draw(archive: Archive) -> Iterator[tuple[str, Figure]]:
    for name in archive.names("kadanoff"):
        group = archive.group("kadanoff", name)
        yield style.file_name("kadanoff_free_energy", name), draw_free_energy(group)
        yield style.file_name("kadanoff_couplings", name), draw_couplings(group)


def torus_text(group: Group) -> str:
    side, block = group.value("side"), group.value("block")
    return f"{side}x{side} torus, {block}x{block} blocks"


def nearest_critical(group: Group) -> int:
    return int(np.argmin(np.abs(group["coupling"] - K_C)))


def found_once(group: Group, path: str) -> Array:
    """[K]: whether the map is of a machine whose least D_KL one start only reached, so that a lower one may exist."""
    name = f"{path}/starts_at_least"
    return group[name] == 1 if name in group else np.zeros(len(group["coupling"]), dtype=bool)


def draw_free_energy(group: Group) -> Figure:
    figure, (kernel, bound) = plt.subplots(1, 2, figsize=(8.2, 3.4))
    k, strength = nearest_critical(group), group["strength"]
    kernel.plot(strength, group["normalised_delta_f"][k], "o-", label="normalised: 0 for every $\\lambda$")
    kernel.plot(strength, group["free_delta_f"][k], "s-", label="not normalised: no lower bound")
    kernel.set_xlabel(r"strength $\lambda$ of Kadanoff's kernel")
    kernel.set_ylabel(r"$\Delta F = F_h - F_v$  ($k_B T$)")
    kernel.legend()
    exact = group["free_energy"][k]
    near = strength <= 2
    bound.plot(strength[near], group["moved_free_energy"][k][near] - exact, "o-", label="bonds moved, uniform $\\lambda$")
    best = group["bound/free_energy"][k] - exact
    bound.axhline(best, color=style.COLOURS[1], linestyle="--", label=f"highest bound: {best:.3f}")
    bound.axhline(0, color=style.EXACT, linewidth=0.8, label="exact")
    bound.set_ylim(12 * best, -best)
    bound.set_xlabel(r"strength $\lambda$ of Kadanoff's kernel")
    bound.set_ylabel(r"$F_{moved} - F_v$  ($k_B T$, whole torus)")
    bound.legend()
    figure.suptitle(f"{torus_text(group)}, $K$ = {group['coupling'][k]:.4f}: "
                    "$\\Delta F$ alone fixes no map; a lower bound does")
    return figure


def draw_couplings(group: Group) -> Figure:
    """Couplings of neighbouring blocks, NaN where hidden spins match no blocks, and what every map has: the sum of all pairs."""
    figure, grid = plt.subplots(1, 4, figsize=(13.0, 3.4))
    for axes, (quantity, label) in zip(grid, (("nearest", "$K_{nn}$"), ("diagonal", "$K_{nnn}$"),
                                              ("plaquette", "$K_{plaquette}$"), ("pair_sum", "sum of all pairs"))):
        for (path, text, line), colour in zip(MAPS, style.COLOURS):
            if f"renormalised/{path}/{quantity}" in group:
                coupling, values = group["coupling"], group[f"renormalised/{path}/{quantity}"]
                axes.plot(coupling, values, line, color=colour, label=text)
                once = found_once(group, path)
                axes.plot(coupling[once], values[once], line[0], color=colour, markerfacecolor="white")
        if quantity == "nearest":
            axes.plot(group["coupling"], group["coupling"], color=style.EXACT, linewidth=0.8, label="$K' = K$")
        axes.axvline(K_C, color=style.EXACT, linestyle=":", linewidth=1)
        axes.set_xlabel("coupling $K$ (dotted: $K_c$)")
        axes.set_ylabel(label + " of $H_{RG}[h]$")
    figure.suptitle(f"{torus_text(group)}: renormalised couplings")
    figure.legend(*grid[0].get_legend_handles_labels(), loc="upper center", bbox_to_anchor=(0.5, 0), ncol=4,
                  fontsize=7)
    return figure
