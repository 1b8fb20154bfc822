"""The claims of the paper and what the archives say: every number is computed, none is typed.

A row is (claim, setting, measured, error, verdict). Errors are standard errors over training seeds where there are
several, else over the walkers of the one flow, and then say so; two settings are compared by the spread of both
together. Agreement holds unless the difference is beyond chance: Student's test at 0.27 %, with as many degrees of
freedom as the errors have (three errors, were they known exactly; 5.5 with six trainings, 4.5 with six beside three).
"""

from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any

import numpy as np

from blockspin import exact, seeds
from blockspin.archive import Archive, Group, Machine
from blockspin.arrays import Array, Estimated, Lattice
from blockspin.exact import T_C
from blockspin.iso2018 import equilibrium, patterns, readings
from blockspin.iso2018.ends import End, Setting, epoch_of, pick, type_of

Row = tuple[str, str, Any, Any, str]  # claim, setting, measured, error, verdict
Members = list[tuple[Group, Machine]]  # a spectrum, and the machine that it is of, for each seed
MEASURES = (("energy_temperature", "energy temperature"), ("mean_temperature", "network's mean, as in the paper"),
            ("bayes_temperature", "exact posterior's mean"))
FALLS: tuple[tuple[Callable[[Lattice, Array], float], str], ...] = (
    (patterns.beyond, "largest |W W^T| three or more sites away"), (patterns.at_furthest, "W W^T at the largest distance"))
UNIFORM = 0.9  # part of a vector that makes it one of these waves


def all_verdicts(archives: list[Archive], groups: list[Setting]) -> list[Row]:
    """Rows of every claim the archives have data for."""
    rows: list[Row] = []
    for claim in FIRST_CLAIMS:
        rows += claim(groups)
    rows += readings_at_critical(archives, groups)
    rows += end_is_ising(archives, groups)
    rows += equilibrium.rows(archives)
    rows += end_is_mixture(archives, groups)
    for archive in archives:
        rows += couplings(archive)
    for claim in LAST_CLAIMS:
        rows += claim(groups)
    for of_spectra in SPECTRAL_CLAIMS:
        for archive in archives:
            rows += of_spectra(archive)
    return rows


def main_line(groups: list[Setting]) -> list[Setting]:
    """Type V groups on the smallest lattice, sampled, at their last epoch, by hidden units: of all trainings together."""
    found = {}
    for g in sorted(pick(groups, family="V", dynamics="sampled"), key=lambda g: (g.epoch, g.n)):
        if g.lattice == min(x.lattice for x in groups):
            found[g.hidden] = g
    last = max((g.epoch for g in found.values()), default=0)
    return [found[hidden] for hidden in sorted(found) if found[hidden].epoch == last]


def at_epoch(groups: list[Setting], like: Setting, epoch: int) -> Setting | None:
    same = [g for g in groups if (g.family, g.lattice, g.hidden, g.dynamics, g.epoch) ==
            (like.family, like.lattice, like.hidden, like.dynamics, epoch)]
    return max(same, key=attrgetter("n"), default=None)


def setting(g: Setting, beside: Setting | None = None) -> str:
    """What a group is, and where its error is from: alone, or in comparison with another."""
    source = "error over walkers" if beside is None or beside.n == 1 else "error from the other's spread"
    trainings = f"{g.n} trainings" if g.n > 1 else f"1 training ({source})"
    return f"type {g.family}, {'x'.join(map(str, g.lattice))}, N_h = {g.hidden}, {g.epoch} epochs, {trainings}"


def gap_of(g: Setting) -> Estimated:
    """(mean, error) of the energy temperature from the first start less that from the second; errors over walkers."""
    return np.mean([end.gap for end in g.ends]), np.sqrt(np.sum([end.gap_error**2 for end in g.ends])) / g.n


