"""What needs attention: what is missing, unfinished or out of date, and what the numbers themselves warn of."""

from collections.abc import Iterator
from statistics import NormalDist

import numpy as np

from blockspin.archive import Archive
from blockspin.ensemble import Sample
from blockspin.figures import quality
from blockspin.group import Group
from blockspin.machine import Flow
from blockspin.report.parts import Note, Section
from blockspin.report.words import counted, joined, measured, number

FALSE_ALARMS = 1e-4       # of all pulls of a sample together, where all is well and errors are normal
LEAST_ACCEPTANCE = 0.05   # below it a ladder is cut, as the program says itself
LEAST_SAMPLES = 100       # independent ones
SLACK = 1.25              # of autocorrelation times, which have errors of their own
LEAST_BINS = 16
LEAST_CHAINS = 15         # effective ones of an annealed ln Z, as the program asks
MOST_ERRORS = 4           # between numbers that should agree


def section(archives: list[Archive]) -> Section:
    notes = [Note(f"{archive.name}: {note.text}" if len(archives) > 1 else note.text, note.weight)
             for archive in archives for note in of_archive(archive)]
    notes.sort(key=lambda note: note.weight != "check")
    return Section("What needs attention", [*notes] or [Note("Nothing that this report looks for was found.")])


def of_archive(archive: Archive) -> Iterator[Note]:
    yield from unfinished(archive)
    for sample in archive.ensembles():
        if isinstance(sample, Sample):
            yield from of_sample(sample)
    yield from of_flows(list(archive.flow))
    for group in archive.groups("likelihood"):
        yield from of_likelihood(group)
    for stage in ("mcrg", "couplings"):
        for group in archive.groups(stage):
            yield from of_bins(group)
    for group in archive.groups("mcrg"):
        yield from of_exponents(group)


def unfinished(archive: Archive) -> Iterator[Note]:
    for stage, names in archive.partial().items():
        yield Note(f"{counted(len(names), 'group')} of [{stage}] {'is' if len(names) == 1 else 'are'} partial, because the stage "
                   f"failed: {joined(names)}. Their results are those before the failure.", "check")
    stale = archive.stale()
    if stale:
        yield Note(f"Out of date: {joined(stale)}. What they were made from has changed since.", "check")
    waiting = archive.waiting()
    if waiting:
        yield Note(f"Not there yet: {joined(waiting)}. The deck of the last run has {'it' if len(waiting) == 1 else 'them'}; this "
                   "report is of what is complete.", "note")


def of_sample(sample: Sample) -> Iterator[Note]:
    yield from of_pulls(sample)
    yield from of_exchange(sample)
    yield from of_correlation(sample)


def of_pulls(sample: Sample) -> Iterator[Note]:
    """Deviations from exact values beyond chance."""
    found = [(name, t, pull) for name, values in quality.pulls(sample).items()
             for t, pull in zip(sample.temperature, values) if np.isfinite(pull)]
    if not found:
        return
    limit = NormalDist().inv_cdf(1 - FALSE_ALARMS / len(found) / 2)
    bad = [f"{name.replace('_', ' ')} at T = {t:g} by {abs(pull):.1f}" for name, t, pull in found if abs(pull) > limit]
    if bad:
        yield Note(f"{sample.label}: beyond {limit:.1f} standard errors from exact values: {joined(bad)}.", "check")


def of_exchange(sample: Sample) -> Iterator[Note]:
    if "exchange/acceptance" not in sample:
        return
    t, share = sample.temperature, sample["exchange/acceptance"]
    cut = [f"{t[i]:g} and {t[i + 1]:g} ({100 * share[i]:.1f} %)" for i in np.flatnonzero(share < LEAST_ACCEPTANCE)]
    if cut:
        yield Note(f"{sample.label}: the ladder is cut, exchanges are hardly accepted between T = {joined(cut)}. Put temperatures "
                   "in between.", "check")
    trips = sample["exchange/round_trips"] if "exchange/round_trips" in sample else np.ones(1)
    if trips.size and trips.sum() == 0:
        yield Note(f"{sample.label}: no replica went from the lowest temperature to the highest and back.", "note")


