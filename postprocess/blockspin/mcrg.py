"""Command: what Monte Carlo renormalization runs found, beside what is known.

    python3 -m blockspin.mcrg ARCHIVE...      tables of every [mcrg], then the comparison, as in reference/mcrg.txt

Errors are a jackknife's over bins of the run; a comparison adds those of its source in squares. `agrees` means within three
of these. `finite size` means beyond them, but closer than one percent to what an infinite or a larger lattice has. `no` is
anything else: a number of the same lattice has no such excuse.
"""

import argparse
from dataclasses import dataclass
from typing import Any

import numpy as np

from blockspin.archive import Group
from blockspin.arrays import Array, Estimated
from blockspin.command import errors_in_one_line, open_archives, require
from blockspin.seeds import pm

CRITICAL = 0.5 * np.log1p(np.sqrt(2))  # K_c of the square lattice
SHOWN = (1, 2, 3, 7, 13)               # numbers of operators in tables
CLOSE = 0.01


@dataclass
class Known:
    """One number to compare: of which run, where it is, what it should be, and who says so."""

    what: str
    run: str            # lattice, factor, rule, operators, as run_of() says it
    path: str
    place: tuple[int, ...]  # of the dataset
    value: float
    error: float
    source: str
    elsewhere: bool = False  # of an infinite or a larger lattice: finite size may part them


def triples_over_spin() -> tuple[float, float, float]:
    """<S f>/<M f> of any f far away at K_c, of the corner, the line and the vee of three spins, on an infinite lattice. The mean of a
    spin in the field of its neighbours is a (their sum) + b (their triples) (Callen 1963). Averaged, this tells the triple of
    neighbours, V = vee / 4. Put into the product with two of the neighbours, it gives 2 (a + b) (1 + V), whether they are
    opposite or not: there are two lines and four corners at a site. 8 (sqrt 2 - 1), 4 (sqrt 2 - 1)."""
    two, four = np.tanh(2 * CRITICAL), np.tanh(4 * CRITICAL)
    a, b = (four / 4 + two / 2) / 2, (four / 4 - two / 2) / 2
    vee = (1 - 4 * a) / b
    product = 2 * (a + b) * (1 + vee / 4)
    return 4 * product, 2 * product, vee


