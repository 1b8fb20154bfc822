"""The claims of the paper and what the archives say: every number is computed, none is typed.

A row is (claim, setting, measured, error, verdict). Errors are standard errors over training seeds where there are
several, else over the walkers of the one flow, and then say so. A claim of agreement holds within three errors.
"""

import numpy as np

from blockspin.exact import T_C
from blockspin.iso2018 import patterns
from blockspin.iso2018.ends import pick, split_name

SIGMA = 3


def all_verdicts(archives, groups):
    """Rows of every claim the archives have data for."""
    rows = []
    for claim in (starts_meet, end_is_critical, end_is_pinned, end_and_training, slow_learning, sizes):
        rows += claim(groups)
    rows += end_is_ising(archives, groups)
    for archive in archives:
        rows += couplings(archive)
    for claim in (other_types, dynamics, controls):
        rows += claim(groups)
    for claim in (leading_vectors, products, copies):
        for archive in archives:
            rows += claim(archive)
    return rows


def main_line(groups):
    """Type V groups on the smallest lattice, sampled, at their last epoch, by hidden units."""
    found = {}
    for g in sorted(pick(groups, family="V", dynamics="sampled"), key=lambda g: g.epoch):
        if g.lattice == min(x.lattice for x in groups):
            found[g.hidden] = g
    last = max((g.epoch for g in found.values()), default=0)
    return [found[hidden] for hidden in sorted(found) if found[hidden].epoch == last]


def at_epoch(groups, like, epoch):
    same = [g for g in groups if (g.family, g.lattice, g.hidden, g.dynamics, g.epoch) ==
            (like.family, like.lattice, like.hidden, like.dynamics, epoch)]
    return max(same, key=lambda g: g.n, default=None)


def setting(g):
    seeds = f"{g.n} trainings" if g.n > 1 else "1 training (error over walkers)"
    return f"type {g.family}, {'x'.join(map(str, g.lattice))}, N_h = {g.hidden}, {g.epoch} epochs, {seeds}"


def sigmas(difference, error):
    return abs(difference) / error if error > 0 else np.inf


def starts_meet(groups):
    for g in main_line(groups):
        gap = np.mean([end.gap for end in g.ends])
        error = np.sqrt(np.sum([end.gap_error**2 for end in g.ends])) / g.n
        first, last = min(end.met for end in g.ends), max(end.met for end in g.ends)
        agree = g.has_end
        yield ("both starts reach one end", setting(g) + ", energy temperature from T = 0 less that from T = 6", gap, error,
               f"holds, met at step {first} to {last}" if agree else f"not within {g.steps} steps")


def with_end(groups):
    """The main line where the starts have met: elsewhere there is no end to speak of."""
    return [g for g in main_line(groups) if g.has_end]


def end_is_critical(groups):
    for g in with_end(groups):
        n_sigma = sigmas(g.mean() - T_C, g.error())
        yield ("the end is T_c = 2.269", setting(g) + ", energy temperature", g.mean(), g.error(),
               "holds" if n_sigma < SIGMA else f"no, {n_sigma:.0f} errors {'above' if g.mean() > T_C else 'below'}")


def end_is_pinned(groups):
    line = with_end(groups)
    if len(line) > 1:
        low, high = line[-1], line[0]
        change, error = low.mean() - high.mean(), np.hypot(low.error(), high.error())
        yield ("the end does not depend on N_h", f"{setting(low)}, less N_h = {high.hidden}", change, error,
               "holds" if sigmas(change, error) < SIGMA else "no")


def end_and_training(groups):
    for g in with_end(groups):
        early = at_epoch(groups, g, 10)
        if early is None or not early.has_end or early.epoch == g.epoch:
            continue
        change, error = g.mean() - early.mean(), np.hypot(g.error(), early.error())
        yield ("the end does not depend on the training's length", f"{setting(g)}, less 10 epochs", change, error,
               "holds" if sigmas(change, error) < SIGMA else "no")