def of_correlation(sample: Sample) -> Iterator[Note]:
    """Short equilibration, correlated configurations, few independent samples."""
    times = {name: sample[f"observables/{name}/tau"] for name in ("energy", "abs_magnetization")
             if f"observables/{name}/tau" in sample}
    longest = max((float(np.nanmax(tau)) for tau in times.values() if np.isfinite(tau).any()), default=np.nan)
    interval, replicas = quality.interval_of(sample), sample.value("auto.replicas") or sample.value("replicas")
    if 2 * longest > SLACK * interval > 0:
        yield Note(f"{sample.label}: configurations are kept every {interval:g} sweeps, less than two autocorrelation times "
                   f"({number(longest)} sweeps): neighbours in time are correlated.", "check")
    equilibration = sample.value("auto.equilibration") or sample.value("equilibration")
    if equilibration.isdigit() and int(equilibration) < 10 * longest:
        yield Note(f"{sample.label}: equilibration was {equilibration} sweeps, less than ten autocorrelation times "
                   f"({number(longest)} sweeps).", "check")
    if "sweeps" in sample and replicas.isdigit() and np.isfinite(longest):
        n = int(sample["sweeps"]) * int(replicas) / (2 * longest)
        if n < LEAST_SAMPLES:
            yield Note(f"{sample.label}: the time series holds some {n:.0f} independent samples only: means and errors are "
                       "rough.", "check")


def of_flows(flows: list[Flow]) -> Iterator[Note]:
    apart = [f"{flow.label} (by {measured(gap, spread)} after {flow['energy/mean'].shape[1] - 1} steps)" for flow in flows
             if (gap := gap_of(flow)[0]) and abs(gap) > MOST_ERRORS * (spread := gap_of(flow)[1])]
    if apart:
        yield Note(f"{counted(len(apart), 'flow')} of {len(flows)} without an end yet, because the energies from the first two "
                   f"starts still differ: {joined(apart)}.", "note")


def gap_of(flow: Flow) -> tuple[float, float]:
    """(energy from the first start less that from the second after the last step, its error); 0 of a single start."""
    mean, error = flow.quantity("energy")
    if len(mean) < 2:
        return 0.0, 0.0
    return float(mean[0, -1] - mean[1, -1]), float(np.hypot(error[0, -1], error[1, -1]))


def of_likelihood(group: Group) -> Iterator[Note]:
    if "ln_z_back" not in group:
        return
    there, back, chains = (float(group[path]) for path in ("ln_z", "ln_z_back", "effective_chains"))
    joint = float(np.hypot(group["ln_z_error"], group["ln_z_back_error"]))
    if abs(there - back) > MOST_ERRORS * joint or chains < LEAST_CHAINS:
        yield Note(f"{group.label}: ln Z is {measured(there, float(group['ln_z_error']))} annealed forwards and "
                   f"{measured(back, float(group['ln_z_back_error']))} back, with {chains:.3g} effective chains: its error is not "
                   "to be trusted.", "check")


def of_bins(group: Group) -> Iterator[Note]:
    bins, tau = (np.atleast_1d(group[path]) if path in group else np.array([]) for path in ("bins", "tau_in_bins"))
    counted_bins = bins[bins > 0]
    if counted_bins.size and counted_bins.min() < LEAST_BINS:
        yield Note(f"{group.label}: errors are of {counted_bins.min()} bins only, and rough.", "note")
    if (tau > 1).any():
        yield Note(f"{group.label}: bins are correlated over {np.nanmax(tau):.2g} of them: errors are too small.", "check")


def of_exponents(group: Group) -> Iterator[Note]:
    for parity in ("even", "odd"):
        mean = group[f"{parity}/exponent/mean"]
        if np.isnan(mean).any():
            yield Note(f"{group.label}: {np.isnan(mean).sum()} of {mean.size} {parity} exponents are not known, because the leading "
                       "eigenvalue is not real and positive there.", "note")
