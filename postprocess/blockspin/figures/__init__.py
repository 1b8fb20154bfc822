"""Every kind of figure: a module each, with draw(archive) yielding (file name, figure) for what the archive holds.

Most pictures are functions of (group, axes) that return the axes, for figures of your own:

    from blockspin.figures import flow
    flow.quantity(archive.flow("V"), axes, "energy_temperature")
"""

from collections.abc import Iterator

from matplotlib.figure import Figure

from blockspin.archive import Archive
from blockspin.figures import (chain_machine, decimation, exponents, flow, kadanoff, likelihood, mapping, quality,
                               receptive_field, reconstruction, sampling, spectrum, thermometer, training, weights)

KINDS = (sampling, quality, thermometer, training, flow, spectrum, weights, receptive_field, reconstruction, likelihood, mapping,
         exponents, decimation, chain_machine, kadanoff)


def draw_all(archive: Archive) -> Iterator[tuple[str, Figure]]:
    """All figures of an archive, one at a time: (file name without suffix, matplotlib figure)."""
    for kind in KINDS:
        yield from kind.draw(archive)
