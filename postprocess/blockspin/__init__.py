"""Reads blockspin archives; `python3 -m blockspin.figures ARCHIVE` draws them.

    import blockspin
    with blockspin.open_archive("quickstart.h5") as archive:
        spins = archive.sample().configurations(2.25)    # int8, +1 and -1, shape (C, 10, 10)
"""

from blockspin.archive import Archive, Flow, Group, Machine, Sample, open_archive
from blockspin.packed import share, unpack

__all__ = ["Archive", "Flow", "Group", "Machine", "Sample", "open_archive", "share", "unpack"]
