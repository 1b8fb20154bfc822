"""Command: the normal of the critical manifold as every layer sees it, beside blocks of the same lattice.

    python3 -m blockspin.relevance ARCHIVE... -o FOLDER            relevance.txt and relevance.png
    python3 -m blockspin.relevance --rows ARCHIVE... -o FOLDER     relevance_rows.txt: the lattice's own functions alone

A function of the configuration that sees large scales alone answers to couplings along the normal of the critical manifold,
whatever it is ([relevance]). Its leak is the share of what the energy sees besides: 0 where only what is relevant passes, 1
where nothing is filtered. Errors hold the spread over trainings and the error of the configurations, which all machines share.
"""

import argparse
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from blockspin.archive import Archive, Group
from blockspin.arrays import Array
from blockspin.command import errors_in_one_line, open_archives, require
from blockspin.figures import style
from blockspin.seeds import CHANCE, combined, families, pm, student_quantile

FUNCTIONS = {"": "sum", "/best": "best"}  # of a layer: paths, and what tables call them
BLOCKS = {"sum": "blocks/magnetization_squared", "best": "blocks/energy"}  # what they are held against
KINDS = {"": "trained", "/shuffled": "shuffled", "/untrained": "random"}
MARKERS = {"trained": "o", "shuffled": "x", "random": "+"}
SHOWN_OPERATORS = (("diagonal", 1), ("plaquette", 2), ("(2,0)", 3))
MARGIN = 0.1  # leaks that differ by less are called alike


@dataclass(frozen=True)
class Leak:
    """Of one kind of function of one layer, or of blocks."""

    mean: float
    spread: float            # standard error over trainings; 0 of what is not trained
    measured: float          # error of the configurations
    freedom: float           # of the spread; infinite of what is not trained

    @property
    def error(self) -> float:
        return math.hypot(self.spread, self.measured)

    @property
    def parts(self) -> list[tuple[float, float]]:
        trained = [(self.spread, self.freedom)] if math.isfinite(self.freedom) else []
        return [*trained, (self.measured, math.inf)]


@dataclass(frozen=True)
class Layer:
    """One layer of a setting, over its trainings."""

    family: str
    lattice: tuple[int, ...]
    layer: int
    kept: float                          # units a site
    leaks: dict[tuple[str, str], Leak]   # by kind and function
    normal: dict[str, tuple[Array, Array]]  # by function, of trained machines: mean, error
    rejected: dict[tuple[str, str], tuple[int, int]]  # trainings whose chi^2 has a chance below CHANCE, of how many tested
    blocks: dict[str, Leak]              # by function: of majority blocks, as many as units; empty where no factor gives as many
    square: Leak                         # the lattice's squared magnetization


def over_trainings(leaks: Sequence[float], errors: Sequence[float]) -> Leak:
    """Over those trainings whose leak is known."""
    known = [(leak, error) for leak, error in zip(leaks, errors) if math.isfinite(leak) and math.isfinite(error)]
    if not known:
        return Leak(math.nan, math.nan, math.nan, 0)
    values, measured = np.array(known).T
    n = len(values)
    spread = float(values.std(ddof=1) / math.sqrt(n)) if n > 1 else math.nan
    return Leak(float(values.mean()), spread, float(math.sqrt((measured**2).mean())), n - 1)


def leak_of(group: Group, path: str, at: int | None = None) -> Leak:
    """Of what no training has made."""
    mean, error = (np.asarray(group[f"{path}/leak/{what}"]) for what in ("mean", "error"))
    return Leak(float(mean if at is None else mean[at]), 0.0, float(error if at is None else error[at]), math.inf)


def n_layers(group: Group) -> int:
    return sum(1 for name in group.group if name.startswith("layer_"))