def difference(g: Setting, other: Setting, measure: Callable[[float], float] = float) -> tuple[float, float, str]:
    """(mean, error, seen) of `measure` of one group's energy temperature less another's. The spread of trainings is that of both,
    pooled; that of walkers where neither has several. `seen` is empty where the difference is beyond chance, else it says how
    large one would have been seen."""
    change = measure(g.mean()) - measure(other.mean())
    spreads = [(x.values("energy_temperature").std(ddof=1), x.n) for x in (g, other) if x.n > 1]
    spread, free = seeds.pooled(spreads)
    freedom = free if spreads else np.inf
    error = spread * np.sqrt(1 / g.n + 1 / other.n) if spreads else np.hypot(g.error(), other.error())
    seen = f"; {seeds.least_seen(error, freedom):.2g} would be seen"
    return change, error, "" if seeds.beyond_chance(change, error, freedom) else seen


def starts_meet(groups: list[Setting]) -> Iterator[Row]:
    claim, gap = "both starts reach one end", ", energy temperature from T = 0 less that from T = 6"
    for g in main_line(groups):
        first, last = min(end.met for end in g.ends), max(end.met for end in g.ends)
        yield (claim, f"{setting(g)}, {g.steps} steps{gap}", *gap_of(g),
               f"holds, met at step {first} to {last}" if g.has_end else f"not within {g.steps} steps")
        if not g.has_end:
            for x in longer(groups, g):
                yield (claim, f"{setting(x)}, {x.steps} steps{gap}", *gap_of(x),
                       f"holds, at {x.mean():.2f}: met at step {x.met}, alike from step {alike_from(x.ends[0], g.steps)} on"
                       if x.has_end else
                       f"not within {x.steps} steps")


def longer(groups: list[Setting], like: Setting) -> list[Setting]:
    """Groups of single trainings that went on for more steps."""
    same = pick(groups, **{name: getattr(like, name) for name in ("family", "lattice", "hidden", "epoch", "dynamics",
                                                                  "learning_rate")})
    return [g for g in same if g.steps > like.steps]


def alike_from(end: End, first: int, every: int = 100) -> int:
    """The step, in leaps of `every`, from which on a flow's starts are within two errors, as `met` asks of one step."""
    parts = [end.at(step) for step in range(first, end.steps + 1, every)]
    apart = [part.steps for part in parts if abs(part.gap) > 2 * part.gap_error]
    return apart[-1] + every if apart else first


def with_end(groups: list[Setting]) -> list[Setting]:
    """The main line where the starts have met: elsewhere there is no end to speak of."""
    return [g for g in main_line(groups) if g.has_end]


def end_is_critical(groups: list[Setting]) -> Iterator[Row]:
    """By three measures of temperature, of which the second is the paper's. A measure is worth what it says of true
    configurations: readings_at_critical()."""
    for quantity, text in MEASURES:
        for g in with_end(groups):
            off, error = g.mean(quantity) - T_C, g.error(quantity)
            yield (f"the end is T_c = 2.269, by the {text}", setting(g), g.mean(quantity), error,
                   f"no, {abs(off) / error:.0f} errors {'above' if off > 0 else 'below'}"
                   if seeds.beyond_chance(off, error, g.freedom) else "holds")


def readings_at_critical(archives: list[Archive], groups: list[Setting]) -> Iterator[Row]:
    """What the measures say of true configurations: those of the sampled temperatures around T_c, read as a line there."""
    archive = next((a for a in archives if "main" in a.names("thermometer")), None)
    if archive is None or not with_end(groups):
        return
    for text, (mean, error) in readings.at(archive, T_C).items():
        yield ("a thermometer reads T_c in configurations of T_c", f"true configurations, {text}", mean, error,
               "no" if seeds.beyond_chance(mean - T_C, error) else "holds")


def end_is_pinned(groups: list[Setting]) -> Iterator[Row]:
    line = with_end(groups)
    if len(line) > 1:
        low, high = line[-1], line[0]
        change, error, alike = difference(low, high)
        yield ("the end does not depend on N_h", f"{setting(low, high)}, less N_h = {high.hidden}", change, error,
               f"holds{alike}" if alike else "no")


