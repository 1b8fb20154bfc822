"""Singular values of the weights, and the leading vectors as maps on the lattice."""

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from blockspin.archive import Archive, Group
from blockspin.figures import style


def draw(archive: Archive) -> Iterator[tuple[str, Figure]]:
    for name in archive.names("spectrum"):
        spectrum = archive.group("spectrum", name)
        figure, axes = plt.subplots(figsize=(5.6, 3.6))
        values(spectrum, axes)
        axes.set_title(f"Weights of [rbm.{spectrum.value('rbm')}]: singular values\n"
                       r"($\sigma_k^2$ are the eigenvalues of $W W^T$)")
        yield style.file_name("singular_values", name), figure
        if "left_vector" in spectrum:
            yield style.file_name("singular_vectors", name), draw_vectors(spectrum)


def values(spectrum: Group, axes: Axes) -> Axes:
    """All singular values, the largest first."""
    found = spectrum["singular_value"]
    axes.plot(np.arange(1, len(found) + 1), found, "o")
    axes.set_xlabel("index $k$, largest first")
    axes.set_ylabel(r"singular value $\sigma_k$ of $W$")
    axes.set_ylim(bottom=0)
    return axes


def comparison(spectra: list[Group], axes: Axes) -> Axes:
    """Singular values of several machines, over the largest of each."""
    for spectrum, colour in zip(spectra, style.sequence(len(spectra))):
        found = spectrum["singular_value"]
        axes.plot(np.arange(1, len(found) + 1), found / found[0], "-", color=colour, label=spectrum.name)
    axes.set_xlabel("index $k$, largest first")
    axes.set_ylabel(r"$\sigma_k / \sigma_1$")
    axes.set_ylim(bottom=0)
    style.legend_above(axes, n_columns=3, fontsize=7)
    return axes


def vectors(spectrum: Group, axes: Axes, n_shown: int = 10) -> Axes:
    """The leading left singular vectors, patterns of the visible spins, in rows of five, on one scale."""
    shown = spectrum["left_vector"][:, :n_shown]
    drawn = style.draw_tiles(axes, shown, spectrum.lattice, n_columns=5)
    axes.figure.colorbar(drawn, ax=axes, shrink=0.7)
    return axes


def draw_vectors(spectrum: Group, n_shown: int = 10) -> Figure:
    """The leading left singular vectors: patterns of the visible spins."""
    left, found = spectrum["left_vector"], spectrum["singular_value"]
    n_shown = min(n_shown, left.shape[1])
    figure, grid = style.map_grid(n_shown, 5, size=1.25, extra_height=0.9)
    for k, axes in enumerate(grid):
        style.lattice_map(axes, left[:, k], spectrum.lattice)
        axes.set_title(rf"$\sigma_{{{k + 1}}} = {found[k]:.2f}$", fontsize=8)
    figure.suptitle(f"Weights of [rbm.{spectrum.value('rbm')}]: leading left singular vectors on the\n"
                    f"{style.lattice_text(spectrum.lattice)} lattice (red +, blue -; each map on its own scale)")
    return figure
