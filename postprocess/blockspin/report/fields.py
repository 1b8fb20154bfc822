"""Receptive fields, and what is kept of configurations that go up a stack and back."""

from functools import partial

import numpy as np

from blockspin.archive import Archive
from blockspin.figures import receptive_field, reconstruction
from blockspin.group import Group
from blockspin.report.parts import Heading, Part, Section, Table
from blockspin.report.pictures import picture
from blockspin.report.words import curve, measured, number
from blockspin.seeds import families

MOST_DRAWN = 3
HEADS = ["fields of", "layer", "units", "without weights", "median share in the window", "shuffled", "untrained", "median radius (sites)"]


def section(archives: list[Archive]) -> Section:
    parts: list[Part] = []
    for archive in archives:
        found = list(archive.groups("receptive_field"))
        if found:
            parts.append(Table(f"Receptive fields of {archive.name}", HEADS, [row(group, layer) for group in found
                                                                              for layer in receptive_field.layers(group)]))
        for group in first_ones(archive, "receptive_field"):
            parts += of_fields(group)
        passes = list(archive.groups("reconstruction"))
        if passes:
            parts.append(Table(f"Reconstructions of {archive.name}: overlap with the data, layer by layer",
                               ["reconstruction", "temperature", "overlap from layer 1, 2, ..."],
                               [overlap_row(group, t) for group in passes for t in range(len(group["temperature"]))]))
        for group in first_ones(archive, "reconstruction"):
            parts += of_passes(group)
    return Section("Receptive fields and reconstructions", parts)


def first_ones(archive: Archive, stage: str) -> list[Group]:
    """The first training of the first settings."""
    return [archive.group(stage, members[0]) for members in families(archive.names(stage)).values()][:MOST_DRAWN]


def row(group: Group, layer: int) -> list[str]:
    def median(path: str) -> str:
        values = receptive_field.living(group, layer, path)
        return number(float(np.median(values))) if values.size else "none"
    fraction = group[f"layer_{layer}/window_fraction"]
    return [group.name, str(layer), str(len(fraction)), str(int(np.isnan(fraction).sum())), median("window_fraction"),
            median("shuffled/window_fraction"), median("untrained/window_fraction"), median("radius")]


def of_fields(group: Group) -> list[Part]:
    parts: list[Part] = [Heading(f"{group.label} of [rbm.{group.value('rbm')}]")]
    layers = receptive_field.layers(group)
    words = "; ".join(f"layer {layer}: median share in the window {row(group, layer)[4]}, shuffled {row(group, layer)[5]}"
                      for layer in layers)
    parts.append(picture("How local the fields are", words, partial(receptive_field.locality, group)))
    if len(group.lattice) == 2:
        parts += [picture(f"Fields of layer {layer}, from the most to the least local; red +, blue -",
                          f"Receptive fields of layer {layer} as maps, {number_of_maps(group, layer)} of them; median share in the "
                          f"window {row(group, layer)[4]}", partial(receptive_field.fields_of, group, layer=layer))
                  for layer in layers]
    return parts


def number_of_maps(group: Group, layer: int) -> str:
    n = len(group[f"layer_{layer}/window_fraction"])
    return f"{min(n, receptive_field.N_MAPS)} of {n}"


def overlap_row(group: Group, t: int) -> list[str]:
    pairs = zip(group["overlap/mean"][:, t], group["overlap/error"][:, t])
    return [group.name, f"{group['temperature'][t]:.5g}", ", ".join(measured(*pair) for pair in pairs)]


def of_passes(group: Group) -> list[Part]:
    t = reconstruction.shown_temperatures(group)[len(reconstruction.shown_temperatures(group)) // 2]
    mean, error = group["correlation/mean"], group["correlation/error"]
    words = "; ".join(curve(reconstruction.level_text(level), np.arange(1, mean.shape[2]), mean[level, t, 1:], error[level, t, 1:], at="r")
                      for level in group["level"])
    return [Heading(f"{group.label} of [rbm.{group.value('rbm')}]"),
            picture(f"Correlations of data and reconstructions, T = {group['temperature'][t]:.5g}", words,
                    partial(reconstruction.correlation, group, t=t))]
