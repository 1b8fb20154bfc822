"""Every kind of figure: a module each, with draw(archive) yielding (file name, figure) for what the archive holds."""

from collections.abc import Iterator

from matplotlib.figure import Figure

from blockspin.archive import Archive
from blockspin.figures import (chain_machine, decimation, flow, kadanoff, mapping, receptive_field, reconstruction,
                               sampling, spectrum, training, weights)

KINDS = (sampling, training, flow, spectrum, weights, receptive_field, reconstruction, mapping, decimation, chain_machine,
         kadanoff)


def draw_all(archive: Archive) -> Iterator[tuple[str, Figure]]:
    """All figures of an archive, one at a time: (file name without suffix, matplotlib figure)."""
    for kind in KINDS:
        yield from kind.draw(archive)
