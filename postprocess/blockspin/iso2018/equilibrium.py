"""Where flows end, beside the distribution of the machine itself, which [generate] draws with replicas from random units.

Walkers forget all but the sign of their magnetisation: they do not change it in any flow of the study. Starts at a temperature have
both signs alike, so their end is compared with the machine's own configurations of M > 0 and of M < 0 at equal weights. The
machine's own weights of the signs are another matter, and have a row of their own.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np

from blockspin import exact, seeds
from blockspin.archive import Archive, Flow, Group, Machine
from blockspin.arrays import Array, Estimated
from blockspin.iso2018.ends import LAST_STEPS, End, end_of, epoch_of, type_of

Key = tuple[str, tuple[int, ...], int, int]  # type, lattice, hidden units, epochs
Row = tuple[str, str, Any, Any, str]
WITHIN = "within each sign of M the end is the machine's own distribution"
WEIGHTS = "flows reach the machine's own weights of both signs of M"


def pairs(archives: list[Archive]) -> dict[Key, list[tuple[Flow, End, Group]]]:
    """{(type, lattice, hidden units, epochs): [(flow, end, group of the machine's own configurations)]}, one of each machine: the
    end of its longest flow, and a flow that starts with all spins up where there is one."""
    found: dict[Key, list[tuple[Flow, End, Group]]] = defaultdict(list)
    for archive in archives:
        flows = [archive.flow(name) for name in archive.names("flow")]
        for own in (archive.group("generate", name) for name in archive.names("generate")):
            if own.value("start") != "random" or not own.lattice:
                continue
            machine = archive.machine(own.value("rbm"))
            ends = [(flow, end_of(archive, flow)) for flow in flows if is_of(flow, machine, epoch_of(own, machine))]
            if ends:
                key = (type_of(machine.name), own.lattice, int(machine.value("hidden").split(",")[0]), epoch_of(own, machine))
                longest, end = max(ends, key=lambda pair: pair[1].steps)
                from_up = next((flow for flow, _ in ends if "up" in flow.starts), longest)
                found[key].append((from_up, end, own))
    return dict(sorted(found.items()))


def is_of(flow: Flow, machine: Machine, epoch: int) -> bool:
    """Whether a flow of several starts, all units sampled, is of that machine after so many epochs."""
    return (flow.value("rbm") == machine.name and epoch_of(flow, machine) == epoch and flow.value("dynamics") == "sampled" and
            len(flow.starts) > 1)


def by_sign(own: Group) -> tuple[Array, Array]:
    """[chain, sign] sums over the configurations of M > 0 and of M < 0: (number, energy and |m|) of each chain."""
    n_chains = int(own.value("chains"))
    energy, magnet = (own[name][0].reshape(-1, n_chains) for name in ("energy", "magnetization"))
    signs = np.stack([magnet > 0, magnet < 0], -1)
    number = signs.sum(0)
    return number, np.stack([(signs * quantity[..., None]).sum(0) for quantity in (energy, np.abs(magnet))], -1)


def jackknife(own: Group, measure: Any) -> Estimated:
    """(value, error) of measure(number, sums) over all chains; delete-one over the chains, which are independent."""
    number, sums = by_sign(own)
    n = len(number)
    without = np.array([measure(number.sum(0) - number[k], sums.sum(0) - sums[k]) for k in range(n)])
    error = np.sqrt((n - 1) / n * np.sum((without - without.mean()) ** 2))
    return float(measure(number.sum(0), sums.sum(0))), float(error)


def within_signs(own: Group, place: int) -> Estimated:
    """Of energy (0) or |m| (1): the mean over M > 0 and that over M < 0, at equal weights."""
    return jackknife(own, lambda number, sums: (sums[:, place] / number).mean())


def share_up(own: Group) -> Estimated:
    return jackknife(own, lambda number, sums: number[0] / number.sum())


def as_temperature(energy: Estimated, lattice: tuple[int, ...]) -> Estimated:
    """The energy temperature of an energy with its error."""
    low, value, high = (exact.energy_temperature(energy[0] + change, lattice) for change in (-energy[1], 0, energy[1]))
    return value, (high - low) / 2


def rows(archives: list[Archive]) -> Iterator[Row]:
    for key, members in pairs(archives).items():
        family, lattice, hidden, epochs = key
        trainings = f"{len(members)} training{'s' * (len(members) > 1)}"
        setting = f"type {family}, {'x'.join(map(str, lattice))}, N_h = {hidden}, {epochs} epochs, {trainings}"
        energies = [as_temperature(within_signs(own, 0), lattice) for _, _, own in members]
        if all(end.has_end for _, end, _ in members):
            for quantity, text, values in (("energy_temperature", "energy temperature", energies),
                                           ("abs_magnetization", "|m|", [within_signs(own, 1) for _, _, own in members])):
                yield compared(setting, text, [(end.mean[quantity], end.error[quantity]) for _, end, _ in members], values)
        else:
            mean = np.mean([value for value, _ in energies])
            gap = np.mean([end.gap for _, end, _ in members])
            yield (WITHIN, f"{setting}, energy temperature of that distribution", mean,
                   seeds.over_seeds([value for value, _ in energies])[1],
                   f"not reached in {members[0][1].steps} steps: the starts are {abs(gap):.2g} apart")
        yield from weights(setting, members)


def compared(setting: str, text: str, ends: list[Estimated], values: list[Estimated]) -> Row:
    """Ends less the machines' own values, averaged over the trainings."""
    change = np.mean([end - value for (end, _), (value, _) in zip(ends, values)])
    error = np.sqrt(sum(end**2 + own**2 for (_, end), (_, own) in zip(ends, values))) / len(ends)
    own = np.mean([value for value, _ in values])
    return (WITHIN, f"{setting}, {text} of the end less that of the distribution, {own:.4g}", change, error,
            "no" if seeds.beyond_chance(change, error) else f"holds; {seeds.least_seen(error):.2g} would be seen")


def weights(setting: str, members: list[tuple[Flow, End, Group]]) -> Iterator[Row]:
    """The machines' own share of M > 0, which no flow from symmetric starts can change; and flows from all spins up, which have one
    sign only."""
    shares = [share_up(own) for _, _, own in members]
    unlike = sum(seeds.beyond_chance(share - 0.5, error) for share, error in shares)
    off = np.sqrt(np.mean([(share - 0.5) ** 2 for share, _ in shares]))
    yield (WEIGHTS, f"{setting}, the machine's own share of M > 0 less 1/2, root mean square", off,
           np.sqrt(np.mean([error**2 for _, error in shares])), f"no, unlike 1/2 in {unlike} of {len(shares)}" if unlike else "holds")
    for flow, end, own in members:
        if "up" not in flow.starts:
            continue
        mean, error = (quantity[flow.starts.index("up")] for quantity in flow.quantity("energy"))
        known = jackknife(own, lambda number, sums: sums[0, 0] / number[0])
        change, spread = mean[-LAST_STEPS:].mean() - known[0], np.hypot(error[-1], known[1])
        yield (WEIGHTS, f"{setting}, energy of a flow from all spins up less that of the machine's own M > 0, {known[0]:.4g}",
               change, spread, "such walkers keep their sign" if not seeds.beyond_chance(change, spread) else "")
