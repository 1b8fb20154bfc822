"""Command: the plane of nearest and diagonal couplings, where the renormalization group and machines lead.

    python3 -m blockspin.rg_plane ARCHIVE... -o FOLDER     rg_plane.png and rg_plane.txt

Every point is a fit of couplings by maximum pseudo-likelihood: of block spins, level after level ([mcrg]), of the walkers of
a flow, step after step ([flow] with couplings = on), of configurations that a stack sends up and back from each of its layers
([generate] with start = data), of any ensemble, and in closed form of machines ([couplings]). Residuals
tell whether such couplings explain the configurations: they are 0 where they do.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse

from blockspin import exact
from blockspin.archive import Archive, Flow, Group
from blockspin.arrays import Array, Estimated
from blockspin.command import errors_in_one_line, open_archives, require
from blockspin.figures import style
from blockspin.seeds import pm

CRITICAL = 1 / exact.T_C
DIAGONAL_NORMAL = np.sqrt(2)  # of the critical manifold at K_c, nearest = 1; exact
CRITICAL_POINTS = ((0.37, 0.0509), (0.228, 0.1612), (0.5, -0.0416))  # of these two couplings alone: Wu and Car, PRL 119, 220602 (2017)
LIMITS = (0.05, 0.6), (-0.03, 0.38)
LARGEST_ERROR = 0.05  # points known less well are in the table, and not in the figure
SHOWN_STEPS = (0, 1, 2, 3, 5, 10, 20, 30, 50, 100)


@dataclass
class Trajectory:
    """Points that follow one another. Unknown couplings and errors are NaN."""

    label: str
    kind: str               # "mcrg", "couplings", or the name of the machine
    step: np.ndarray
    mean: np.ndarray        # [point, (nearest, diagonal)]
    error: np.ndarray
    residual: np.ndarray    # [point, (value, error)]; NaN where there is none

    def shown(self) -> Array:
        """Points that the figure has."""
        return np.isfinite(self.mean).all(1) & (self.error < LARGEST_ERROR).all(1)


def of_levels(group: Group) -> Trajectory:
    """Block spins of one temperature."""
    mean, error = (group[f"coupling/{what}"][:, :2] for what in ("mean", "error"))
    return Trajectory(f"{group.label}, T = {float(group['temperature']):.4g}", "mcrg", group["any_level"], mean, error,
                      np.full(mean.shape, np.nan))


def of_steps(flow: Flow) -> Iterator[Trajectory]:
    """Walkers from each start; of the steps, those of SHOWN_STEPS."""
    pairs = [flow.quantity(f"coupling_{name}") for name in ("nearest", "diagonal")]
    residual = np.stack(flow.quantity("coupling_residual"), -1)
    n_steps = residual.shape[1]
    step = np.array([n for n in SHOWN_STEPS if n < n_steps])
    for index, start in enumerate(flow.starts):
        mean, error = (np.stack([pair[what][index, step] for pair in pairs], -1) for what in (0, 1))
        yield Trajectory(f"{flow.label}, start {start}", flow.value("rbm"), step, mean, error, residual[index, step])


def of_couplings(group: Group) -> list[Trajectory]:
    """One point for each temperature of an ensemble, with the residual of the magnetisation, as a flow has it; one of a
    machine, from its weights, which has neither."""
    residual = [group[f"residual/{what}"][:, -1] if "residual" in group else np.full(1, np.nan) for what in ("mean", "error")]
    points = []
    for index, temperature in enumerate(group["temperature"]):
        at = f", T = {float(temperature):.4g}" if np.isfinite(temperature) else ""
        points.append(Trajectory(group.label + at, "couplings", np.zeros(1, int), group["mean"][index, :2][None],
                                 group["error"][index, :2][None], np.array([[part[index] for part in residual]])))
    return points


def stacks_of(archive: Archive) -> Iterator[tuple[str, dict[int, Group]]]:
    """(machine, {layer: [couplings] group}) of configurations that a stack sends up to a layer and back down ([generate] with
    start = data), where couplings were fitted to them; layer 0: the configurations themselves, where theirs were."""
    fits = {group.value("sample"): group for group in fitted(archive) if group.value("sample") not in ("", "none")}
    stacks: dict[tuple[str, str], dict[int, Group]] = {}
    for name in archive.names("generate"):
        made = archive.group("generate", name)
        if made.value("start") == "data" and made.value("layer") == "0" and name in fits:
            number = int(made.value("auto.machine") or made.value("machine"))
            stacks.setdefault((made.value("rbm"), made.value("sample")), {})[number] = fits[name]
    for (rbm, sample), layers in stacks.items():
        sample = archive.machine(rbm).value("sample") if sample == "auto" else sample
        data = {0: fits[sample]} if sample in fits else {}
        yield rbm, {**data, **dict(sorted(layers.items()))}


def of_stack(rbm: str, layers: dict[int, Group]) -> Iterator[Trajectory]:
    """A trajectory from layer to layer for each temperature that all of them have."""
    for temperature in layers[max(layers)]["temperature"]:
        found = [np.flatnonzero(np.isclose(group["temperature"], temperature)) for group in layers.values()]
        if all(len(index) for index in found):
            points = [of_couplings(group)[int(index[0])] for group, index in zip(layers.values(), found)]
            yield Trajectory(f"layers of [rbm.{rbm}], T = {float(temperature):.4g}", f"layers of {rbm}", np.array(list(layers)),
                             *(np.concatenate([getattr(point, part) for point in points]) for part in ("mean", "error", "residual")))


def fitted(archive: Archive) -> list[Group]:
    """[couplings] groups with nearest and diagonal neighbours of a square lattice."""
    groups = [archive.group("couplings", name) for name in archive.names("couplings")]
    return [group for group in groups if len(group.lattice) == 2 and group["mean"].shape[1] > 1 and group["place"][1] == 2]


def trajectories(archives: list[Archive]) -> list[Trajectory]:
    found = []
    for archive in archives:
        groups = [archive.group("mcrg", name) for name in archive.names("mcrg")]
        found += sorted((of_levels(group) for group in groups if len(group.lattice) == 2 and
                         group["coupling/mean"].shape[1] > 1), key=lambda one: one.mean[0, 0])
        for name in archive.names("flow"):
            flow = archive.flow(name)
            if "coupling_nearest" in flow:
                found += of_steps(flow)
        stacks = list(stacks_of(archive))
        for rbm, layers in stacks:
            found += of_stack(rbm, layers)
        shown = {group.name for _, layers in stacks for group in layers.values()}
        for group in fitted(archive):
            if group.name not in shown:
                found += of_couplings(group)
    return found


def table(found: list[Trajectory]) -> str:
    """Text: nearest, diagonal, distance from the critical line, residual, at every point."""
    heads = ("trajectory", "level or step", "nearest", "diagonal", "beyond the tangent", "residual")
    rows = [(one.label, str(step), *(pm(*pair) for pair in zip(mean, error)), pm(*beyond_line(mean, error)),
             pm(*residual) if np.isfinite(residual[0]) else "")
            for one in found for step, mean, error, residual in zip(one.step, one.mean, one.error, one.residual)]
    widths = [max(len(row[i]) for row in (heads, *rows)) for i in range(len(heads))]
    return "\n".join("  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip() for row in (heads, *rows)) + "\n"


def beyond_line(mean: Array, error: Array) -> Estimated:
    """(K_nn + sqrt(2) K_diagonal - K_c, its error where both errors are independent): beyond the tangent at K_c of where these two
    couplings are critical by themselves; above 0 is the ordered side. Couplings that are left out displace a point."""
    return mean[0] + DIAGONAL_NORMAL * mean[1] - CRITICAL, np.hypot(error[0], DIAGONAL_NORMAL * error[1])


def draw(found: list[Trajectory]) -> Figure:
    """Three panels: block spins; flows, with the machines' own couplings; layers of stacks, where there are any."""
    style.use()
    rg, fitted = ([one for one in found if one.kind == kind] for kind in ("mcrg", "couplings"))
    machines = [one for one in found if one.kind not in ("mcrg", "couplings")]
    layers = [one for one in machines if one.kind.startswith("layers of ")]
    flows = [one for one in machines if one not in layers]
    titles = ["majority blocks of the Ising model", "configurations sent through machines, again and again",
              "configurations sent up stacks and back"][:3 if layers else 2]
    figure, panels = plt.subplots(1, len(titles), figsize=(4.6 * len(titles) + 0.6, 4.4), sharex=True, sharey=True)
    for axes, title in zip(panels, titles):
        draw_plane(axes, title)
    panels[0].set_ylabel("diagonal coupling")
    for one, colour in zip(rg, style.COLOURS):
        arrows(panels[0], one, colour)
        panels[0].plot([], [], color=colour, label=one.label.split(", ")[-1])
    draw_by_kind(panels[1], flows, "flow of [rbm.{}]")
    for one in fitted:
        panels[1].errorbar(*one.mean.T, *one.error.T[::-1], fmt="s", color=style.EXACT, markerfacecolor="none")
        panels[1].annotate(one.label, one.mean[0], (3, 4), textcoords="offset points", fontsize=6, color=style.EXACT, clip_on=True)
    if fitted:
        panels[1].errorbar([], [], fmt="s", color=style.EXACT, markerfacecolor="none", label="[couplings]")
    if layers:
        draw_by_kind(panels[2], layers, "{}")
    residuals(figure, panels[1:], (flows + fitted, layers))
    for axes in panels:
        axes.legend(loc="upper right" if axes is panels[0] else "upper left")
    return figure


