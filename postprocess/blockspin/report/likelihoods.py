"""Likelihoods, and how far machines are from exact maps."""

from functools import partial

from blockspin.archive import Archive
from blockspin.figures import likelihood, mapping
from blockspin.group import Group
from blockspin.report.parts import Part, Section, Table
from blockspin.report.pictures import picture
from blockspin.report.words import curve, measured

MOST_DRAWN = 3


def section(archives: list[Archive]) -> Section:
    parts: list[Part] = []
    for archive in archives:
        groups = list(archive.groups("likelihood"))
        if groups:
            parts.append(Table(f"Likelihoods of {archive.name}, per configuration (nats)",
                               ["likelihood", "machine", "temperature", "ln Z", "ln p, not learned", "ln p, learned", "D_KL, not learned"],
                               [row(group, t) for group in groups for t in range(len(group["temperature"]))]))
        for group in groups[:MOST_DRAWN]:
            parts += [one(group, name) for name in likelihood.panels(group) if len(group["temperature"]) > 1]
        maps = list(archive.groups("mapping"))
        if maps:
            parts += of_maps(archive, maps)
    return Section("Likelihoods and exact maps", parts)


def at(group: Group, path: str, t: int) -> str:
    return measured(float(group[f"{path}/mean"][t]), float(group[f"{path}/error"][t])) if f"{path}/mean" in group else ""


def row(group: Group, t: int) -> list[str]:
    return [group.name, group.value("rbm"), f"{group['temperature'][t]:.5g}", measured(float(group["ln_z"]), float(group["ln_z_error"])),
            at(group, "log_likelihood", t), at(group, "learned/log_likelihood", t), at(group, "kl_divergence", t)]


def one(group: Group, name: str) -> Part:
    words = curve(f"{name.replace('_', ' ')} of {group.label}", group["temperature"], group[f"{name}/mean"], group[f"{name}/error"])
    return picture(f"{name.replace('_', ' ').capitalize()} of {group.label}, per spin", words, partial(likelihood.quantity, group, name=name))


def of_maps(archive: Archive, maps: list[Group]) -> list[Part]:
    rows = [[group.name, group.value("rbm"), group.value("temperature"),
             measured(float(group["ln_trace/std"]), float(group["ln_trace/std_error"])),
             measured(float(group["delta_f"]), float(group["delta_f_error"])),
             measured(float(group["kl_divergence"]), float(group["kl_divergence_error"]))] for group in maps]
    words = "; ".join(f"{group.name}: standard deviation {float(group['ln_trace/std']):.3g}" for group in maps)
    return [Table(f"Maps of {archive.name}: exact where the spread and D_KL are 0 (nats)",
                  ["map", "machine", "temperature", "spread of ln Tr exp T", "free energy difference", "D_KL"], rows),
            picture("Spread of ln Tr exp T over the data; an exact map is one line", words, partial(mapping.distributions, maps))]
