"""Training: what was recorded epoch by epoch, and what the machine had learned by then."""

from collections.abc import Callable
from functools import partial

import numpy as np
from matplotlib.axes import Axes

from blockspin.archive import Archive
from blockspin.arrays import Array
from blockspin.figures import training, weights
from blockspin.machine import Machine
from blockspin.report.parts import Heading, Note, Part, Section, Table
from blockspin.report.pictures import picture
from blockspin.report.words import curve, number
from blockspin.seeds import families

MOST_DRAWN = 4  # machines of an archive; the others are in the table
LEFT_OUT = ("learning_rate",)
HEADS = ["machine", "lattice", "hidden units", "epochs", "learning rate", "reconstruction error", "norm of weights",
         "energy, data", "energy, machine", "|m|, data", "|m|, machine"]


def section(archives: list[Archive]) -> Section:
    parts: list[Part] = []
    for archive in archives:
        machines = list(archive.machine)
        if machines:
            parts.append(Table(f"Machines of {archive.name}, after their last epoch (of stacks the first layer)", HEADS,
                               [row(machine) for machine in machines]))
        drawn = first_ones(archive)
        for machine in drawn:
            parts += of_machine(machine)
        if len(machines) > len(drawn):
            parts.append(Note(f"Drawn: {len(drawn)} of {len(machines)} machines, the first training of each of the first settings. "
                              "blockspin-figures draws every one."))
    return Section("Training", parts)


def first_ones(archive: Archive) -> list[Machine]:
    """The first training of the first settings."""
    return [archive.machine(members[0]) for members in families(archive.names("rbm")).values()][:MOST_DRAWN]


def last(found: dict[str, Array], name: str) -> str:
    return number(float(found[name][-1])) if name in found and len(found[name]) else ""


def row(machine: Machine) -> list[str]:
    history, judgement = machine.history(), machine.judgement()
    return [machine.name, "x".join(map(str, machine.lattice)), machine.value("hidden"), machine.value("epochs"),
            machine.value("learning_rate"), last(history, "reconstruction_error"), last(history, "weight_norm"),
            *(last(judgement, f"{name}_{of}") for name in ("energy", "abs_magnetization") for of in ("data", "model"))]


def of_machine(machine: Machine) -> list[Part]:
    parts: list[Part] = [Heading(f"{machine.label}: {machine.value('hidden')} hidden units, {machine.value('epochs')} epochs")]
    parts += [one(machine, training.history, training.histories(machine), name)
              for name in training.recorded(machine) if name not in LEFT_OUT]
    parts += [one(machine, training.judgement, training.judgements(machine), name) for name in training.judged(machine)]
    layers = range(1, machine.n_layers + 1)
    parts += [picture(f"Weights of layer {layer}: each unit a map (the first {weights.SHOWN_UNITS}); red +, blue -",
                      fields_words(machine, layer), partial(weights.fields, machine, layer=layer)) for layer in layers]
    return parts


def one(machine: Machine, draw: Callable[[Machine, Axes, str], Axes], records: training.Records, name: str) -> Part:
    words = "; ".join(curve(f"layer {layer}, {key.replace('_', ' ')}", found["epoch"], found[key], at="epoch")
                      for layer, found in enumerate(records, 1) for key in found if training.stem(key) == name)
    caption = training.LABELS.get(name, name.replace("_", " ")).replace("$|m|$", "|m|").replace("$J$", "J")
    return picture(caption[0].upper() + caption[1:], words, lambda axes: draw(machine, axes, name))


def fields_words(machine: Machine, layer: int) -> str:
    field = machine.weights(layer)
    return (f"{field.shape[0]} times {field.shape[1]} weights of layer {layer} of {machine.label}: root mean square "
            f"{np.sqrt(np.mean(field.astype(float)**2)):.3g}, largest {np.abs(field).max():.3g}")
