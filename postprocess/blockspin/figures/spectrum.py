"""Singular values of the weights, and the leading vectors as maps on the lattice."""

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from blockspin.archive import Archive, Group
from blockspin.figures import style


def draw(archive: Archive) -> Iterator[tuple[str, Figure]]:
    for name in archive.names("spectrum"):
        spectrum = archive.group("spectrum", name)
        yield style.file_name("singular_values", name), draw_values(spectrum)
        if "left_vector" in spectrum:
            yield style.file_name("singular_vectors", name), draw_vectors(spectrum)


def draw_values(spectrum: Group) -> Figure:
    values = spectrum["singular_value"]
    figure, axes = plt.subplots(figsize=(5.6, 3.6))
    axes.plot(np.arange(1, len(values) + 1), values, "o")
    axes.set_xlabel("index $k$, largest first")
    axes.set_ylabel(r"singular value $\sigma_k$ of $W$  (1)")
    axes.set_ylim(bottom=0)
    axes.set_title(f"Weights of [rbm.{spectrum.value('rbm')}]: singular values\n"
                   r"($\sigma_k^2$ are the eigenvalues of $W W^T$)")
    return figure


def draw_vectors(spectrum: Group, n_shown: int = 10) -> Figure:
    """The leading left singular vectors: patterns of the visible spins."""
    vectors, values = spectrum["left_vector"], spectrum["singular_value"]
    n_shown = min(n_shown, vectors.shape[1])
    figure, grid = style.map_grid(n_shown, 5, size=1.25, extra_height=0.9)
    for k, axes in enumerate(grid):
        style.lattice_map(axes, vectors[:, k], spectrum.lattice)
        axes.set_title(rf"$\sigma_{{{k + 1}}} = {values[k]:.2f}$", fontsize=8)
    figure.suptitle(f"Weights of [rbm.{spectrum.value('rbm')}]: leading left singular vectors on the\n"
                    f"{style.lattice_text(spectrum.lattice)} lattice (red +, blue -; each map on its own scale)")
    return figure
