"""The weights: what each hidden unit listens to, drawn on the lattice."""

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from blockspin.archive import Archive, Machine
from blockspin.figures import style

SHOWN_UNITS = 64
COLUMNS = 8


def draw(archive: Archive) -> Iterator[tuple[str, Figure]]:
    for name in archive.names("rbm"):
        machine = archive.machine(name)
        for layer in range(1, machine.n_layers + 1):
            suffix = (f"layer_{layer}",) if machine.n_layers > 1 else ()
            yield style.file_name("weights", name, *suffix), draw_fields(machine, layer)


def product_text(layer: int) -> str:
    """What fields of a layer are columns of: W, or W_1 W_2 ..."""
    return "$W$" if layer == 1 else "$" + " ".join(f"W_{k}" for k in range(1, layer + 1)) + "$"


def fields(machine: Machine, axes: Axes, layer: int = 1) -> Axes:
    """The fields of the first units of a layer (columns of W_1 ... W_layer) as maps in rows of eight, on one colour scale; of
    units without places as columns of numbers."""
    field = machine.fields(layer)
    places = machine.lattice or (field.shape[0],)
    drawn = style.draw_tiles(axes, field[:, :SHOWN_UNITS], places, COLUMNS, limit=float(np.abs(field).max()) or 1.0)
    axes.figure.colorbar(drawn, ax=axes, shrink=0.7, label=f"weight, column of {product_text(layer)}")
    return axes


def draw_fields(machine: Machine, layer: int) -> Figure:
    n_units, places = machine.weights(layer).shape[1], machine.lattice
    n_rows = -(-min(SHOWN_UNITS, n_units) // COLUMNS)
    figure, axes = plt.subplots(figsize=(7.6, 0.85 * n_rows + 1.0))
    fields(machine, axes, layer)
    shown = f" (first {SHOWN_UNITS})" if n_units > SHOWN_UNITS else ""
    where = f", each a map on the {style.lattice_text(places)} lattice" if places else ""
    figure.suptitle(f"{machine.label}: {n_units} hidden units of layer {layer}{shown}{where}")
    return figure
