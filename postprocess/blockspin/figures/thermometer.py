"""A thermometer beside the best possible one: the exact posterior, which knows the density of states."""

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from blockspin.archive import Archive, Group
from blockspin.figures import style


def draw(archive: Archive) -> Iterator[tuple[str, Figure]]:
    for thermometer in archive.groups("thermometer"):
        figure, (left, right) = plt.subplots(1, 2, figsize=(7.6, 3.2))
        accuracy(thermometer, left)
        objective(thermometer, right)
        figure.suptitle(f"Thermometer {thermometer.label}: {thermometer.value('hidden')} hidden units")
        yield style.file_name("thermometer", thermometer.name), figure


def accuracies(thermometer: Group) -> dict[str, float]:
    """{"network": share of held-out configurations that it reads right, "exact posterior": the same of the best one, ...}"""
    paths = {"network": "test/accuracy", "exact posterior": "test/bayes_accuracy"}
    found = {text: float(thermometer[path]) for text, path in paths.items() if path in thermometer}
    n_classes = len(thermometer["temperature"])
    return {text: value for text, value in {**found, "chance": 1 / n_classes}.items() if np.isfinite(value)}


def accuracy(thermometer: Group, axes: Axes) -> Axes:
    """Shares of held-out configurations whose temperature is read right, of the network, the posterior and by chance."""
    found = accuracies(thermometer)
    bars = axes.barh(list(found), list(found.values()), color=[style.COLOURS[0], style.EXACT, "#bbbbbb"][:len(found)], height=0.6)
    axes.bar_label(bars, [f"{value:.3f}" for value in found.values()], padding=3, fontsize=8)
    axes.invert_yaxis()
    axes.set_xlim(0, min(1.0, 1.25 * max(found.values())))
    axes.set_xlabel("held-out configurations read right")
    return axes


def objective(thermometer: Group, axes: Axes) -> Axes:
    """The objective of the training, and cross entropies of held-out configurations."""
    history = thermometer["history/objective"]
    axes.plot(np.arange(1, len(history) + 1), history, "o-", label="objective of the training")
    for path, text, line in (("test/cross_entropy", "held-out, network", "--"),
                             ("test/bayes_cross_entropy", "held-out, exact posterior", ":")):
        if path in thermometer and np.isfinite(thermometer[path]):
            axes.axhline(float(thermometer[path]), color=style.EXACT, linestyle=line, linewidth=1, label=text)
    axes.set_xlabel("round of the optimiser")
    axes.set_ylabel("cross entropy  (nats)")
    style.legend_above(axes, n_columns=2, fontsize=7)
    return axes
