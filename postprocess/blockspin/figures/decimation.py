"""Decimated chains: couplings step by step beside the exact recursion, and Kadanoff's kernel between its limits."""

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from blockspin.archive import Archive, Group
from blockspin.arrays import Array
from blockspin.figures import style


def draw(archive: Archive) -> Iterator[tuple[str, Figure]]:
    for name in archive.names("decimation"):
        decimation = archive.group("decimation", name)
        yield style.file_name("decimation", name), draw_flow(decimation)


def draw_flow(decimation: Group) -> Figure:
    figure, (flow, kernel) = plt.subplots(1, 2, figsize=(8.0, 3.5))
    chains, coupling = decimation["chain"], decimation["coupling"]
    strength, kernel_coupling = decimation["kernel/strength"], decimation["kernel/coupling"]
    for chain, row, kernel_row in zip(chains, coupling, kernel_coupling):
        line, = flow.plot(row, "o", label=f"$K_0 = {chain:g}$")
        flow.plot(exact_flow(chain, len(row)), color=line.get_color(), linewidth=0.8, zorder=0)
        kernel.plot(strength, kernel_row, "o-", color=line.get_color())
        kernel.axhline(exact_flow(chain, 2)[1], color=line.get_color(), linestyle=":", linewidth=1, zorder=0)
    flow.set_xlabel("decimation step (each removes every other spin)")
    flow.set_ylabel("coupling $K = J/(k_B T)$")
    flow.set_title(r"Ising chain, decimated (line: $\tanh K' = \tanh^2 K$)")
    flow.legend()
    kernel.set_xscale("symlog", linthresh=0.25, base=2)
    kernel.set_xlim(left=0)
    kernel.set_xticks(strength, [f"{p:g}" for p in strength])
    kernel.margins(x=0.03)
    kernel.set_xlabel("strength $p$ of Kadanoff's kernel")
    kernel.set_ylabel("nearest-neighbour coupling of $H_{RG}[h]$")
    kernel.set_title("One soft step; dotted: decimation ($p \\to \\infty$)")
    return figure


def exact_flow(coupling: float, n: int) -> Array:
    """K, K', K'', ...: n values of the exact recursion tanh K' = tanh^2 K, that is K' = (1/2) ln cosh 2K."""
    flow = [coupling]
    for _ in range(n - 1):
        flow.append(0.5 * np.log(np.cosh(2 * flow[-1])))
    return np.array(flow)
