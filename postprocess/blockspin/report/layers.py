"""What layers keep: how much of the irrelevant directions each lets pass, beside blocks and controls."""

from blockspin import relevance
from blockspin.archive import Archive
from blockspin.relevance import FUNCTIONS, Layer
from blockspin.report.parts import Note, Part, Section, Table
from blockspin.report.pictures import drawn
from blockspin.seeds import pm

READING = ("A leak is the share of irrelevant directions that a function of a layer sees: 0 where only what is relevant passes, as in "
           "ideal blocks; 1 where nothing is filtered, as in the energy. \"sum\" is the squared sum of a layer's units, \"best\" the "
           "combination of squared modes that leaks least. Errors hold the spread over trainings: one training has "
           "none, and no verdict.")


def section(archives: list[Archive]) -> Section:
    parts: list[Part] = []
    having = [archive for archive in archives if archive.names("relevance")]
    layers = [layer for archive in having for layer in relevance.layers_of(archive)]
    if layers:
        heads, rows = relevance.layer_rows(layers)
        parts = [Note(READING), Table("Layers of machines beside as many majority blocks", heads, rows),
                 drawn("Leak of irrelevant directions, layer by layer", words(layers), relevance.draw(having))]
    return Section("What layers keep", parts)


def words(layers: list[Layer]) -> str:
    return "; ".join(f"{one.family} layer {one.layer}, {function}: {pm(leak.mean, leak.error)}"
                     for one in layers for function in FUNCTIONS.values() for leak in [one.leaks["trained", function]])
