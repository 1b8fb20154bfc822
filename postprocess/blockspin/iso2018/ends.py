"""Where flows end: one record a flow, and means over training seeds."""

import re
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

LAST_STEPS = 20  # averaged at the end of a flow; by then the starts have met, where they meet at all
QUANTITIES = ("energy_temperature", "mean_temperature", "bayes_temperature", "abs_magnetization",
              "nearest_neighbour_excess")


@dataclass
class End:
    """The end of one flow: means over the last steps and the starts; errors over walkers, of one step (the steps are
    not independent)."""
    family: str  # of the machine's name: "V" of V_h64_s2
    lattice: tuple
    hidden: int
    epoch: int
    seed: int
    learning_rate: float
    dynamics: str
    flow: str
    steps: int
    met: int  # first step at which the first and second start have the same energy within two errors; -1: never
    mean: dict = field(default_factory=dict)
    error: dict = field(default_factory=dict)
    gap: float = np.nan  # energy temperature of the first start less that of the second, at the end
    gap_error: float = np.nan

    @property
    def share(self):
        """Hidden units for each spin."""
        return self.hidden / np.prod(self.lattice)


def split_name(name):
    """("V", 2) of V_h64_s2; seed 0 where none is named."""
    seed = re.search(r"_s(\d+)$", name)
    return re.sub(r"(_h\d+)?(_s\d+)?$", "", name), int(seed[1]) if seed else 0


def read(archive):
    """An End for each flow of an archive."""
    return [end_of(archive, archive.flow(name)) for name in archive.names("flow")]


def end_of(archive, flow):
    machine = archive.machine(flow.value("rbm"))
    family, seed = split_name(machine.name)
    epoch = flow.value("epoch", "auto")
    end = End(family, flow.lattice, int(machine.value("hidden").split(",")[0]),
              int(machine.value("epochs") if epoch in ("", "auto") else epoch), seed,
              float(machine.value("learning_rate")), flow.value("dynamics"), flow.name,
              flow["energy/mean"].shape[1] - 1, met(flow))
    for quantity in QUANTITIES:
        if f"{quantity}/mean" not in flow:
            continue
        mean, error = flow.quantity(quantity)
        end.mean[quantity] = mean[:, -LAST_STEPS:].mean()
        end.error[quantity] = np.sqrt(np.sum(error[:, -1] ** 2)) / error.shape[0]
    if len(flow.starts) > 1:
        mean, error = flow.quantity("energy_temperature")
        end.gap = mean[0, -LAST_STEPS:].mean() - mean[1, -LAST_STEPS:].mean()
        end.gap_error = np.hypot(error[0, -1], error[1, -1])
    return end


def met(flow):
    mean, error = flow.quantity("energy")
    if len(mean) < 2:
        return -1
    same = np.abs(mean[0] - mean[1]) <= 2 * np.hypot(error[0], error[1])
    return int(np.argmax(same)) if same.any() else -1


@dataclass
class Group:
    """Flows that differ in the training seed alone."""
    ends: list

    def __getattr__(self, name):  # what they share: family, lattice, hidden, epoch ...
        if name.startswith("__") or name == "ends":
            raise AttributeError(name)
        return getattr(self.ends[0], name)

    @property
    def n(self):
        return len(self.ends)

    @property
    def steps(self):
        """Of the shortest flow."""
        return min(end.steps for end in self.ends)

    @property
    def has_end(self):
        """Whether the starts have met in every flow: at some step, and on the average of the last ones as well, within
        0.1 of energy temperature or three errors."""
        return all(end.met >= 0 and abs(end.gap) < max(0.1, 3 * end.gap_error) for end in self.ends)

    def values(self, quantity):
        return np.array([end.mean[quantity] for end in self.ends])

    def mean(self, quantity="energy_temperature"):
        return self.values(quantity).mean()

    def error(self, quantity="energy_temperature"):
        """Standard error over seeds; over the walkers where there is one training alone."""
        if self.n == 1:
            return self.ends[0].error[quantity]
        return self.values(quantity).std(ddof=1) / np.sqrt(self.n)


def grouped(ends):
    """Groups, ordered by family, lattice, dynamics, hidden units and epoch. Of several flows of one machine the
    longest counts."""
    found = defaultdict(dict)
    for end in ends:
        key = (end.family, end.lattice, end.dynamics, end.learning_rate, end.hidden, end.epoch)
        kept = found[key].get(end.seed)
        if kept is None or kept.steps < end.steps:
            found[key][end.seed] = end
    return [Group([by_seed[s] for s in sorted(by_seed)]) for _, by_seed in sorted(found.items())]


def pick(groups, **wanted):
    """The groups whose attributes have these values."""
    return [g for g in groups if all(getattr(g, name) == value for name, value in wanted.items())]


HEAD = ["family", "lattice", "hidden", "epoch", "learning_rate", "dynamics", "steps", "machines", "met", "has_end",
        *(name for quantity in QUANTITIES for name in (quantity, f"{quantity}_error", f"{quantity}_std"))]


def rows(groups):
    """The table of groups: a header, then a row each; errors as Group.error, std over the machines."""
    yield HEAD
    for g in groups:
        row = [g.family, "x".join(map(str, g.lattice)), g.hidden, g.epoch, g.learning_rate, g.dynamics, g.steps, g.n,
               int(np.median([end.met for end in g.ends])), int(g.has_end)]
        for quantity in QUANTITIES:
            if quantity in g.ends[0].mean:
                std = g.values(quantity).std(ddof=1) if g.n > 1 else np.nan
                row += [f"{number:.5g}" for number in (g.mean(quantity), g.error(quantity), std)]
            else:
                row += ["nan"] * 3
        yield row
