"""Every kind of figure: a module each, with draw(archive) yielding (file name, figure) for what the archive holds."""

from blockspin.figures import decimation, flow, sampling, spectrum, training, weights

KINDS = (sampling, training, flow, spectrum, weights, decimation)


def draw_all(archive):
    """All figures of an archive, one at a time: (file name without suffix, matplotlib figure)."""
    for kind in KINDS:
        yield from kind.draw(archive)
