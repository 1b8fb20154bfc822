"""Sampling quality: pulls against exact values, autocorrelation, exchanges, and the observables themselves."""

from functools import partial

import numpy as np
from matplotlib.axes import Axes

from blockspin.archive import Archive
from blockspin.arrays import Array
from blockspin.ensemble import Sample
from blockspin.figures import quality, sampling
from blockspin.report.parts import Heading, Note, Part, Section, Table
from blockspin.report.pictures import WIDE, picture
from blockspin.report.words import counted, curve, measured, number

TEXTS: dict[quality.Panel, str] = {
    quality.draw_pulls: "Deviations from exact values, in standard errors (grey: within two)",
    quality.draw_tau: "Integrated autocorrelation times",
    quality.draw_acceptance: "Accepted exchanges of neighbouring temperatures",
    quality.draw_exchange_flow: "Share of replicas that come from the lowest temperature",
    quality.draw_round_trips: "Round trips of replicas between the outermost temperatures",
}

LEAST_CURVE = 3  # temperatures; fewer are a table
NAMES = {"abs_magnetization": "mean |m|", "magnetization": "mean m", "susceptibility_connected": "susceptibility"}


def section(archives: list[Archive]) -> Section:
    parts: list[Part] = []
    for archive in archives:
        for sample in archive.ensembles():
            parts += of_ensemble(archive, sample, len(archives) > 1)
    return Section("Configurations and sampling quality", parts)


def of_ensemble(archive: Archive, sample: Sample, is_named: bool) -> list[Part]:
    where = f" of {archive.name}" if is_named else ""
    parts: list[Part] = [Heading(f"{sample.label}{where}"), Note(about(sample))]
    if "observables" in sample and len(sample.temperature) < LEAST_CURVE:
        parts.append(observables_of(sample))
    elif "observables" in sample:
        parts += [picture_of_quality(sample, draw) for draw in quality.panels(sample)]
        parts += [picture_of(sample, name) for name in sampling.panels(sample)]
    if "correlation/mean" in sample:
        parts.append(picture("Correlation along the axes", correlation_words(sample), partial(sampling.correlation, sample)))
    if len(sample.lattice) == 2:
        words = f"Configurations of {sample.label} from T = {temperatures(sample)}: red spins up, blue spins down"
        parts.append(picture("Configurations, from the lowest temperature (left) to the highest; red: up, blue: down", words,
                             partial(sampling.configurations, sample), WIDE))
    return parts


def observables_of(sample: Sample) -> Table:
    """Every observable at every temperature, beside the exact value where one is known."""
    rows = []
    for name in sample.open("observables"):
        mean, error = sample.observable(name)
        known = sampling.exact_values(sample, name, np.where(np.isfinite(sample.temperature), sample.temperature, 1.0))
        tau = sample[f"observables/{name}/tau"] if f"observables/{name}/tau" in sample else np.full(len(mean), np.nan)
        for t, temperature in enumerate(sample.temperature):
            exact = "" if known is None or not np.isfinite(temperature) else f"{known[t]:.6g}"
            pull = f"{(mean[t] - known[t]) / error[t]:.2f}" if exact and known is not None and error[t] > 0 else ""
            rows.append([name.replace("_", " "), f"{temperature:.6g}", measured(mean[t], error[t]), exact, pull, number(tau[t])])
    return Table(f"Observables of {sample.label}", ["observable", "temperature", "measured", "exact", "deviation (errors)",
                                                    "autocorrelation time (sweeps)"], rows)


def about(sample: Sample) -> str:
    lattice = extents(sample.lattice) or counted(sample.n_units, "unit")
    made = ", ".join(f"{key} {value}" for key in ("update", "replicas", "equilibration", "interval")
                     if (value := sample.value(f"auto.{key}") or sample.value(key)) not in ("", "none"))
    return (f"{lattice}; {counted(len(sample.temperature), 'temperature')}, {temperatures(sample)}; "
            f"{counted(sample.n_configurations, 'configuration')} at each" + (f"; {made}" if made else "") + ".")


def extents(lattice: tuple[int, ...]) -> str:
    return "x".join(str(extent) for extent in lattice)


def temperatures(sample: Sample) -> str:
    """"1.5 to 3.5"; "2.25" of one; "none" where configurations have none."""
    t = sample.temperature
    if np.isnan(t).all():
        return "none"
    return f"{t[0]:.5g}" if len(t) == 1 else f"{t[0]:.5g} to {t[-1]:.5g}"


def picture_of(sample: Sample, name: str) -> Part:
    mean, error = sampling.measured(sample, name)
    words = NAMES.get(name, name.replace("_", " "))
    return picture(words[0].upper() + words[1:], curve(words, sample.temperature, mean, error), partial(sampling.observable, sample, name=name))


def correlation_words(sample: Sample) -> str:
    r = int(sample["correlation/distance"][-1])
    return curve(f"correlation at {r} sites", sample.temperature, sample["correlation/mean"][:, -1], sample["correlation/error"][:, -1])


def picture_of_quality(sample: Sample, draw: quality.Panel) -> Part:
    def drawn(axes: Axes) -> Axes:
        return draw(sample, axes)
    return picture(TEXTS[draw], f"{TEXTS[draw]}. {quality_words(sample, draw)}", drawn)


def quality_words(sample: Sample, draw: quality.Panel) -> str:
    """The numbers of a picture of quality."""
    if draw is quality.draw_pulls:
        return "; ".join(pull_words(name, values) for name, values in quality.pulls(sample).items())
    if draw is quality.draw_tau:
        return "; ".join(curve(name.replace("_", " "), sample.temperature, sample[f"observables/{name}/tau"])
                         for name in ("energy", "abs_magnetization") if f"observables/{name}/tau" in sample)
    if draw is quality.draw_acceptance:
        share = sample["exchange/acceptance"]
        least = int(np.nanargmin(share))
        return f"Least: {share[least]:.3f}, between T = {sample.temperature[least]:g} and {sample.temperature[least + 1]:g}; " \
               f"mean {np.nanmean(share):.3f}"
    if draw is quality.draw_exchange_flow:
        return curve("share", sample.temperature, sample["exchange/flow"])
    trips = sample["exchange/round_trips"]
    return f"Mean {number(float(trips.mean()))} of {len(trips)} replicas, most {trips.max()}, without any {np.sum(trips == 0)}"


def pull_words(name: str, values: Array) -> str:
    known = values[np.isfinite(values)]
    if not known.size:
        return f"{name.replace('_', ' ')}: none"
    return (f"{name.replace('_', ' ')}: {counted(known.size, 'temperature')}, root mean square {np.sqrt(np.mean(known**2)):.2f}, "
            f"largest {np.abs(known).max():.2f}")
