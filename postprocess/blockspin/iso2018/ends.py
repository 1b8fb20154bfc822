"""Where flows end: one record a flow, and means over training seeds."""

import math
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from blockspin import seeds
from blockspin.archive import Archive, Flow, Group, Machine
from blockspin.arrays import Array, Estimate, Lattice, Number

LAST_STEPS = 20  # averaged at the end of a flow; by then the starts have met, where they meet at all
SAME = 4  # errors within which two starts end alike: some 170 flows, so that three would part one by chance
QUANTITIES = ("energy_temperature", "mean_temperature", "bayes_temperature", "abs_magnetization",
              "nearest_neighbour_excess", "correlation_fall")


@dataclass
class End:
    """The end of one flow: means over the last steps and the starts; errors over walkers, of one step (the steps are
    not independent)."""
    family: str  # of the machine's name: "V" of V_h64_s2
    lattice: Lattice
    hidden: int
    epoch: int
    seed: int
    learning_rate: float
    dynamics: str
    flow: str
    steps: int
    met: int  # first step at which the first and second start have the same energy within two errors; -1: never
    mean: dict[str, Any] = field(default_factory=dict)
    error: dict[str, Any] = field(default_factory=dict)
    gap: Any = np.nan  # energy temperature of the first start less that of the second, at the end
    gap_error: Any = np.nan
    at: Any = None  # at(steps): the end of the same flow's first steps

    @property
    def has_end(self) -> bool:
        """Whether the starts have met at some step, and are within SAME errors on the average of the last ones as well."""
        return self.met >= 0 and abs(self.gap) < SAME * self.gap_error

    @property
    def share(self) -> Number:
        """Hidden units for each spin."""
        return self.hidden / np.prod(self.lattice)


def type_of(name: str) -> str:
    """"V" of V_h64_s2, and of V_L16_h41_s2, which is of another lattice."""
    return re.sub(r"(_L\d+)?(_h\d+)?$", "", seeds.family_of(name))


def read(archive: Archive) -> list[End]:
    """An End for each flow of an archive."""
    return [end_of(archive, archive.flow(name)) for name in archive.names("flow")]


def end_of(archive: Archive, flow: Flow, steps: int | None = None) -> End:
    """The End of a flow, or of its first `steps` steps: of its first two starts, which are the ones that are compared."""
    machine = archive.machine(flow.value("rbm"))
    steps = flow["energy/mean"].shape[1] - 1 if steps is None else steps
    last = slice(max(0, steps + 1 - LAST_STEPS), steps + 1)
    end = End(type_of(machine.name), flow.lattice, int(machine.value("hidden").split(",")[0]), epoch_of(flow, machine),
              seeds.seed_of(machine.name), float(machine.value("learning_rate")), flow.value("dynamics"), flow.name, steps,
              met(flow, steps), at=partial(end_of, archive, flow))
    for quantity in QUANTITIES:
        if quantity != "correlation_fall" and f"{quantity}/mean" not in flow:
            continue
        mean, error = correlation_fall(flow) if quantity == "correlation_fall" else flow.quantity(quantity)
        end.mean[quantity] = mean[:2, last].mean()
        end.error[quantity] = np.sqrt(np.sum(error[:2, steps] ** 2)) / error[:2].shape[0]
    if len(flow.starts) > 1:
        mean, error = flow.quantity("energy_temperature")
        end.gap = mean[0, last].mean() - mean[1, last].mean()
        end.gap_error = np.hypot(error[0, steps], error[1, steps])
    return end


def correlation_fall(flow: Flow) -> Estimate:
    """(mean, error), [start, step]: correlation of neighbours less that at half the lattice's side. Walkers that are
    magnetised alike move both together, so the error is an upper bound."""
    mean, error = flow.quantity("correlation")
    return mean[..., 1] - mean[..., -1], np.hypot(error[..., 1], error[..., -1])


def epoch_of(group: Group, machine: Machine) -> int:
    """Epochs of training of the machine that a flow or spectrum is of."""
    epoch = group.value("epoch", "auto")
    return int(machine.value("epochs") if epoch in ("", "auto") else epoch)


def met(flow: Flow, steps: int) -> int:
    mean, error = (quantity[:, :steps + 1] for quantity in flow.quantity("energy"))
    if len(mean) < 2:
        return -1
    same = np.abs(mean[0] - mean[1]) <= 2 * np.hypot(error[0], error[1])
    return int(np.argmax(same)) if same.any() else -1


@dataclass
class Setting:
    """Flows that differ in the training seed alone, each as far as the shortest of them goes."""
    ends: list[End]

    def __getattr__(self, name: str) -> Any:  # what they share: family, lattice, hidden, epoch ...
        if name.startswith("__") or name == "ends":
            raise AttributeError(name)
        return getattr(self.ends[0], name)

    @property
    def n(self) -> int:
        return len(self.ends)

    @property
    def has_end(self) -> bool:
        """Whether the starts have met in every flow."""
        return all(end.has_end for end in self.ends)

    def values(self, quantity: str) -> Array:
        return np.array([end.mean[quantity] for end in self.ends])

    def mean(self, quantity: str = "energy_temperature") -> float:
        return self.values(quantity).mean()

    def error(self, quantity: str = "energy_temperature") -> float:
        """Standard error over seeds; over the walkers where there is one training alone."""
        return self.ends[0].error[quantity] if self.n == 1 else seeds.over_seeds(self.values(quantity))[1]

    @property
    def freedom(self) -> float:
        """Degrees of freedom of error()."""
        return self.n - 1 if self.n > 1 else math.inf


def grouped(ends: list[End]) -> list[Setting]:
    """Groups, ordered by family, lattice, dynamics, hidden units, epoch and steps. Of several flows of one machine the
    longest counts; it is compared with those of other seeds over the steps that all of them have, and where it goes on
    alone its whole length is a group of its own."""
    longest: dict[tuple[Any, ...], dict[int, End]] = defaultdict(dict)
    for end in ends:
        key = (end.family, end.lattice, end.dynamics, end.learning_rate, end.hidden, end.epoch)
        kept = longest[key].get(end.seed)
        if kept is None or kept.steps < end.steps:
            longest[key][end.seed] = end
    found = []
    for _, by_seed in sorted(longest.items()):
        members = [by_seed[seed] for seed in sorted(by_seed)]
        common = min(end.steps for end in members)
        found.append(Setting([end if end.steps == common else end.at(common) for end in members]))
        found += [Setting([end]) for end in members if end.steps > common]
    return found


def pick(groups: list[Setting], **wanted: Any) -> list[Setting]:
    """The groups whose attributes have these values."""
    return [g for g in groups if all(getattr(g, name) == value for name, value in wanted.items())]


HEAD = ["family", "lattice", "hidden", "epoch", "learning_rate", "dynamics", "steps", "machines", "met", "has_end",
        *(name for quantity in QUANTITIES for name in (quantity, f"{quantity}_error", f"{quantity}_std"))]


def rows(groups: list[Setting]) -> Iterator[list[Any]]:
    """The table of groups: a header, then a row each; errors as Setting.error, std over the machines."""
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
