"""Flows: where they end, and how they go there."""

from functools import partial

import numpy as np

from blockspin.archive import Archive
from blockspin.campaign import Campaign
from blockspin.figures import flow as figures
from blockspin.figures import style
from blockspin.group import Group
from blockspin.machine import Flow
from blockspin.report.parts import Heading, Note, Part, Section, Table
from blockspin.report.pictures import picture
from blockspin.report.words import curve, measured
from blockspin.seeds import families

MOST_DRAWN = 3
NAMES = {"energy_temperature": "Energy temperature", "mean_temperature": "Thermometer's mean (dashed: exact posterior's)",
         "abs_magnetization": "Mean |m|", "nearest_neighbour_excess": "Neighbour correlation less that of all pairs"}
END = "energy_temperature/mean"


def section(archives: list[Archive]) -> Section:
    parts: list[Part] = []
    for archive in archives:
        flows = list(archive.flow)
        if flows:
            parts.append(Table(f"Flows of {archive.name}: energy temperature after the last step (J/k_B)",
                               ["flow", "machine", "epoch", "steps", "walkers", "ends, start by start"], [row(flow) for flow in flows]))
        means = means_of(archive)
        if means is not None:
            parts.append(means)
        drawn = [archive.flow(members[0]) for members in families(archive.names("flow")).values()][:MOST_DRAWN]
        for flow in drawn:
            parts += of_flow(flow)
        if len(flows) > len(drawn):
            parts.append(Note(f"Drawn: {len(drawn)} of {len(flows)} flows."))
    return Section("Flows", parts)


def row(flow: Flow) -> list[str]:
    name = "energy_temperature" if END in flow else "energy"
    mean, error = flow.quantity(name)
    ends = ", ".join(f"{start}: {measured(m, e)}" for start, m, e in zip(flow.starts, mean[:, -1], error[:, -1]))
    return [flow.name, flow.value("rbm"), flow.value("epoch"), str(mean.shape[1] - 1), flow.value("walkers"), ends]


def last_end(group: Group) -> float:
    """Energy temperature after the last step, from the first start."""
    return float(group[END][0, -1]) if END in group else float("nan")


def means_of(archive: Archive) -> Table | None:
    """Means over training seeds, where there are several."""
    table = Campaign([archive]).table("flow", end=last_end)
    if len(table) < 2 or "end" not in table.columns:
        return None
    means = table.means("end")
    if all(row["n"] < 2 for row in means):
        return None
    names = [name for name in means.varying() if name not in ("end", "end_error", "n") and not name.startswith("hidden_scan")]
    rows = [[*(str(row[name]) for name in names), measured(row["end"], row["end_error"]), str(row["n"])] for row in means
            if np.isfinite(row["end"])]
    return Table("Means over training seeds: energy temperature after the last step, from the first start (J/k_B)",
                 [*(name.replace("_", " ") for name in names), "end", "trainings"], rows)


def of_flow(flow: Flow) -> list[Part]:
    parts: list[Part] = [Heading(f"{figures.heading(flow)}, {flow.value('walkers')} walkers a start")]
    for name in figures.panels(flow):
        words = "; ".join(curve(f"{name.replace('_', ' ')} from {style.start_label(start).replace('$', '')}",
                                np.arange(len(mean)), mean, error, at="step")
                          for start, mean, error in zip(flow.starts, *flow.quantity(name)))
        parts.append(picture(NAMES[name] + ", step by step", words, partial(figures.quantity, flow, name=name)))
    for number, start in enumerate(flow.starts if "temperature_distribution" in flow else []):
        parts.append(picture(f"What the thermometer says, {style.start_label(start).replace('$', '')}", distribution_words(flow, number),
                             partial(figures.distribution, flow, start=number)))
    return parts


def distribution_words(flow: Flow, number: int) -> str:
    """The likeliest temperature at the first and at the last step."""
    rows, temperature = flow["temperature_distribution"][number], flow["temperature"]
    first, last = (int(np.argmax(rows[step])) for step in (0, -1))
    return (f"Likeliest temperature at step 0: {temperature[first]:g} with probability {rows[0][first]:.3f}; at step {len(rows) - 1}: "
            f"{temperature[last]:g} with probability {rows[-1][last]:.3f}")
