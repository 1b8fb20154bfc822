"""Reads blockspin archives; `python3 -m blockspin.figures ARCHIVE` draws them.

    import blockspin
    with blockspin.open_archive("quickstart.h5") as archive:
        spins = archive.sample().configurations(2.25)    # int8, +1 and -1, shape (C, 10, 10)
"""

from blockspin.archive import Archive, PartialGroup, Stage, open_archive
from blockspin.campaign import Campaign, Table, open_campaign
from blockspin.ensemble import Block, Sample
from blockspin.group import Group
from blockspin.machine import Flow, Machine
from blockspin.missing import ArchiveError, Missing
from blockspin.packed import share, unpack

__version__ = "0.1.0"  # that of the project (CMakeLists.txt)

__all__ = ["Archive", "ArchiveError", "Block", "Campaign", "Flow", "Group", "Machine", "Missing", "PartialGroup", "Sample",
           "Stage", "Table", "open_archive", "open_campaign", "share", "unpack"]
