"""Pictures of a report: one axes each, drawn into the bytes of a PNG file."""

import io
import struct
from collections.abc import Callable

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from blockspin.report.parts import Picture

SIZE = (4.4, 3.1)   # inches
WIDE = (9.0, 3.4)
DOTS = 130          # an inch


def picture(caption: str, words: str, draw: Callable[[Axes], object], size: tuple[float, float] = SIZE) -> Picture:
    """`draw` draws into the axes that it is given. `words` say the same, with the numbers, to those who do not see it."""
    figure, axes = plt.subplots(figsize=size)
    draw(axes)
    return drawn(caption, words, figure)


def drawn(caption: str, words: str, figure: Figure) -> Picture:
    """The same of a figure that has been drawn, such as one of several panels. Closes it."""
    memory = io.BytesIO()
    figure.savefig(memory, format="png", dpi=DOTS)
    plt.close(figure)
    png = memory.getvalue()
    width, height = struct.unpack(">II", png[16:24])  # of the header of every PNG file
    return Picture(caption, words, png, width, height, is_wide=width > 1.5 * SIZE[0] * DOTS)