def draw_plane(axes: Axes, title: str) -> None:
    """What all panels share: where two couplings are critical by themselves, the Ising model, the two sides."""
    line = np.array(LIMITS[1])
    axes.plot(CRITICAL - DIAGONAL_NORMAL * line, line, color=style.EXACT, linestyle=":", linewidth=1,
              label="tangent of the critical line at $K_c$, exact")
    axes.plot(*np.transpose(CRITICAL_POINTS), "D", color=style.EXACT, markersize=4, markerfacecolor="none",
              label="critical, Wu and Car")
    axes.plot(CRITICAL, 0, "*", color=style.EXACT, markersize=8, label="Ising model at $T_c$")
    axes.axhline(0, color=style.EXACT, linewidth=0.5, zorder=0)
    axes.text(LIMITS[0][1], LIMITS[1][0], "ordered side ", ha="right", va="bottom", color=style.EXACT)
    axes.text(LIMITS[0][0], LIMITS[1][0], " disordered side", ha="left", va="bottom", color=style.EXACT)
    axes.set(xlim=LIMITS[0], ylim=LIMITS[1], title=title, xlabel="nearest-neighbour coupling")


def draw_by_kind(axes: Axes, found: list[Trajectory], text: str) -> None:
    """A colour for each machine; `text` says in the legend what its trajectories are. A start is named once."""
    kinds = list(dict.fromkeys(one.kind for one in found))
    named = set()
    for one in found:
        arrows(axes, one, style.COLOURS[kinds.index(one.kind) % len(style.COLOURS)])
        start = one.label.split(", ")[-1].replace("start ", "T = ").replace("T = T = ", "T = ")
        if one.shown()[0] and start not in named:
            named.add(start)
            axes.annotate(start, one.mean[0], (0, -11), textcoords="offset points", fontsize=7, ha="center", color=style.EXACT)
    for kind, colour in zip(kinds, style.COLOURS):
        axes.plot([], [], color=colour, label=text.format(kind))