def end_and_training(groups: list[Setting]) -> Iterator[Row]:
    for g in with_end(groups):
        early = at_epoch(groups, g, 10)
        if early is None or not early.has_end or early.epoch == g.epoch:
            continue
        change, error, alike = difference(g, early)
        yield ("the end does not depend on the training's length", f"{setting(g, early)}, less 10 epochs", change, error,
               f"holds{alike}" if alike else "no")


def slow_learning(groups: list[Setting]) -> Iterator[Row]:
    for g in with_end(groups):
        slow = [x for x in pick(groups, family="Vslow", hidden=g.hidden, epoch=g.epoch)]
        if slow and slow[0].has_end:
            change, error, alike = difference(slow[0], g)
            yield ("the end does not depend on the learning rate",
                   f"{setting(slow[0], g)}, rate {slow[0].learning_rate:g} less rate {g.learning_rate:g}", change, error,
                   f"holds{alike}" if alike else "no")


def end_is_ising(archives: list[Archive], groups: list[Setting]) -> Iterator[Row]:
    """How neighbours are correlated at an end, and its |m|, beside true configurations of the sampled temperature nearest
    to it. |m| changes much between sampled temperatures: it gives no verdict."""
    for g in with_end(groups):
        true = next(sample for archive in archives for sample in archive.ensembles() if sample.lattice == g.lattice)
        temperature = true.temperature[np.argmin(np.abs(true.temperature - g.mean()))]
        spins = true.configurations(temperature)
        for quantity, text, measure in (("nearest_neighbour_excess", "neighbour excess", patterns.excess),
                                        ("correlation_fall", "correlation of neighbours less that at half the side",
                                         patterns.correlation_fall),
                                        ("abs_magnetization", "|m|", patterns.abs_magnetization)):
            mean, other = (g.mean(quantity), g.error(quantity)), measure(spins)
            error, freedom = seeds.combined([(mean[1], g.freedom), (other[1], np.inf)])
            differ = seeds.beyond_chance(mean[0] - other[0], error, freedom)
            yield ("the end is a state of the Ising model",
                   f"{setting(g)}, {text}; at T = {temperature:g} it is {seeds.pm(*other)}", *mean,
                   "" if quantity == "abs_magnetization" else "no" if differ else "holds")


def end_is_mixture(archives: list[Archive], groups: list[Setting]) -> Iterator[Row]:
    """A chain in equilibrium draws from the machine's own distribution, whatever its start. Had the machine learned all it
    was shown, that would be the mixture of all temperatures."""
    for g in with_end(groups):
        shown = next(sample for archive in archives for sample in archive.ensembles() if sample.lattice == g.lattice)
        spins = np.concatenate([shown.configurations(t) for t in shown.temperature])
        energy = np.mean(exact.energy(shown.temperature, g.lattice))
        for quantity, text, (value, known) in (
                ("energy_temperature", "energy temperature", (exact.energy_temperature(energy, g.lattice), 0.0)),
                ("abs_magnetization", "|m|", patterns.abs_magnetization(spins)),
                ("nearest_neighbour_excess", "neighbour excess", patterns.excess(spins))):
            error, freedom = seeds.combined([(g.error(quantity), g.freedom), (known, np.inf)])
            differ = seeds.beyond_chance(g.mean(quantity) - value, error, freedom)
            yield ("the end is the mixture that was learned", f"{setting(g)}, {text}; of the mixture it is {value:.4g}",
                   g.mean(quantity), g.error(quantity), "no" if differ else "holds")


def other_types(groups: list[Setting]) -> Iterator[Row]:
    for family, claim, counts, holds in (("L", "type L flows to T = 0", "below 1", lambda t: t < 1.0),
                                         ("H", "type H flows to high temperatures", "4 to 6", lambda t: 4.0 <= t <= 6.0)):
        for g in pick(groups, family=family, dynamics="sampled"):
            mean, error = g.mean("mean_temperature"), g.error("mean_temperature")
            yield (claim, f"{setting(g)}, thermometer's mean; {counts} counts", mean, error, "holds" if holds(mean) else "no")