L64, L128, L45, CUBE = "64x64 b2 majority", "128x128 b2 majority", "45x45 b3 majority", "32x32x32 b2 majority"
THREE, LAST = "64x64 b2 majority 3", "64x64 b2 majority 3, 5 levels"
SWENDSEN, WU_CAR, PROGRAM = "Swendsen 1984", "Wu and Car 2017, 2019", "a public program, no errors"
KNOWN = [
    *(Known(f"y_t, level 1, {n} operator{'s' if n > 1 else ''}", L64, "even/exponent", (0, n - 1), y, 0.002, SWENDSEN)
      for n, y in ((1, 0.911), (2, 0.967), (3, 0.969))),
    *(Known(f"y_t, level {n + 1}, 2 operators", L64, "even/exponent", (n, 1), y, 0, PROGRAM)
      for n, y in enumerate((0.96557, 0.99747, 0.99705, 0.99611))),
    *(Known(f"y_t, level {n + 1}, 2 operators", L128, "even/exponent", (n, 1), y, 0, PROGRAM)
      for n, y in enumerate((0.96619, 0.99933, 0.99778, 0.99766, 0.99601))),
    Known("y_t, level 5 (4x4 to 2x2), 2 operators", LAST, "even/exponent", (4, 1), 1.01838, 0, PROGRAM),
    Known("y_t, level 2, 3 operators", L128, "even/exponent", (1, 2), 1, 0, "exact, infinite lattice", True),
    Known("y_h, level 1, 1 operator", L64, "odd/exponent", (0, 0), 1.881, 0.0005, SWENDSEN + ", to its digits"),
    *(Known(f"y_h, level {level}, 3 operators", L128, "odd/exponent", (level - 1, 2), 1.875, 0, "exact, infinite lattice", True)
      for level in (1, 2, 3, 4)),
    *(Known(f"normal, {name}, level {level}", run, "even/normal", (level - 1, place), value, error, source, True)
      for run, level in ((L64, 3), (L128, 3), (L128, 4))
      for name, place, value, error, source in (("diagonal", 1, np.sqrt(2), 0, "exact"),
                                                ("plaquette", 2, 0.5139, 5e-5, "exact"),
                                                ("pair (2,0)", 3, 1.8006, 5e-5, "exact"))),
    *(Known(f"odd normal, {name}, level 3", L128, "odd/normal", (2, place), value, 0, "exact, Callen's identity", True)
      for (name, place), value in zip((("three_corner", 1), ("three_line", 2), ("three_vee", 4)), triples_over_spin())),
    Known("odd normal, three_corner, level 3", L128, "odd/normal", (2, 1), 3.31248, 8e-5, WU_CAR),
    Known("odd normal, three_line, level 3", L128, "odd/normal", (2, 2), 1.65629, 4e-5, WU_CAR),
    *(Known(f"K_c by matching, nearest, level {n}", L64, "match/critical_coupling", (n, 0), CRITICAL, 0, "exact", True)
      for n in range(4)),
    *(Known(f"coupling {name}, not blocked", L64, "coupling", (0, place), value, 0, "exact")
      for name, place, value in (("nearest", 0, CRITICAL), ("diagonal", 1, 0), ("plaquette", 2, 0))),
    *(Known(f"coupling {name}, level 1, {n} operators", f"[couplings.{run}]", "", (0, place), value, error, SWENDSEN)
      for run, n in (("three", 3), ("seven", 7), ("thirteen", 13))
      for name, place, value, error in (("nearest", 0, 0.358, 0.003), ("diagonal", 1, 0.082, 0.002),
                                        ("plaquette", 2, -0.007, 0.002))),
    *(Known(f"coupling {name}, not blocked, 7 operators", "[couplings.unblocked]", "", (0, place), value, 0, "exact")
      for name, place, value in (("nearest", 0, CRITICAL), ("diagonal", 1, 0), ("plaquette", 2, 0))),
    Known("coupling nearest, 36x36 by 3x3, 7 operators", "[couplings.step_of_three]", "", (0, 0), 0.408, 0.002, SWENDSEN),
    *(Known(f"coupling {name}, level 1, 3 operators", THREE, "coupling", (1, place), value, error, SWENDSEN)
      for name, place, value, error in (("nearest", 0, 0.358, 0.003), ("diagonal", 1, 0.082, 0.002),
                                        ("plaquette", 2, -0.007, 0.002))),
    Known("even eigenvalue, level 1, 13 operators", L45, "even/eigenvalue", (0, 12), 2.970, 0.001, WU_CAR),
    Known("odd eigenvalue, level 1, 5 operators", L45, "odd/eigenvalue", (0, 4), 7.7171, 0.0002, WU_CAR),
    Known("even eigenvalue, level 2, 13 operators", L45, "even/eigenvalue", (1, 12), 3, 0, "exact, infinite lattice", True),
    Known("odd eigenvalue, level 2, 5 operators", L45, "odd/eigenvalue", (1, 4), 3**1.875, 0, "exact, infinite lattice", True),
    Known("y_t, level 2, 7 operators", CUBE, "even/exponent", (1, 6), 1.587375, 1e-5, "conformal bootstrap, infinite lattice", True),
    Known("y_h, level 2, 3 operators", CUBE, "odd/exponent", (1, 2), 2.481851, 1e-6, "conformal bootstrap, infinite lattice", True),
    *(Known(f"normal, {name}, level 3", CUBE, "even/normal", (2, place), value, error, WU_CAR + ", K = .22165, 64^3", True)
      for name, place, value, error in (("diagonal", 1, 2.642, 0.008), ("plaquette", 2, 0.788, 0.003),
                                        ("pair (2,0,0)", 4, 1.540, 0.008), ("pair (2,1,0)", 5, 6.61, 0.03))),
    *(Known(f"K_c by matching, nearest, level {n}", CUBE, "match/critical_coupling", (n, 0), 0.221654626, 5e-9,
            "Ferrenberg et al. 2018", True) for n in range(3)),
]


def run_of(group: Group) -> str:
    """"64x64 b2 majority", and the number of even operators where the deck gives it, and levels down to 2x2; of [couplings] the section."""
    if group.stage == "couplings":
        return group.label
    lattice = "x".join(str(extent) for extent in group.lattice)
    few, levels = group.value("even"), group.value("levels")
    return (f"{lattice} b{group.value('factor')} {group.value('rule')}" + ("" if few in ("", "auto") else f" {few}") +
            (f", {levels} levels" if levels == "5" else ""))


def number(group: Group, path: str, place: tuple[int, ...]) -> Estimated:
    return float(group[f"{path}/mean".lstrip("/")][place]), float(group[f"{path}/error".lstrip("/")][place])


def verdict(value: float, error: float, known: Known) -> str:
    if not np.isfinite(value) or not np.isfinite(error):
        return "unknown"
    if abs(value - known.value) <= 3 * np.hypot(error, known.error):
        return "agrees"
    close = known.elsewhere and abs(value - known.value) <= CLOSE * abs(known.value)
    return "finite size" if close else "no"