def normal_over(groups: Iterable[Group], path: str) -> tuple[Array, Array]:
    """Mean over trainings, and its error with that of the configurations; [operator]."""
    means, errors = (np.array([group[f"{path}/normal/{what}"] for group in groups]) for what in ("mean", "error"))
    spread = means.std(0, ddof=1) / math.sqrt(len(means)) if len(means) > 1 else np.full(means.shape[1], np.nan)
    return means.mean(0), np.hypot(spread, np.sqrt((errors**2).mean(0)))


def layers_of(archive: Archive) -> list[Layer]:
    found = []
    for family, names in families(archive.names("relevance")).items():
        groups = [archive.group("relevance", name) for name in names]
        first = groups[0]
        lattice = first.lattice
        n_sites = math.prod(lattice)
        for layer in range(1, n_layers(first) + 1):
            path = f"layer_{layer}"
            n_units = len(archive.machine(first.value("rbm"))[f"{path}/hidden_bias"])
            leaks, rejected = {}, {}
            for kind, kind_name in KINDS.items():
                for function, name in FUNCTIONS.items():
                    at = path + kind + function
                    leaks[kind_name, name] = over_trainings([float(group[f"{at}/leak/mean"]) for group in groups],
                                                            [float(group[f"{at}/leak/error"]) for group in groups])
                    p = [float(group[f"{at}/p_value"]) for group in groups]
                    rejected[kind_name, name] = sum(value < CHANCE for value in p), sum(map(math.isfinite, p))
            normal = {name: normal_over(groups, path + function) for function, name in FUNCTIONS.items()}
            found.append(Layer(family, lattice, layer, n_units / n_sites, leaks, normal, rejected,
                               blocks_of(first, n_units / n_sites), leak_of(first, "magnetization_squared")))
    return found


def blocks_of(group: Group, kept: float) -> dict[str, Leak]:
    """Of blocks as many as units: what each function of a layer is held against."""
    if "blocks" not in group:
        return {}
    for at, factor in enumerate(group["blocks/factor"]):
        if math.isclose(float(factor) ** -len(group.lattice), kept):
            return {function: leak_of(group, path, at) for function, path in BLOCKS.items()}
    return {}


def verdict(layer: Leak, other: Leak | None) -> str:
    """How a layer filters beside blocks: "as blocks", where they differ by less than MARGIN; "less" or "more", where they
    differ beyond chance (Student's test, 0.0027); else open."""
    if other is None or not all(math.isfinite(x) for leak in (layer, other) for x in (leak.mean, leak.error)):
        return "unknown"
    error, freedom = combined([*layer.parts, *other.parts])
    reach = student_quantile(CHANCE, max(freedom, 1)) * error
    difference = layer.mean - other.mean
    if abs(difference) + reach < MARGIN:
        return "as blocks"
    if abs(difference) > reach:
        return "less" if difference > 0 else "more"
    return "open"


def markdown(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in (heads, ["---"] * len(heads), *rows))


def name_of(lattice: Sequence[int]) -> str:
    return "x".join(str(extent) for extent in lattice)


def row_of(name: str, group: Group, path: str, at: int | None) -> list[str]:
    """Of the lattice's own functions: normal, leak, chance of its chi^2."""
    mean, error = (np.asarray(group[f"{path}/normal/{what}"]) for what in ("mean", "error"))
    if at is not None:
        mean, error = mean[at], error[at]
    leak, p = leak_of(group, path, at), np.asarray(group[f"{path}/p_value"])
    return [name, *(pm(mean[k], error[k]) for _, k in SHOWN_OPERATORS), pm(leak.mean, leak.error),
            f"{float(p if at is None else p[at]):.2g}"]