def dynamics(groups: list[Setting]) -> Iterator[Row]:
    for g in groups:
        if g.dynamics == "sampled":
            continue
        claim = "the end does not depend on the dynamics"
        yield (claim, f"{setting(g)}, {g.dynamics}, energy temperatures of the two ends", *gap_of(g),
               f"one end, at {g.mean():.2f}" if g.has_end else f"no common end within {g.steps} steps")
        beside = sampled_machine(groups, g)
        if g.has_end and beside and beside.has_end:
            change, error, alike = difference(g, beside)
            yield (claim, f"{setting(g)}, {g.dynamics}, energy temperature less that of the same machine sampled, "
                   f"{beside.mean():.3f}", change, error, f"holds{alike}" if alike else "no")


def sampled_machine(groups: list[Setting], like: Setting) -> Setting | None:
    """The sampled flow of the machine of a group of one training; None where there is none."""
    same = pick(groups, dynamics="sampled", **{name: getattr(like, name) for name in ("family", "lattice", "hidden", "epoch",
                                                                                      "learning_rate")})
    return next((Setting([end]) for g in same for end in g.ends if like.n == 1 and end.seed == like.seed), None)


CONTROLS = ("shuffled", "independent", "extremes", "cd10", "binary", "fast_binary", "centred_binary")


def controls(groups: list[Setting]) -> Iterator[Row]:
    for family in CONTROLS:
        for g in pick(groups, family=family):
            beside = [v for v in pick(groups, family="V", hidden=g.hidden, epoch=g.epoch, lattice=g.lattice,
                                      dynamics=g.dynamics)]
            if not beside:
                continue
            v = max(beside, key=lambda v: v.n)
            if not g.has_end:
                yield (f"control: {family}", f"{setting(g)}, energy temperature from T = 0 less that from T = 6", *gap_of(g),
                       f"no common end within {g.steps} steps")
            elif v.has_end:
                change, error, alike = difference(g, v)
                yield (f"control: {family}", f"{setting(g, v)}, energy temperature {g.mean():.3f}, less type V's", change, error,
                       f"the same end{alike}" if alike else "another end")


def sizes(groups: list[Setting]) -> Iterator[Row]:
    every = [g for g in pick(groups, family="V", dynamics="sampled") if g.n > 1]
    small = min((g.lattice for g in every), default=None)
    for g in every:
        if g.lattice == small:
            continue
        beside = [s for s in every if s.lattice == small and s.epoch == g.epoch and abs(s.share - g.share) < 0.01]
        if beside:
            s = beside[0]
            nearer, error, alike = difference(g, s, lambda end: abs(end - T_C))
            word = f"open{alike}" if alike else "nearer" if nearer < 0 else "further away"
            yield ("after equal epochs, the end approaches T_c as the lattice grows",
                   f"{setting(g)}, end {g.mean():.3f}: distance from T_c less that of {s.lattice[0]}x{s.lattice[1]}", nearer,
                   error, word)


def couplings(archive: Archive) -> Iterator[Row]:
    for name in archive.names("flow"):
        flow = archive.flow(name)
        if "coupling_nearest/mean" not in flow:
            continue
        of = f"{flow.value('rbm')}, {epoch_of(flow, archive.machine(flow.value('rbm')))} epochs"
        for index, start in enumerate(flow.starts):
            for name, text, words in (("nearest", "nearest coupling", ("", "")),
                                      ("diagonal", "diagonal coupling", ("Ising", "no Ising state")),
                                      ("plaquette", "plaquette coupling", ("Ising", "no Ising state")),
                                      ("residual", "residual of the fit, 0 where these couplings explain the magnetisation",
                                       ("the couplings fit", "no such couplings fit"))):
                mean, error = (quantity[index, -1] for quantity in flow.quantity(f"coupling_{name}"))
                yield ("the end is a state of the Ising model", f"{of}, start {start}, step {flow.value('steps')}, {text}", mean,
                       error, words[seeds.beyond_chance(mean, error)])


