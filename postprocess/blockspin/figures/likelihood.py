"""How likely data are under machines: log-likelihoods and distances from the Ising model, learned and not learned."""

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from blockspin.archive import Archive, Group
from blockspin.figures import style

LABELS = {"log_likelihood": r"$\langle\ln p(v)\rangle$ per spin  (nats)", "kl_divergence": r"$D_{KL}$(Ising, machine) per spin  (nats)"}


def draw(archive: Archive) -> Iterator[tuple[str, Figure]]:
    for group in archive.groups("likelihood"):
        names = panels(group)
        if names:
            figure, grid = plt.subplots(1, len(names), squeeze=False, figsize=(4.0 * len(names) + 0.6, 3.2))
            for axes, name in zip(grid[0], names):
                quantity(group, axes, name)
            figure.suptitle(f"{group.label} of [rbm.{group.value('rbm')}]")
            yield style.file_name("likelihood", group.name), figure


def panels(group: Group) -> list[str]:
    """The quantities that are known at some temperature."""
    return [name for name in LABELS if f"{name}/mean" in group and np.isfinite(group[f"{name}/mean"]).any()]


def quantity(group: Group, axes: Axes, name: str) -> Axes:
    """A quantity against the temperature of the configurations that judge: not learned, and learned where that is known."""
    n_sites = int(np.prod(group.lattice)) or 1
    temperature = group["temperature"]
    places = np.where(np.isfinite(temperature), temperature, np.nan)
    for path, text, form in ((name, "not learned", "o"), (f"learned/{name}", "learned", "x")):
        if f"{path}/mean" in group:
            style.points(axes, places, group[f"{path}/mean"] / n_sites, np.nan_to_num(group[f"{path}/error"]) / n_sites, fmt=form,
                         label=text)
    axes.set_xlabel(style.TEMPERATURE)
    axes.set_ylabel(LABELS[name])
    style.legend_above(axes)
    return axes
