"""Renormalization: exponents and couplings, beside what is known; couplings of stored configurations; exact maps."""

from functools import partial

import numpy as np

from blockspin import mcrg
from blockspin.archive import Archive
from blockspin.figures import chain_machine, decimation, exponents, kadanoff
from blockspin.group import Group
from blockspin.report.parts import Heading, Part, Section, Table
from blockspin.report.pictures import drawn, picture
from blockspin.report.words import curve, measured

MOST_DRAWN = 4
SHOWN_COUPLINGS = 7


def section(archives: list[Archive]) -> Section:
    parts: list[Part] = []
    for archive in archives:
        for group in list(archive.groups("mcrg"))[:MOST_DRAWN]:
            parts += of_run(group)
        fitted = list(archive.groups("couplings"))
        if fitted:
            parts += of_ensembles(archive, fitted)
        parts += exact_ones(archive)
    compared = mcrg.comparison([group for archive in archives for stage in ("mcrg", "couplings") for group in archive.groups(stage)])
    if compared:
        parts.append(Table("Beside what is known", ["number", "run", "found", "known", "source", "verdict"],
                           [list(row) for row in compared]))
    return Section("Renormalization group", parts)


def exact_ones(archive: Archive) -> list[Part]:
    """Chains, machines on chains and small tori, where everything is known exactly."""
    parts: list[Part] = []
    for group in archive.groups("decimation"):
        words = "; ".join(curve(f"K_0 = {chain:g}", np.arange(len(row)), row, at="step")
                          for chain, row in zip(group["chain"], group["coupling"]))
        parts.append(drawn("Decimated chains: couplings step by step, and Kadanoff's kernel", words, decimation.draw_flow(group)))
    for group in archive.groups("chain_machine"):
        words = curve("learned coupling", group["coupling"], group["learned_coupling/mean"], group["learned_coupling/error"], at="K'")
        parts.append(drawn("Machines trained on chains, beside exact decimation", words, chain_machine.draw_learnt(group)))
    for group in archive.groups("kadanoff"):
        words = "; ".join(curve(f"{text}, nearest-neighbour coupling", group["coupling"], group[f"renormalised/{path}/nearest"], at="K")
                          for path, text, _ in kadanoff.MAPS if f"renormalised/{path}/nearest" in group)
        parts.append(drawn(f"Couplings of block spins, {kadanoff.torus_text(group)}", words, kadanoff.draw_couplings(group)))
    return [Heading(f"Exact renormalization in {archive.name}"), *parts] if parts else []


def of_run(group: Group) -> list[Part]:
    parts: list[Part] = [Heading(f"{group.label} {mcrg.run_of(group)}, T = {float(group['temperature']):.6g}, "
                                 f"{int(group['configurations']):,} configurations")]
    for parity, name in (("even", "Thermal exponent y_t"), ("odd", "Magnetic exponent y_h")):
        if f"{parity}/exponent/mean" in group:
            mean, error = group[f"{parity}/exponent/mean"], group[f"{parity}/exponent/error"]
            words = curve(f"{name} with all {mean.shape[1]} operators", group["level"], mean[:, -1], error[:, -1], at="level")
            parts.append(picture(f"{name}, level by level", words, partial(exponents.exponent, group, parity=parity)))
    mean, error = group["coupling/mean"], group["coupling/error"]
    words = curve("nearest-neighbour coupling", group["any_level"], mean[:, 0], error[:, 0], at="level")
    parts.append(picture("Couplings of block spins, level by level", words, partial(exponents.coupling_flow, group)))
    return parts


def of_ensembles(archive: Archive, fitted: list[Group]) -> list[Part]:
    heads = ["section", "temperature", *(str(k + 1) for k in range(SHOWN_COUPLINGS)), "chance that these explain all"]
    rows = [coupling_row(group, t) for group in fitted for t in range(len(group["mean"]))]
    parts: list[Part] = [Heading(f"Couplings of stored configurations and machines in {archive.name}"),
                         Table("The first couplings", heads, rows)]
    parts += [picture(f"Couplings of {group.label}", curve("couplings", np.arange(1, group["mean"].shape[1] + 1), group["mean"][0],
                                                            group["error"][0], at="operator"), partial(exponents.fitted, group))
              for group in fitted[:MOST_DRAWN]]
    return parts


def coupling_row(group: Group, t: int) -> list[str]:
    pairs = list(zip(group["mean"][t], group["error"][t]))[:SHOWN_COUPLINGS]
    temperature = group["temperature"][t]
    return [group.name, "" if np.isnan(temperature) else f"{temperature:.5g}", *(measured(*pair) for pair in pairs),
            *[""] * (SHOWN_COUPLINGS - len(pairs)), f"{group['p_value'][t]:.2g}" if "p_value" in group else ""]
