"""Spectra of the weights."""

from functools import partial

from blockspin.archive import Archive
from blockspin.figures import spectrum as figures
from blockspin.group import Group
from blockspin.report.parts import Heading, Part, Section, Table
from blockspin.report.pictures import picture
from blockspin.report.words import joined
from blockspin.seeds import families

MOST_DRAWN = 3
MOST_COMPARED = 9


def section(archives: list[Archive]) -> Section:
    parts: list[Part] = []
    for archive in archives:
        groups = list(archive.groups("spectrum"))
        if not groups:
            continue
        parts += [Heading(f"Spectra of {archive.name}"),
                  Table(f"Singular values of weights in {archive.name}", ["spectrum", "machine", "largest values", "copies of sites"],
                        [row(group) for group in groups])]
        firsts = [archive.group("spectrum", members[0]) for members in families(archive.names("spectrum")).values()]
        if len(firsts) > 1:
            compared = firsts[:MOST_COMPARED]
            words = "; ".join(f"{group.name}: {joined(values_of(group), 3)}" for group in compared)
            parts.append(picture("Singular values over the largest, machine by machine", words, partial(figures.comparison, compared)))
        for group in firsts[:MOST_DRAWN]:
            parts += of_spectrum(group)
    return Section("Spectra of the weights", parts)


def values_of(group: Group) -> list[str]:
    return [f"{value:.3f}" for value in group["singular_value"]]


def row(group: Group) -> list[str]:
    copies = f"{int(group['copy_units'])} of {len(group['largest_share'])}" if "copy_units" in group else ""
    return [group.name, group.value("rbm"), joined(values_of(group), 5), copies]


def of_spectrum(group: Group) -> list[Part]:
    parts: list[Part] = [picture(f"Singular values of [rbm.{group.value('rbm')}]",
                                 f"Singular values of {group.label}: {joined(values_of(group), 8)}", partial(figures.values, group))]
    if "left_vector" in group:
        share = group["participation"][0] if "participation" in group else float("nan")
        parts.append(picture(f"Ten leading left singular vectors of [rbm.{group.value('rbm')}]; red +, blue -",
                             f"Leading left singular vectors of {group.label} on the lattice; the first is spread over {share:.1f} "
                             "sites", partial(figures.vectors, group)))
    return parts
