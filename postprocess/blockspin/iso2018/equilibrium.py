"""Where flows end, beside the distribution of the machine itself, which [generate] draws with replicas from random units."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np

from blockspin import seeds
from blockspin.archive import Archive, Flow, Group, Machine
from blockspin.iso2018.ends import End, end_of, epoch_of, type_of

QUANTITIES = (("energy_temperature", "energy_temperature", "energy temperature"),
              ("abs_magnetization", "observables/abs_magnetization", "|m|"))
Key = tuple[str, tuple[int, ...], int, int]  # type, lattice, hidden units, epochs
CLAIM = "the end is the machine's own distribution"


def pairs(archives: list[Archive]) -> dict[Key, list[tuple[End, Group]]]:
    """{(type, lattice, hidden units, epochs): [(end of a flow, group of its machine's own configurations)]}, one of each
    machine."""
    found: dict[Key, list[tuple[End, Group]]] = defaultdict(list)
    for archive in archives:
        flows = [archive.flow(name) for name in archive.names("flow")]
        for own in (archive.group("generate", name) for name in archive.names("generate")):
            if own.value("start") != "random" or not own.lattice:
                continue
            machine = archive.machine(own.value("rbm"))
            ends = [end_of(archive, flow) for flow in flows if is_of(flow, machine, epoch_of(own, machine))]
            if ends:
                key = (type_of(machine.name), own.lattice, int(machine.value("hidden").split(",")[0]), epoch_of(own, machine))
                found[key].append((max(ends, key=lambda end: end.steps), own))
    return dict(sorted(found.items()))


def is_of(flow: Flow, machine: Machine, epoch: int) -> bool:
    """Whether a flow of several starts, all units sampled, is of that machine after so many epochs."""
    return (flow.value("rbm") == machine.name and epoch_of(flow, machine) == epoch and flow.value("dynamics") == "sampled" and
            len(flow.starts) > 1)


def own_value(own: Group, path: str) -> tuple[float, float]:
    """(mean, error) of the machine's own configurations."""
    return float(own[f"{path}/mean"][0]), float(own[f"{path}/error"][0])


def rows(archives: list[Archive]) -> Iterator[tuple[str, str, Any, Any, str]]:
    """Of every machine that has both. Where the starts of a flow have not met there is no end to compare: then the row tells
    how far the starts are on their way."""
    for (family, lattice, hidden, epochs), members in pairs(archives).items():
        trainings = f"{len(members)} training{'s' * (len(members) > 1)}"
        setting = f"type {family}, {'x'.join(map(str, lattice))}, N_h = {hidden}, {epochs} epochs, {trainings}"
        for quantity, path, text in QUANTITIES:
            own = [own_value(group, path) for _, group in members]
            mean = np.mean([value for value, _ in own])
            if not all(end.has_end for end, _ in members):
                if quantity == "energy_temperature":
                    gap = np.mean([end.gap for end, _ in members])
                    yield (CLAIM, f"{setting}, {text} of that distribution", mean, seeds.over_seeds([x for x, _ in own])[1],
                           f"not reached in {members[0][0].steps} steps: the starts are {abs(gap):.2g} apart")
                continue
            change = np.mean([end.mean[quantity] - value for (end, _), (value, _) in zip(members, own)])
            error = np.sqrt(sum(end.error[quantity] ** 2 + known**2 for (end, _), (_, known) in zip(members, own))) / len(members)
            yield (CLAIM, f"{setting}, {text} of the end less that of the distribution, {mean:.4g}", change, error,
                   "no" if seeds.beyond_chance(change, error) else "holds")
