"""Command: does a blocking rule that is learned renormalise better than majority and decimation?

    python3 -m blockspin.learned_blocking ARCHIVE...              tables of every rule of [mcrg], as in reference/filter.txt
    python3 -m blockspin.learned_blocking --weights ARCHIVE...    where each [filter] looks, as in reference/filter_weights.txt

Trainings of one setting are a family (first_s1, first_s2, ...): its numbers are means over them, with the standard error of their
spread, which holds the noise of the simulations as well. A rule without trainings has the errors of its own run. A number is closer
to the exact one, or further from it, than that of majority blocking where the difference of their distances is beyond chance
(0.27 %, Student's test).
"""

import argparse
from dataclasses import dataclass

import numpy as np

from blockspin.archive import Archive
from blockspin.arrays import Array, Estimated
from blockspin.command import errors_in_one_line, open_archives, require
from blockspin.group import Group
from blockspin.mcrg import markdown
from blockspin.missing import ArchiveError
from blockspin.seeds import beyond_chance, combined, families, over_seeds, pm

EXACT = {2: {"even/exponent": 1.0, "odd/exponent": 15 / 8}, 3: {"even/exponent": 1.587375, "odd/exponent": 2.481851}}
# The normal at K_c, nearest neighbours = 1 (Wu & Car 2019); none is known exactly in three dimensions.
NORMAL = {"diagonal": (1, np.sqrt(2)), "plaquette": (2, 0.5139), "(2,0)": (3, 1.8006)}
OPERATORS = {"even/exponent": (1, 2, 3, 7), "odd/exponent": (1, 2)}
NAMES = {"even/exponent": "y_t", "odd/exponent": "y_h"}


@dataclass
class Rule:
    """One rule: its family's name, and its runs in one archive."""

    name: str
    runs: list[Group]

    def number(self, path: str, place: tuple[int, int]) -> tuple[Estimated, float]:
        """((mean, error), degrees of freedom of the error); NaN where a run has none, as it does not block so often."""
        if place[0] >= self.n_levels:
            return (np.nan, np.nan), np.inf
        values = [float(run[f"{path}/mean"][place]) for run in self.runs]
        if len(values) == 1:
            return (values[0], float(self.runs[0][f"{path}/error"][place])), np.inf
        return over_seeds(values), len(values) - 1.0

    @property
    def n_levels(self) -> int:
        return min(len(run["level"]) for run in self.runs)


def rules_of(archive: Archive) -> list[Rule]:
    return [Rule(family, [archive.group("mcrg", name) for name in names])
            for family, names in families(archive.names("mcrg")).items()]


def label(rule: Rule) -> str:
    return rule.name if len(rule.runs) == 1 else f"{rule.name}, {len(rule.runs)} trainings"


def shown(estimate: Estimated) -> str:
    return pm(*estimate) if np.isfinite(estimate).all() else "unknown"


def table(rules: list[Rule], path: str, k: int) -> str:
    """Of one number by level, every rule."""
    levels = range(max(rule.n_levels for rule in rules))
    rows = [[label(rule), *(shown(rule.number(path, (n, k))[0]) if n < rule.n_levels else "" for n in levels)] for rule in rules]
    return markdown(["rule", *(f"level {n + 1}" for n in levels)], rows)


def verdict(rule: Rule, majority: Rule, path: str, place: tuple[int, int], exact: float) -> str:
    """Whether the rule's number is closer to the exact one than that of majority blocking."""
    (value, error), freedom = rule.number(path, place)
    (other, other_error), other_freedom = majority.number(path, place)
    if not np.isfinite([value, error, other, other_error]).all():
        return "unknown"
    difference = abs(value - exact) - abs(other - exact)
    if not beyond_chance(difference, *combined([(error, freedom), (other_error, other_freedom)])):
        return "not told apart"
    return "closer" if difference < 0 else "further"


def verdicts(rules: list[Rule], path: str, k: int, exact: float) -> str:
    majority = next(rule for rule in rules if rule.name == "majority")
    others = [rule for rule in rules if rule is not majority]
    levels = range(majority.n_levels)
    rows = [[label(rule), *(verdict(rule, majority, path, (n, k), exact) for n in levels)] for rule in others]
    return markdown(["against majority", *(f"level {n + 1}" for n in levels)], rows)


def text(archive: Archive) -> str:
    """All tables of one archive; its rules are of one lattice."""
    rules = rules_of(archive)
    require(any(rule.name == "majority" for rule in rules), "[mcrg.majority], which rules are compared with,", [archive.path])
    lattices = {run.lattice for rule in rules for run in rule.runs}
    if len(lattices) > 1:
        raise ArchiveError(f"{archive.path} has [mcrg] of several lattices: {', '.join('x'.join(map(str, one)) for one in sorted(lattices))}")
    lattice = rules[0].runs[0].lattice
    parts = [f"# {'x'.join(map(str, lattice))}, blocks of {rules[0].runs[0].value('factor')}"]
    for path, numbers in OPERATORS.items():
        exact = EXACT[len(lattice)][path]
        for n in numbers:
            parts += [f"{NAMES[path]}, {n} operator{'s' if n > 1 else ''}; exact {exact:.6g}", table(rules, path, n - 1),
                      verdicts(rules, path, n - 1, exact)]
    for name, (k, exact) in NORMAL.items():
        known = len(lattice) == 2
        parts += [f"normal, {name}" + (f"; exact {exact:.5g}" if known else ""), table(rules, "even/normal", k)]
        if known:
            parts.append(verdicts(rules, "even/normal", k, exact))
    return "\n".join(parts) + "\n"


def look_of(weights: Array) -> tuple[tuple[int, ...], Array]:
    """(place of the largest weight in the window, (this weight, mean of its nearest neighbours in the window, largest of the
    others by magnitude, its share of the squared weights))."""
    place = np.unravel_index(np.abs(weights).argmax(), weights.shape)
    apart = np.abs(np.moveaxis(np.indices(weights.shape), 0, -1) - place).sum(-1)
    largest = weights[place]
    return tuple(int(x) for x in place), np.array([largest, weights[apart == 1].mean(), np.abs(weights[apart > 1]).max(),
                                                   largest**2 / (weights**2).sum()])


def weights_text(archive: Archive) -> str:
    """A row for each training of a filter, and one with the means of each family."""
    require(archive.names("filter"), "[filter]", [archive.path])
    rows = []
    for family, names in families(archive.names("filter")).items():
        looks = []
        for name in names:
            place, look = look_of(np.squeeze(archive.group("filter", name)["weights"]).astype(float))
            looks.append(look)
            rows.append([name, ", ".join(map(str, place)), *(f"{x:.3f}" for x in look)])
        if len(names) > 1:
            rows.append([f"{family}, {len(names)} trainings", "", *(pm(*over_seeds(column)) for column in np.transpose(looks))])
    return markdown(["filter", "site of its largest weight", "this weight", "mean of the nearest", "largest other",
                     "share of the squares"], rows)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python3 -m blockspin.learned_blocking", description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("archives", nargs="+", metavar="ARCHIVE")
    parser.add_argument("--weights", action="store_true", help="where filters look, instead of what they renormalise")
    options = parser.parse_args()
    with errors_in_one_line("blockspin.learned_blocking"), open_archives(options.archives) as archives:
        for archive in archives:
            print(weights_text(archive) if options.weights else text(archive))


if __name__ == "__main__":
    main()
