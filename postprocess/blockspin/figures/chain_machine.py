"""Machines trained on chains: the weights and couplings they learn, beside those of exact decimation."""

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from blockspin.archive import Archive, Group
from blockspin.figures import style


def draw(archive: Archive) -> Iterator[tuple[str, Figure]]:
    for name in archive.names("chain_machine"):
        yield style.file_name("chain_machine", name), draw_learnt(archive.group("chain_machine", name))


def draw_learnt(group: Group) -> Figure:
    figure, (weights, couplings) = plt.subplots(1, 2, figsize=(7.6, 3.3))
    coupling = group["coupling"]
    fine = np.linspace(0, 1.05 * coupling.max(), 200)
    weights.plot(fine, 0.5 * np.arccosh(np.exp(2 * fine)), color=style.EXACT, linewidth=0.9,
                 label=r"exact: $\frac{1}{2}$arccosh $e^{2K'}$")
    style.points(weights, coupling, group["weight/mean"], group["weight/error"], label="bonds one unit holds alone")
    for x, y, n in zip(coupling, group["weight/mean"], group["weight/count"]):
        if n:
            weights.annotate(f" {n}", (x, y), fontsize=7, xytext=(3, -9), textcoords="offset points")
    weights.set_ylabel("weight $|w|$")
    weights.legend()
    couplings.axhline(0, color=style.EXACT, linewidth=0.9, label="exact")
    style.points(couplings, coupling, group["learned_coupling/mean"] - coupling, group["learned_coupling/error"],
                 label="trained")
    couplings.set_ylabel("coupling of $H_{RBM}[v]$ less $K'$")
    couplings.legend()
    for axes in (weights, couplings):
        axes.set_xlim(left=0)
        axes.set_xlabel("coupling $K'$ of the chain")
    figure.suptitle(f"Machines trained on rings of {group.value('sites')} spins (numbers: bonds)")
    return figure