def spectra(archive: Archive) -> Iterator[tuple[Group, Machine]]:
    for name in archive.names("spectrum"):
        spectrum = archive.group("spectrum", name)
        if "fourier_power" in spectrum:
            yield spectrum, archive.machine(spectrum.value("rbm"))


def by_family(archive: Archive) -> dict[tuple[str, int, int], Members]:
    """{(family, hidden, epoch): spectra of the seeds}."""
    found: dict[tuple[str, int, int], Members] = {}
    for spectrum, machine in spectra(archive):
        key = (type_of(machine.name), int(machine.value("hidden")), epoch_of(spectrum, machine))
        found.setdefault(key, []).append((spectrum, machine))
    return dict(sorted(found.items()))


def name_of(key: tuple[str, int, int], members: Members) -> str:
    return f"type {key[0]}, N_h = {key[1]}, {key[2]} epochs, {len(members)} training{'s' * (len(members) > 1)}"


def of_all(found: list[Any], none: str) -> str:
    """In how many trainings something is, where in any."""
    return f"in {np.count_nonzero(found)} of {len(found)} trainings" if np.any(found) else none


def leading_vectors(archive: Archive) -> Iterator[Row]:
    for key, members in by_family(archive).items():
        parts = [spectrum["fourier_power"][0, 0] for spectrum, _ in members]
        mean, error = seeds.over_seeds(parts)
        yield ("the leading vector is uniform", f"{name_of(key, members)}, its part in the uniform mode; {UNIFORM} counts", mean, error,
               "holds" if mean > UNIFORM else of_all([part > UNIFORM for part in parts], "no"))
        if key[0].startswith(("V", "L", "H")) and min(key[1], 5) == 5:
            mean, error = seeds.over_seeds([patterns.longest_waves(spectrum) for spectrum, _ in members])
            yield ("the next four are the longest waves", f"{name_of(key, members)}, their part in these waves; {UNIFORM} counts", mean, error,
                   "holds" if mean > UNIFORM else "partly" if mean > 0.5 else "no")


def products(archive: Archive) -> Iterator[Row]:
    """Of machines that learnt the lattice: control data know no distance."""
    claim = "W W^T against distance is the spin correlation"
    for key, members in by_family(archive).items():
        if members[0][1].value("control", "none") != "none":
            continue
        correlation = patterns.data_correlation(archive, members[0][1])
        if np.ptp(correlation[1:]) < 1e-9:  # T = 0: all alike
            continue
        mean, error = seeds.over_seeds([patterns.product_agreement(spectrum, correlation) for spectrum, _ in members])
        yield (claim, f"{name_of(key, members)}, correlation coefficient; 0.95 counts", mean, error,
               "holds" if mean > 0.95 else "partly" if mean > 0.5 else "no")
        lattice = members[0][0].lattice
        for measure, text in FALLS:
            mean, error = seeds.over_seeds([measure(lattice, spectrum["product_by_displacement"]) for spectrum, _ in members])
            spins = measure(lattice, correlation)
            yield (claim, f"{name_of(key, members)}, {text} over that at 0; the spins' is {spins:.3f}, 0.05 off counts", mean, error,
                   "holds" if abs(mean - spins) < 0.05 else "no")


def copying(archive: Archive) -> Iterator[Row]:
    for key, members in by_family(archive).items():
        copies = [int(spectrum["copy_units"]) for spectrum, _ in members]
        mean, error = seeds.over_seeds(copies)
        share = np.nanmedian(np.concatenate([spectrum["largest_share"] for spectrum, _ in members]))
        yield ("hidden units copy single sites", f"{name_of(key, members)}, units that do (median share {share:.3f})", mean,
               error, of_all(copies, "none"))


FIRST_CLAIMS = (starts_meet, end_is_critical, end_is_pinned, end_and_training, slow_learning, sizes)
LAST_CLAIMS = (other_types, dynamics, controls)
SPECTRAL_CLAIMS = (leading_vectors, products, copying)
