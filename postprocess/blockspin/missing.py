"""What is said of names that are not there: what there is, and which of it is nearest."""

import difflib
from collections.abc import Iterable

MOST_NAMES = 30


class ArchiveError(ValueError):
    """A file that is no archive, is damaged, or is not to be trusted. One sentence."""


class Missing(KeyError):
    """A name that is not in the archive. One sentence, without the quotation marks of KeyError."""

    def __str__(self) -> str:
        return str(self.args[0])


def missing(place: str, name: str, known: Iterable[str], shown: str = "") -> Missing:
    """"first.h5 has no [rbm.W]; it has V, A; the nearest is V": `place` has not `name`, which is `shown` so, but `known`."""
    names = list(known)
    near = nearest(name, names)
    return Missing(f"{place} has no {shown or name}; it has {listed(names)}" + (f"; the nearest is {near}" if near else ""))


def nearest(name: str, known: Iterable[str]) -> str:
    """The name most like this one; "" where none is like it."""
    by_lower = {candidate.lower(): candidate for candidate in known}
    found = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.5)
    return by_lower[found[0]] if found else ""


def listed(names: list[str]) -> str:
    """"V, A, B"; of many names the first, and how many more there are."""
    more = len(names) - MOST_NAMES
    return (", ".join(names[:MOST_NAMES]) or "none") + (f" and {more} more" if more > 0 else "")