def comparison(groups: list[Group]) -> list[tuple[str, str, str, str, str, str]]:
    """Rows of text: what, run, found, known, source, verdict; of the runs that are there."""
    rows = []
    for known in KNOWN:
        for group in groups:
            if run_of(group) != known.run or f"{known.path}/mean".lstrip("/") not in group:
                continue
            value, error = number(group, known.path, known.place)
            expected = pm(known.value, known.error) if known.error > 0 else f"{known.value:.6g}"
            rows.append((known.what, known.run, pm(value, error), expected, known.source, verdict(value, error, known)))
    return rows


def known_to(value: float, error: float) -> str:
    """A number with its error. Where leaving out a bin makes an eigenvalue complex, the error is not known."""
    if np.isfinite(value) and not np.isfinite(error):
        return f"{value:.2f}, error not known"
    return pm(value, error) if np.isfinite(value) else "not real"


def markdown(heads: list[str], rows: list[Any]) -> str:
    return "\n".join(["| " + " | ".join(row) + " |" for row in (heads, ["---"] * len(heads), *rows)])


def exponents(group: Group, parity: str) -> str:
    mean, error = group[f"{parity}/exponent/mean"], group[f"{parity}/exponent/error"]
    shown = [n for n in SHOWN if n <= mean.shape[1]]
    heads = ["level", *(f"{n} operator{'s' if n > 1 else ''}" for n in shown)]
    return markdown(heads, [[str(level), *(known_to(mean[i, n - 1], error[i, n - 1]) for n in shown)]
                            for i, level in enumerate(group["level"])])


def table(group: Group, path: str, levels: Array) -> str:
    mean, error = group[f"{path}/mean"], group[f"{path}/error"]
    heads = ["level", *(str(k + 1) for k in range(min(mean.shape[1], 6)))]
    return markdown(heads, [[str(level), *(known_to(mean[i, k], error[i, k]) for k in range(min(mean.shape[1], 6)))]
                            for i, level in enumerate(levels)])


def moved_bonds(group: Group) -> str:
    """What the recursion of moved bonds says instead, without a simulation."""
    values = group["migdal_kadanoff/coupling"]
    exponents = [f"{float(group[f'migdal_kadanoff/{name}']):.5f}"
                 for name in ("critical_coupling", "thermal_exponent", "field_exponent")]
    return markdown(["K_c", "y_t", "y_h", *(f"K, level {level}" for level in group["any_level"])],
                    [[*exponents, *(f"{value:.4f}" for value in values)]])


def text(group: Group) -> str:
    levels = group["level"]
    parts = [f"# {group.label} {run_of(group)}, {group['configurations']} configurations, {group['bins']} bins",
             "y_t", exponents(group, "even"), "y_h", exponents(group, "odd"),
             "even normal, the first operators", table(group, "even/normal", levels),
             "odd normal", table(group, "odd/normal", levels),
             "couplings, the first operators", table(group, "coupling", group["any_level"]),
             "fixed point of the linear map, the first operators", table(group, "fixed_point", levels)]
    if "migdal_kadanoff/critical_coupling" in group:
        parts += ["recursion of Migdal and Kadanoff", moved_bonds(group)]
    if "match/critical_coupling/mean" in group:
        parts += ["K_c by matching, the first operators", table(group, "match/critical_coupling", group["match/level"])]
    return "\n".join(parts) + "\n"


def couplings(fitted: list[Group]) -> str:
    """Of ensembles: the first ones, and whether they explain it."""
    heads = ["section", *(str(k + 1) for k in range(7)), "chi^2", "degrees of freedom", "p"]
    rows = []
    for group in fitted:
        for t in range(len(group["temperature"])):
            pairs = [pm(*pair) for pair in zip(group["mean"][t, :7], group["error"][t, :7])]
            tests = [f"{group['chi_squared'][t]:.4g}", str(int(group["degrees_of_freedom"])), f"{group['p_value'][t]:.2g}"] \
                if "chi_squared" in group else [""] * 3
            rows.append([group.label, *pairs, *[""] * (7 - len(pairs)), *tests])
    return "# Couplings of stored configurations\n" + markdown(heads, rows) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python3 -m blockspin.mcrg", description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("archives", nargs="+", metavar="ARCHIVE")
    paths = parser.parse_args().archives
    with errors_in_one_line("blockspin.mcrg"), open_archives(paths) as archives:
        groups = [archive.group("mcrg", name) for archive in archives for name in archive.names("mcrg")]
        fitted = [archive.group("couplings", name) for archive in archives for name in archive.names("couplings")]
        require(groups + fitted, "[mcrg] and no [couplings]", paths)
        for group in groups:
            print(text(group))
        if fitted:
            print(couplings(fitted))
        print("# Comparison")
        print(markdown(["number", "run", "found", "known", "source", "verdict"], comparison(groups + fitted)))


if __name__ == "__main__":
    main()