def arrows(axes: Axes, one: Trajectory, colour: str) -> None:
    """From point to point, with an ellipse of two standard errors at each."""
    mean, error = one.mean[one.shown()], one.error[one.shown()]
    if len(mean) > 1:
        axes.quiver(*mean[:-1].T, *np.diff(mean, axis=0).T, angles="xy", scale_units="xy", scale=1, color=colour, width=0.003,
                    headwidth=5, headlength=7)
    for point, size in zip(mean, error):
        axes.add_patch(Ellipse(point, *(4 * size), facecolor=colour, alpha=0.3, linewidth=0))


def residuals(figure: Figure, panels: Sequence[Axes], parts: Sequence[list[Trajectory]]) -> None:
    """Dots at the points of each panel's trajectories; one colour bar."""
    dots = None
    for axes, found in zip(panels, parts):
        points = [(mean, abs(residual[0])) for one in found
                  for mean, residual, shown in zip(one.mean, one.residual, one.shown()) if shown and np.isfinite(residual[0])]
        if points:
            dots = axes.scatter(*np.array([mean for mean, _ in points]).T, c=[max(value, 1e-5) for _, value in points], s=14,
                                zorder=3, cmap=style.SEQUENTIAL, norm=LogNorm(1e-4, 1e-1))
    if dots is not None:
        figure.colorbar(dots, ax=list(panels), label="|residual|: 0 where these couplings explain all", shrink=0.8)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python3 -m blockspin.rg_plane", description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("archives", nargs="+", metavar="ARCHIVE")
    parser.add_argument("-o", "--output", default=".", metavar="FOLDER")
    options = parser.parse_args()
    with errors_in_one_line("blockspin.rg_plane"), open_archives(options.archives) as archives:
        found = trajectories(archives)
        require(found, "[mcrg] and no [flow] with couplings = on", options.archives)
        folder = Path(options.output)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "rg_plane.txt").write_text(table(found), encoding="utf-8")
        draw(found).savefig(folder / "rg_plane.png")


if __name__ == "__main__":
    main()
