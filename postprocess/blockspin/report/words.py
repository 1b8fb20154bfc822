"""Numbers in words: for tables, and for those who hear a picture."""

from collections.abc import Iterable

import numpy as np

from blockspin.arrays import Array
from blockspin.seeds import pm

MOST_POINTS = 6


def number(value: float) -> str:
    return "not known" if np.isnan(value) else f"{value:.4g}"


def measured(value: float, error: float) -> str:
    """27.1(1); "not known" where it is NaN."""
    if not np.isfinite(value):
        return "not known" if np.isnan(value) else f"{value:g}"
    return pm(value, error)


def curve(what: str, x: Array, mean: Array, error: Array | None = None, at: str = "T") -> str:
    """"energy: -2.000 at T = 0, -1.476(2) at T = 2.25, ...": some points of a curve, evenly spread, its ends among them."""
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(mean))
    if not known.size:
        return f"{what}: not known"
    shown = known[np.unique(np.linspace(0, len(known) - 1, MOST_POINTS).round().astype(int))]
    texts = [f"{measured(mean[i], 0.0 if error is None else error[i])} at {at} = {x[i]:.5g}" for i in shown]
    return f"{what}: " + ", ".join(texts) + (f" ({len(known)} points in all)" if len(known) > len(shown) else "")


def counted(n: int, singular: str, plural: str = "") -> str:
    """"1 flow", "3 flows"."""
    return f"{n:,} {singular if n == 1 else plural or singular + 's'}"


def joined(texts: Iterable[str], most: int = 6) -> str:
    """"a, b, c and 4 more"."""
    every = list(texts)
    more = len(every) - most
    return ", ".join(every[:most]) + (f" and {more} more" if more > 0 else "")
