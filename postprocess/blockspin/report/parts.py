"""What a report is made of: sections of notes, tables and pictures, before they are HTML."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Union


@dataclass
class Note:
    """A paragraph. `weight` is "" for plain text, "check" for what may be wrong, "note" for what one should know."""

    text: str
    weight: str = ""


@dataclass
class Heading:
    """A heading within a section, such as the name of a group."""

    text: str


@dataclass
class Table:
    """Rows of texts. Long tables are folded."""

    caption: str
    heads: list[str]
    rows: list[list[str]]
    is_folded: bool = False


@dataclass
class Folded:
    """A text as it stands, such as a deck, folded."""

    title: str
    text: str


@dataclass
class Picture:
    """A drawn figure: what it shows, the same in words with its numbers, and the bytes of a PNG file."""

    caption: str
    words: str
    png: bytes
    width: int   # pixels of the file
    height: int
    is_wide: bool = False


Part = Union[Note, Heading, Table, Folded, Picture]


@dataclass
class Section:
    title: str
    parts: list[Part] = field(default_factory=list)