def lattice_table(group: Group) -> str:
    """Exact numbers, blocks, the squared magnetization, and the energy."""
    exact = group["exact/normal"]
    rows = [["exact, infinite lattice", *(f"{exact[k]:.5g}" for _, k in SHOWN_OPERATORS), "0", ""]]
    factors = list(group["blocks/factor"]) if "blocks" in group else []
    for function, path in (("energy", "blocks/energy"), ("m^2", "blocks/magnetization_squared")):
        rows += [row_of(f"{b}x{b} blocks, {function}", group, path, at) for at, b in enumerate(factors)]
    rows.append(row_of("lattice, m^2", group, "magnetization_squared", None))
    rows.append(row_of("lattice, energy", group, "energy", None))
    heads = ["function", *(name for name, _ in SHOWN_OPERATORS), "leak", "chance of chi^2"]
    return markdown(heads, rows)


def layer_rows(layers: Iterable[Layer]) -> tuple[list[str], list[list[str]]]:
    """Heads, and a row a layer and function."""
    heads = ["lattice", "machine", "layer", "units a site", "function", *(name for name, _ in SHOWN_OPERATORS), "leak", "shuffled",
             "random", "chi^2 rejects", "blocks", "verdict"]
    rows = []
    for one in layers:
        for function in FUNCTIONS.values():
            mean, error = one.normal[function]
            shown = [one.leaks[kind, function] for kind in KINDS.values()]
            other = one.blocks.get(function)
            rejected, tested = one.rejected["trained", function]
            rows.append([name_of(one.lattice), one.family, str(one.layer), f"{one.kept:.4g}", function,
                         *(pm(mean[k], error[k]) for _, k in SHOWN_OPERATORS), *(pm(leak.mean, leak.error) for leak in shown),
                         f"{rejected} of {tested}" if tested else "not tested",
                         "none" if other is None else pm(other.mean, other.error), verdict(shown[0], other)])
    return heads, rows


def control_verdicts(layers: Iterable[Layer]) -> str:
    """Whether learning is what makes a layer filter: trained against shuffled and random ones."""
    rows = []
    for one in layers:
        for function in FUNCTIONS.values():
            trained = one.leaks["trained", function]
            words = {"as blocks": "alike", "less": "leaks more", "more": "leaks less", "open": "open", "unknown": "unknown"}
            rows.append([name_of(one.lattice), one.family, str(one.layer), function,
                         *(words[verdict(trained, one.leaks[kind, function])] for kind in ("shuffled", "random"))])
    return markdown(["lattice", "machine", "layer", "function", "than shuffled", "than random"], rows)


def first_groups(archives: Iterable[Archive]) -> dict[tuple[int, ...], Group]:
    """Of every lattice one group, whose own rows are those of all."""
    found: dict[tuple[int, ...], Group] = {}
    for archive in archives:
        for name in archive.names("relevance"):
            group = archive.group("relevance", name)
            found.setdefault(group.lattice, group)
    return found


def own_rows(archives: Sequence[Archive]) -> list[str]:
    """A table of every lattice: its own functions and those of its blocks."""
    return [f"# {name_of(lattice)}: the lattice's own functions, {int(group['configurations'])} configurations\n\n{lattice_table(group)}\n"
            for lattice, group in first_groups(archives).items()]


def report(archives: Sequence[Archive]) -> str:
    layers = [layer for archive in archives for layer in layers_of(archive)]
    parts = own_rows(archives)
    parts.append("# Layers\n\nsum: the squared sum of a layer's units, held against that of as many majority blocks. best: the "
                 "combination of squared modes\nthat leaks least, held against the energy of as many majority blocks. as blocks: leaks differ "
                 f"by less than {MARGIN}; less, more: they\nfilter less or more, beyond chance (0.0027); else open.\n\n{markdown(*layer_rows(layers))}\n")
    parts.append(f"# Trained machines beside controls\n\n{control_verdicts(layers)}\n")
    return "\n".join(parts)


