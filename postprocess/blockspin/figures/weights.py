"""The weights: what each hidden unit listens to, drawn on the lattice."""

from collections.abc import Iterator

import numpy as np
from matplotlib.figure import Figure

from blockspin.archive import Archive, Machine
from blockspin.figures import style

SHOWN_UNITS = 64


def draw(archive: Archive) -> Iterator[tuple[str, Figure]]:
    for name in archive.names("rbm"):
        machine = archive.machine(name)
        for layer in range(1, machine.n_layers + 1):
            suffix = (f"layer_{layer}",) if machine.n_layers > 1 else ()
            yield style.file_name("weights", name, *suffix), draw_fields(machine, layer)


def draw_fields(machine: Machine, layer: int) -> Figure:
    """The fields of the first units of a layer (columns of W_1 ... W_layer), all on one colour scale."""
    field = machine.fields(layer)
    n_shown = min(SHOWN_UNITS, field.shape[1])
    figure, grid = style.map_grid(n_shown, 8, extra_height=1.0)
    limit = np.abs(field).max()
    for unit, axes in enumerate(grid):
        drawn = style.lattice_map(axes, field[:, unit], machine.lattice, limit)
    product = "$W$" if layer == 1 else "$" + " ".join(f"W_{k}" for k in range(1, layer + 1)) + "$"
    figure.colorbar(drawn, ax=list(grid), shrink=0.6, label=f"weight, column of {product}  (1)")
    shown = f" (first {n_shown})" if n_shown < field.shape[1] else ""
    figure.suptitle(
        f"{machine.label}: {field.shape[1]} hidden units of layer {layer}{shown}, each a map on the "
        f"{style.lattice_text(machine.lattice)} lattice"
    )
    return figure