def slow_learning(groups):
    for g in with_end(groups):
        slow = [x for x in pick(groups, family="Vslow", hidden=g.hidden, epoch=g.epoch)]
        if slow and slow[0].has_end:
            change, error = slow[0].mean() - g.mean(), np.hypot(slow[0].error(), g.error())
            yield ("the end does not depend on the learning rate",
                   f"{setting(slow[0])}, rate {slow[0].learning_rate:g} less rate {g.learning_rate:g}", change, error,
                   "holds" if sigmas(change, error) < SIGMA else "no")


def end_is_ising(archives, groups):
    """The neighbour excess of an end beside that of true configurations of the sampled temperature nearest to it."""
    for g in with_end(groups):
        true = next((archive.sample() for archive in archives if archive.sample().lattice == g.lattice), None)
        mean, error = g.mean("nearest_neighbour_excess"), g.error("nearest_neighbour_excess")
        temperature = true.temperature[np.argmin(np.abs(true.temperature - g.mean()))]
        other, other_error = patterns.excess(true.configurations(temperature))
        ising = sigmas(mean - other, np.hypot(error, other_error)) < SIGMA
        yield ("the end is a state of the Ising model",
               f"{setting(g)}, neighbour excess; at T = {temperature:g} it is {other:.3f}({other_error * 1000:.0f})", mean, error,
               "holds" if ising else "no")


def other_types(groups):
    for family, claim, holds in (("L", "type L flows to T = 0", lambda t: t < 1.0),
                                 ("H", "type H flows to high temperatures", lambda t: 4.0 <= t <= 6.0)):
        for g in pick(groups, family=family, dynamics="sampled"):
            mean, error = g.mean("mean_temperature"), g.error("mean_temperature")
            yield (claim, setting(g) + ", thermometer's mean", mean, error, "holds" if holds(mean) else "no")


def dynamics(groups):
    for g in groups:
        if g.dynamics == "sampled":
            continue
        yield ("the end does not depend on the dynamics", f"{setting(g)}, {g.dynamics}, energy temperatures of the two ends",
               np.mean([end.gap for end in g.ends]), np.mean([end.gap_error for end in g.ends]),
               f"one end, at {g.mean():.2f}" if g.has_end else f"no common end within {g.steps} steps")


def controls(groups):
    for family in ("shuffled", "independent", "extremes", "cd10", "binary"):
        for g in pick(groups, family=family):
            beside = [v for v in pick(groups, family="V", hidden=g.hidden, epoch=g.epoch, lattice=g.lattice,
                                      dynamics=g.dynamics)]
            if not beside:
                continue
            v = max(beside, key=lambda v: v.n)
            if not (g.has_end and v.has_end):
                continue
            change, error = g.mean() - v.mean(), np.hypot(g.error(), v.error())
            yield (f"control: {family}", f"{setting(g)}, energy temperature {g.mean():.3f}, less type V's", change, error,
                   "the same end" if sigmas(change, error) < SIGMA else "another end")


def sizes(groups):
    every = [g for g in pick(groups, family="V", dynamics="sampled") if g.n > 1]
    small = min((g.lattice for g in every), default=None)
    for g in every:
        if g.lattice == small:
            continue
        beside = [s for s in every if s.lattice == small and s.epoch == g.epoch and abs(s.share - g.share) < 0.01]
        if beside:
            s = beside[0]
            nearer, error = abs(g.mean() - T_C) - abs(s.mean() - T_C), np.hypot(g.error(), s.error())
            word = "open" if sigmas(nearer, error) < SIGMA else "nearer" if nearer < 0 else "further away"
            yield ("the end approaches T_c as the lattice grows",
                   f"{setting(g)}, end {g.mean():.3f}: distance from T_c less that of {s.lattice[0]}x{s.lattice[1]}", nearer,
                   error, word)