def draw(archives: Sequence[Archive]) -> Figure:
    style.use()
    layers = [layer for archive in archives for layer in layers_of(archive)]
    lattices = first_groups(archives)
    figure, panels = plt.subplots(len(lattices), 2, figsize=(9.2, 3.4 * len(lattices)), squeeze=False, sharey="row")
    for row, (lattice, group) in zip(panels, lattices.items()):
        names = list(dict.fromkeys(layer.family for layer in layers if layer.lattice == lattice))
        for axes, function in zip(row, FUNCTIONS.values()):
            draw_lattice(axes, group, function)
            for one in (layer for layer in layers if layer.lattice == lattice):
                draw_layer(axes, one, function, names.index(one.family), len(names))
            title = {"sum": "squared sum of the units", "best": "best combination of squared modes"}[function]
            axes.set(xscale="log", title=f"{name_of(lattice)}: {title}", xlabel="units or blocks a site", ylim=(-0.15, 1.5))
            axes.set_xticks(*ticks_of(group), minor=False)
            axes.xaxis.set_minor_locator(NullLocator())
            axes.invert_xaxis()
            for kind, marker in MARKERS.items():
                axes.plot([], [], marker, color=style.EXACT, label=f"{kind} machines")
            axes.legend(fontsize=6, ncols=3, loc="upper right")
        row[0].set_ylabel("leak of irrelevant directions")
    return figure


def ticks_of(group: Group) -> tuple[list[float], list[str]]:
    """As many units as blocks of each factor: "1/4"."""
    counts = [int(b) ** len(group.lattice) for b in group["blocks/factor"]] if "blocks" in group else []
    return [1 / count for count in counts], [f"1/{count}" for count in counts]


def draw_lattice(axes: Axes, group: Group, function: str) -> None:
    axes.axhline(0, color=style.EXACT, linewidth=0.7)
    axes.axhline(1, color=style.EXACT, linewidth=0.7, linestyle=":", label="energy: nothing filtered")
    square = leak_of(group, "magnetization_squared")
    axes.axhspan(square.mean - square.error, square.mean + square.error, color=style.EXACT, alpha=0.25, linewidth=0,
                 label="lattice's own $m^2$")
    if "blocks" not in group:
        return
    kept = np.array([float(b) ** -len(group.lattice) for b in group["blocks/factor"]])
    path = BLOCKS[function]
    axes.errorbar(kept, group[f"{path}/leak/mean"], group[f"{path}/leak/error"], fmt="s-", color=style.EXACT,
                  label="majority blocks, " + ("$m^2$" if function == "sum" else "energy"))


def draw_layer(axes: Axes, one: Layer, function: str, number: int, n_families: int) -> None:
    colour = style.COLOURS[number % (len(style.COLOURS) - 1)]
    for kind, marker in MARKERS.items():
        leak = one.leaks[kind, function]
        if not math.isfinite(leak.mean) or not math.isfinite(leak.error):
            continue
        label = f"[rbm.{one.family}]" if kind == "trained" and one.layer == 1 else None
        axes.errorbar(one.kept * 1.07 ** (number - n_families // 2 + 0.5), leak.mean, leak.error, fmt=marker, color=colour, label=label,
                      alpha=1 if kind == "trained" else 0.5)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python3 -m blockspin.relevance", description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("archives", nargs="+", metavar="ARCHIVE")
    parser.add_argument("-o", "--output", default=".", metavar="FOLDER")
    parser.add_argument("--rows", action="store_true", help="relevance_rows.txt alone: the lattice's own functions, without layers")
    options = parser.parse_args()
    with errors_in_one_line("blockspin.relevance"), open_archives(options.archives) as archives:
        require(first_groups(archives), "[relevance]", options.archives)
        folder = Path(options.output)
        folder.mkdir(parents=True, exist_ok=True)
        if options.rows:
            (folder / "relevance_rows.txt").write_text("\n".join(own_rows(archives)), encoding="utf-8")
        else:
            (folder / "relevance.txt").write_text(report(archives), encoding="utf-8")
            draw(archives).savefig(folder / "relevance.png")


if __name__ == "__main__":
    main()