def couplings(archive):
    for name in archive.names("flow"):
        flow = archive.flow(name)
        if "coupling_nearest/mean" not in flow:
            continue
        for index, start in enumerate(flow.starts):
            for coupling, ising in (("nearest", None), ("diagonal", 0.0), ("plaquette", 0.0)):
                mean, error = flow.quantity(f"coupling_{coupling}")
                value, value_error = mean[index, -1], error[index, -1]
                word = "" if ising is None else "Ising" if sigmas(value, value_error) < SIGMA else "no Ising state"
                yield ("the end is a state of the Ising model",
                       f"{flow.value('rbm')}, start {start}, step {flow.value('steps')}, {coupling} coupling", value,
                       value_error, word)


def spectra(archive):
    for name in archive.names("spectrum"):
        spectrum = archive.group("spectrum", name)
        if "fourier_power" in spectrum:
            yield spectrum, archive.machine(spectrum.value("rbm"))


def by_family(archive):
    """{(family, hidden, epoch): spectra of the seeds}."""
    found = {}
    for spectrum, machine in spectra(archive):
        epoch = spectrum.value("epoch", "auto")
        key = (split_name(machine.name)[0], int(machine.value("hidden")), int(machine.value("epochs") if epoch == "auto" else
                                                                              epoch))
        found.setdefault(key, []).append((spectrum, machine))
    return dict(sorted(found.items()))


def summary(numbers):
    """Mean and standard error; the error of one number alone is not known."""
    error = np.std(numbers, ddof=1) / np.sqrt(len(numbers)) if len(numbers) > 1 else np.nan
    return np.mean(numbers), error


def name_of(key, members):
    return f"type {key[0]}, N_h = {key[1]}, {key[2]} epochs, {len(members)} training{'s' * (len(members) > 1)}"


def leading_vectors(archive):
    for key, members in by_family(archive).items():
        mean, error = summary([spectrum["fourier_power"][0, 0] for spectrum, _ in members])
        yield ("the leading vector is uniform", f"{name_of(key, members)}, its part in the uniform mode", mean, error,
               "holds" if mean > 0.9 else "no")
        if key[0].startswith("V") and min(key[1], 5) == 5:
            mean, error = summary([patterns.longest_waves(spectrum) for spectrum, _ in members])
            yield ("the next four are the longest waves", f"{name_of(key, members)}, their part in these waves", mean, error,
                   "holds" if mean > 0.9 else "partly" if mean > 0.5 else "no")


def products(archive):
    for key, members in by_family(archive).items():
        correlation = patterns.data_correlation(archive, members[0][1])
        if np.ptp(correlation[1:]) < 1e-9:  # T = 0: all alike
            continue
        mean, error = summary([patterns.product_agreement(spectrum, correlation) for spectrum, _ in members])
        yield ("W W^T against distance is the spin correlation", f"{name_of(key, members)}, correlation coefficient", mean,
               error, "holds" if mean > 0.95 else "partly" if mean > 0.5 else "no")
        far = patterns.furthest(members[0][0].lattice)
        product = [spectrum["product_by_displacement"] for spectrum, _ in members]
        mean, error = summary([p[far] / p[0] for p in product])
        yield ("W W^T against distance is the spin correlation",
               f"{name_of(key, members)}, W W^T at the largest distance over that at 0; the spins' is {correlation[far]:.3f}",
               mean, error, "holds" if abs(mean - correlation[far]) < 0.05 else "no")


def copies(archive):
    for key, members in by_family(archive).items():
        mean, error = summary([float(spectrum["copy_units"]) for spectrum, _ in members])
        share = np.nanmedian(np.concatenate([spectrum["largest_share"] for spectrum, _ in members]))
        yield ("hidden units copy single sites", f"{name_of(key, members)}, units that do (median share {share:.3f})", mean,
               error, "some" if mean > 0 else "none")
