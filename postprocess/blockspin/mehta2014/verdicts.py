"""Verdicts on the claims of Mehta and Schwab (2014), each from the archives that hold what it needs: no number is typed.

A verdict is a comparison in this file; the sentence and the numbers beside it come from the same measurement. A change
counts where it is beyond chance: Student's test at 0.27 % (three errors, were they known exactly), with as many degrees
of freedom as the errors have.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Union

import numpy as np

from blockspin import exact
from blockspin.archive import Archive, Group
from blockspin.arrays import Estimated, Lattice
from blockspin.mehta2014 import tables, unit_couplings
from blockspin.mehta2014.tables import LOCAL
from blockspin.seeds import CHANCE, beyond_chance, combined, families, family_of, over_seeds, pm, pooled, student_quantile

ROUNDING = 1e-9  # what identities may miss by
LOCALITIES = (0.4, 0.5, 0.6)  # shares of a field in its window from which a unit may be said to have a place
Flowing = Union[tables.Order, unit_couplings.Change]  # what changes from layer to layer at one temperature, and of blocks


@dataclass
class Verdict:
    claim: str
    setting: str
    found: str
    verdict: str


def verdicts(archives: list[Archive]) -> list[Verdict]:
    """Every verdict the archives have data for, in the order of the paper's argument."""
    return [verdict for judge in JUDGES for verdict in judge(archives)]


def markdown(rows: list[Verdict]) -> str:
    lines = ["| claim | setting | found | verdict |", "|---|---|---|---|"]
    return "\n".join(lines + [f"| {row.claim} | {row.setting} | {row.found} | {row.verdict} |" for row in rows])


def groups(archives: list[Archive], stage: str, lattice: Lattice | None = None) -> list[tuple[Archive, Group]]:
    """[(archive, group)] of all instances of a stage, on lattices of these extents."""
    return [(archive, group) for archive in archives for name in archive.names(stage)
            if (group := archive.group(stage, name)).lattice == (lattice or group.lattice)]


def lattice_text(group: Group) -> str:
    return "x".join(str(extent) for extent in group.lattice)


def decimation(archives: list[Archive]) -> Iterator[Verdict]:
    for _, group in groups(archives, "decimation"):
        coupling, energy = group["coupling"], group["free_energy"]
        follows = np.abs(np.tanh(coupling[:, 1:]) - np.tanh(coupling[:, :-1]) ** 2).max()
        carried = np.abs(energy - energy[:, :1]).max()
        trace, delta_f = np.abs(group["kernel/trace_error"]).max(), np.abs(group["kernel/delta_f"]).max()
        chains = ", ".join(f"{k:g}" for k in group["chain"])
        yield Verdict("decimation of a chain is a stack of machines", f"K = {chains}, ring of {group.value('sites')}",
                      f"tanh K' = tanh^2 K to {follows:.0e}, ln Z a spin kept to {carried:.0e} through "
                      f"{coupling.shape[1] - 1} levels", "exact" if max(follows, carried) < ROUNDING else "no")
        yield Verdict("Kadanoff's kernel meets the trace condition, so dF = 0", "chains, every strength",
                      f"ln Tr_h exp T = 0 to {trace:.0e}, dF to {delta_f:.0e}",
                      "exact" if max(trace, delta_f) < ROUNDING else "no")


def identities(archives: list[Archive]) -> Iterator[Verdict]:
    for archive, group in groups(archives, "mapping"):
        if "identity" in group:
            worst = max(float(group[f"identity/{name}"]) for name in group.open("identity"))
            yield Verdict("the identities of the map hold for any machine", f"{lattice_text(group)}, all states",
                          f"within {worst:.0e}", "exact" if worst < ROUNDING else "no")
    large = [group for _, group in groups(archives, "mapping") if "renormalised" in group and "identity" not in group]
    if large:
        worst = max(float(group["renormalised/violation"]) for group in large)
        n = sum(len(group["renormalised/machine"]) for group in large)
        yield Verdict("H_RG[h] = H_RBM[h]", ", ".join(sorted({lattice_text(group) for group in large})) + ", trained",
                      f"within {worst:.0e} on {n} hidden configurations", "exact" if worst < ROUNDING else "no")


def known_maps(archives: list[Archive]) -> Iterator[Verdict]:
    for _, group in groups(archives, "mapping"):
        spread, divergence = float(group["ln_trace/std"]), float(group["kl_divergence"])
        if group.value("rbm") == "bond":
            yield Verdict("a machine can be an exact map", f"one hidden spin a bond, {lattice_text(group)}",
                          f"spread of ln Tr_h exp T {spread:.0e}, D_KL = {divergence:.0e} nats",
                          "yes" if max(spread, abs(divergence)) < ROUNDING else "no")
        if group.value("rbm") == "lin_tegmark":
            equal, error = float(group["delta_f"]) == 0, float(group["kl_divergence_error"])
            yield Verdict("equal free energies make the map exact", f"Lin & Tegmark's machine, {lattice_text(group)}",
                          f"dF = {float(group['delta_f']):g}, D_KL = {pm(divergence, error)} nats",
                          "no: one direction only" if equal and beyond_chance(divergence, error) else "yes")


def minimising(archives: list[Archive]) -> Iterator[Verdict]:
    for _, group in groups(archives, "kadanoff"):
        k = critical(group)
        normalised, free = group["normalised_delta_f"][k], group["free_delta_f"][k]
        strength = group["strength"]
        lost = (free[-1] - free[-2]) / (strength[-1] - strength[-2])
        lam = ", ".join(f"{x:.3f}" for x in group["bound/lambda"][k])
        gap = group["bound/free_energy"][k] - group["free_energy"][k]
        falls = (np.diff(free) < 0).all()
        yield Verdict("minimising dF finds the map", torus_text(group),
                      f"normalised: 0 to {np.abs(normalised).max():.0e} at every strength; free: falls by {-lost:.3g} for each "
                      f"unit of strength; Kadanoff's moved bound is highest at {lam}, {-gap:.3f} below F",
                      "no" if falls and np.abs(normalised).max() < ROUNDING else "yes")


def least_divergence(archives: list[Archive]) -> Iterator[Verdict]:
    for _, group in groups(archives, "kadanoff"):
        k, coupling = critical(group), group["coupling"]

        def of(path: str, quantity: str) -> float:
            return group[f"renormalised/{path}/{quantity}"][k]
        rules = {"majority": "majority", "decimation": "decimation", "Kadanoff": "kadanoff"}
        machine = of("block_machine", "nearest")
        neighbours = ", ".join(f"{text} {of(path, 'nearest'):.3f}" for text, path in rules.items())
        pairs = ", ".join(f"{text} {of(path, 'pair_sum'):.2f}" for text, path in rules.items())
        free = pm(group["free_machine/kl_divergence"][k], group["free_machine/kl_divergence_error"][k])
        n_found, n_starts = int(group["free_machine/starts_at_least"][k]), group["free_machine/minimum"].shape[1]
        matched = "match blocks" if np.isfinite(of("free_machine", "nearest")) else "match no blocks"
        yield Verdict("least D_KL renormalises as blocking does", torus_text(group),
                      f"K_nn: {neighbours}, block machine {machine:.3f} (D_KL {group['block_machine/kl_divergence'][k]:.3f}); "
                      f"sum of pairs: {pairs}, block machine {of('block_machine', 'pair_sum'):.2f}, without constraint "
                      f"{of('free_machine', 'pair_sum'):.2f} (D_KL {free} from {n_found} of {n_starts} starts, hidden spins "
                      f"{matched})",
                      "no" if machine > coupling[k] > max(of(path, "nearest") for path in rules.values()) else "yes")


def over_trainings(groups: list[Group], path: str) -> Estimated:
    """(mean, error) of a number of each training: that of its configurations, and from two trainings on their spread."""
    mean, spread = over_seeds([float(group[path]) for group in groups])
    errors = np.array([float(group[f"{path}_error"]) for group in groups])
    return mean, np.hypot(spread if len(groups) > 1 else 0, np.sqrt((errors**2).sum()) / len(groups))


def trained_maps(archives: list[Archive]) -> Iterator[Verdict]:
    found: dict[Lattice, list[tuple[Archive, Group]]] = {}
    for archive, group in groups(archives, "mapping"):
        if group.value("rbm") not in ("bond", "lin_tegmark") and "identity" not in group:
            found.setdefault(group.lattice, []).append((archive, group))
    for lattice, members in found.items():
        by_family = families([group.name for _, group in members])
        by_name = {group.name: (archive, group) for archive, group in members}
        for family, names in by_family.items():
            archive, first = by_name[names[0]]
            members_of_family = [by_name[name][1] for name in names]
            spread = [float(group["ln_trace/std"]) for group in members_of_family]
            mean, error = over_trainings(members_of_family, "kl_divergence")
            gap, gap_error = over_trainings(members_of_family, "gap/kl_divergence")
            freedom = len(names) - 1 or np.inf
            trainings = trainings_text(len(names))
            hidden = archive.machine(first.value("rbm")).value("hidden").split(",")[0]
            yield Verdict("a trained machine is an exact map", f"{lattice_text(first)}, {family}, {hidden} hidden",
                          f"D_KL = {pm(mean, error)} nats, {mean / np.prod(lattice):.3f} a spin, on configurations that were not "
                          f"learned, {pm(gap, gap_error)} more than on learned ones; spread {np.mean(spread):.3g}; {trainings}",
                          "no" if beyond_chance(mean, error, freedom) else "yes")


def chains(archives: list[Archive]) -> Iterator[Verdict]:
    for _, group in groups(archives, "chain_machine"):
        learned, error, exact = (group[path] for path in ("learned_coupling/mean", "learned_coupling/error", "coupling"))
        weight, weight_error, count = (group[path] for path in ("weight/mean", "weight/error", "weight/count"))
        texts = [f"{pm(a, e)} for {k:.4g}" for a, e, k in zip(learned, error, exact)]
        held = [f"w = {pm(w, e)}, exact {x:.3f}" for w, e, x, n in zip(weight, weight_error, group["exact_weight"], count)
                if n > 2]
        divergence = group["kl_divergence"].mean(axis=1).max()
        bonds = int(group.value("sites"))  # the errors are over them
        floor = bonds**2 / (2 * int(group.value("configurations")))
        agrees = [not beyond_chance(a - k, e, bonds - 1) for a, e, k in zip(learned, error, exact)]
        first_off = agrees.index(False) if False in agrees else len(agrees)
        verdict = "yes" if all(agrees) else f"up to K' = {exact[first_off - 1]:.2g}" if first_off else "no"
        yield Verdict("training on a chain inverts decimation", f"rings of {group.value('sites')}",
                      "K' = " + ", ".join(texts) + ("; bonds of one unit: " + "; ".join(held) if held else "") +
                      f"; off by {', '.join(f'{abs(a - k) / e:.1f}' for a, e, k in zip(learned, error, exact))} errors, where "
                      f"{student_quantile(CHANCE, bonds - 1):.1f} count; D_KL at most {divergence:.4f} nats, where that many "
                      f"weights learnt from so many configurations cost {floor:.4f}", verdict)


def fields(archives: list[Archive]) -> Iterator[Verdict]:
    for archive in archives:
        for names in families(archive.names("receptive_field")).values():
            first = archive.group("receptive_field", names[0])
            if first.lattice == (40, 40):
                yield from fields_of(archive, first, names)


def fields_of(archive: Archive, first: Group, names: list[str]) -> Iterator[Verdict]:
    """Verdicts on the fields of all layers of one setting, over its trainings."""
    layers = range(1, tables.n_layers(first) + 1)
    numbers = [tables.seeds_of(archive, family_of(first.name), layer) for layer in layers]
    window, machine = first.value("window"), archive.machine(first.value("rbm"))
    setting = (f"40x40, L1 {machine.value('l1')} {machine.value('l1_scaling')}, {machine.value('epochs')} epochs, "
               f"{trainings_text(len(names))}")

    def of(key: str) -> list[Estimated]:
        return [over_seeds([seed.get(key, np.nan) for seed in seeds]) for seeds in numbers]

    def listed(key: str) -> str:
        return ", ".join(pm(mean, error) for mean, error in of(key))

    def plainly(key: str, form: str = "%.2f") -> str:
        return ", ".join(form % mean for mean, _ in of(key))
    local = [tables.are_local(seeds) for seeds in numbers]
    yield Verdict("fields are local blocks", setting,
                  f"{window}x{window} window: median {listed('median')} (10 %: {plainly('low')}); shuffled "
                  f"{plainly('shuffled')}; untrained {plainly('untrained')}; blocks {plainly('blocks')}; Fourier modes "
                  f"{plainly('modes')}", ("yes" if all(local) else "no" if not any(local) else only(layers, local)) +
                  at_threshold(layers, of("median"), len(names)))
    if not all(local):
        return
    radius = [[seed["radius"] for seed in seeds] for seeds in numbers]
    growth = [over_seeds(np.subtract(upper, lower)) for lower, upper in zip(radius, radius[1:])]
    yield Verdict("they grow with depth, even within a layer", setting,
                  f"median radius {listed('radius')} (blocks {plainly('blocks_radius')}); 10 to 90 % of units within "
                  f"{', '.join('%.0f %%' % (100 * mean) for mean, _ in of('radius_spread'))} of it; share of one sign "
                  f"{plainly('sign')}",
                  "yes" if all(mean > 0 and beyond_chance(mean, error, len(names) - 1) for mean, error in growth)
                  else "not to be told" if len(names) < 2 else "no")
    tiled = [mean > 1 and beyond_chance(mean - 1, error, len(names) - 1) for mean, error in of("spacing")]
    yield Verdict("they tile the lattice", setting,
                  f"centres {listed('spacing')} times as far apart as random points (blocks {plainly('blocks_spacing')}); "
                  f"coverage of sites varies by {', '.join('%.0f %%' % (100 * mean) for mean, _ in of('coverage'))}",
                  "not to be told" if len(names) < 2 else "yes, less regularly than blocks" if all(tiled) and
                  all(mean < blocks for (mean, _), (blocks, _) in zip(of("spacing"), of("blocks_spacing"))) else
                  "yes" if all(tiled) else "no" if not any(tiled) else only(layers, tiled))


def at_threshold(layers: Iterable[int], medians: list[Estimated], trainings: int) -> str:
    """Of which layers chance may decide whether they are local; "" where there is none, or one training that tells no chance."""
    close = [not beyond_chance(median - LOCAL, error, trainings - 1) for median, error in medians]
    return f"; {only(layers, close).removeprefix('only ')} may be either, by chance" if trainings > 1 and any(close) else ""


def only(layers: Iterable[int], flags: list[bool]) -> str:
    return "only layer " + ", ".join(str(layer) for layer, flag in zip(layers, flags) if flag)


def trainings_text(n: int) -> str:
    return f"{n} trainings" if n > 1 else "one training"


def settings_that_matter(archives: list[Archive]) -> Iterator[Verdict]:
    for archive in archives:
        found = families(archive.names("receptive_field"))
        scans = [family for family in found if family.startswith("l1_")]
        if not scans:
            continue
        medians = {family: [n["median"] for n in tables.seeds_of(archive, family, 1)] for family in found}
        median = {family: over_seeds(values) for family, values in medians.items()}
        size = lattice_text(archive.group("receptive_field", found[scans[0]][0])) + ", first layer, over seeds"
        scans.sort(key=lambda family: float(family[3:]))
        low, high = medians[scans[0]], medians[scans[-1]]
        spread, freedom = pooled([(np.std(medians[family], ddof=1), len(medians[family])) for family in scans])
        rise, error = np.mean(high) - np.mean(low), spread * np.sqrt(1 / len(high) + 1 / len(low))
        yield Verdict("L1 makes fields local", size,
                      ", ".join(f"{family[3:]}: {pm(*median[family])}" for family in scans),
                      "no" if rise < 0 or not beyond_chance(rise, error, freedom) else
                      "yes" if np.mean(low) <= LOCAL < np.mean(high) else "more local")
        if "random" in median:
            flat = tables.seeds_of(archive, "random", 1)
            yield Verdict("so do the data", size, f"independent spins: {pm(*median['random'])}, shuffled "
                          f"{np.mean([n['shuffled'] for n in flat]):.3f}", "yes" if median["random"][0] < LOCAL else "no")
        units = sorted((int(family.split("_h")[1]), family) for family in found if "_h" in family)
        if len(units) > 1:
            yield Verdict("fields are local whatever the number of units", size,
                          ", ".join(f"{n}: {pm(*median[family])}" for n, family in units),
                          "yes" if min(median[family][0] for _, family in units) > LOCAL else "no")


def reconstructions(archives: list[Archive]) -> Iterator[Verdict]:
    for archive in archives:
        for family, names in families(archive.names("reconstruction")).items():
            groups_of = [archive.group("reconstruction", name) for name in names]
            if groups_of[0].lattice == (40, 40) and "baseline" in groups_of[0]:  # without, there is no verdict
                yield domains_kept(family, groups_of)


def domains_kept(family: str, groups_of: list[Group]) -> Verdict:
    """What reconstructions keep of the domains, beside majority blocks of no more bits and Fourier modes as many."""
    first = groups_of[0]
    layers = range(len(first["overlap/mean"]))

    def of(path: str) -> list[Estimated]:
        return [tables.joined(groups_of, path, (layer, 0)) for layer in layers]

    def baseline(code: str) -> list[Estimated]:
        path = f"baseline/{code}/domain_overlap/"
        return [(float(first[path + "mean"][layer, 0]), float(first[path + "error"][layer, 0])) for layer in layers]

    def text(pairs: list[Estimated]) -> str:
        return ", ".join(pm(*pair) for pair in pairs)
    correlation = first["correlation/mean"][:, 0]
    far = min(8, correlation.shape[1] - 1)
    kept = correlation[1:, far] / correlation[0, far]
    domains, blocks, modes = of("domain_overlap"), baseline("blocks"), baseline("modes")
    freedom = len(groups_of) - 1 or np.inf
    less = []
    for (mean, error), (block, block_error) in zip(domains, blocks):
        spread, free = combined([(error, freedom), (block_error, np.inf)])
        less.append(beyond_chance(block - mean, spread, free) and block > mean)
    keeps = domains[-1][0] > LOCAL and kept[-1] > LOCAL
    behind = "" if not any(less) else "; blocks keep more" if all(less) else "; blocks keep more from " + only(
        [layer + 1 for layer in layers], less).removeprefix("only ")
    return Verdict("reconstructions from the top keep the large domains", f"40x40, {family}, {trainings_text(len(groups_of))}",
                   f"overlap {text(of('overlap'))} from layers 1 to {len(layers)}; of domains (means over windows) "
                   f"{text(domains)}; majority bits of as many blocks {text(blocks)}; as many Fourier modes {text(modes)}; of "
                   f"the correlation at {far} sites they keep {', '.join('%.0f %%' % (100 * x) for x in kept)}",
                   ("yes" if keeps else "in part" if domains[-1][0] > 5 * domains[-1][1] else "no") + behind)


def temperatures(archives: list[Archive]) -> Iterator[Verdict]:
    for archive in archives:
        found: dict[float, tuple[str, Group]] = {}
        for family, names in families(archive.names("receptive_field")).items():
            first = archive.group("receptive_field", names[0])
            trained = tables.trained_at(archive.machine(first.value("rbm")))
            if trained is not None:
                found.setdefault(trained, (family, first))
        if len(found) < 3:
            continue
        median = {t: over_seeds([n["median"] for n in tables.seeds_of(archive, family, 1)])
                  for t, (family, _) in sorted(found.items())}
        local = [t for t in median if median[t][0] > LOCAL]
        yield Verdict("fields are local at any temperature", f"{lattice_text(archive.sample())}, first layer",
                      ", ".join(f"T = {t:g}: {pm(*median[t])}" for t in median),
                      "yes" if len(local) == len(median) else f"from T = {min(local):g} on" if local and
                      local == [t for t in median if t >= min(local)] else "at some")


def flows(archives: list[Archive]) -> Iterator[Verdict]:
    for archive in archives:
        rows = sorted(tables.order(archive), key=lambda row: row.temperature)
        if tables.several_temperatures(rows) and min(row.trainings for row in rows) > 1:
            yield flow_verdict(archive, "layers flow away from T_c, to both sides", rows, "correlation of neighbouring units")


def coupling_flows(archives: list[Archive]) -> Iterator[Verdict]:
    for archive in archives:
        rows = [found.change(archive) for found in unit_couplings.couplings(archive)]
        if tables.several_temperatures(rows) and min(row.trainings for row in rows) > 1:
            yield flow_verdict(archive, "so do the couplings of their units", rows,
                               "distance of nearest and diagonal couplings from the critical tangent")


def flow_verdict(archive: Archive, claim: str, rows: Sequence[Flowing], quantity: str) -> Verdict:
    """Only units that look at places have neighbours. How much of a field must be in its window for that is a choice, so
    the verdict is what all of LOCALITIES say, or that it is open."""
    known = [row for row in rows if np.isfinite(row.change)]
    of_each = [(least, *flow_of(known, least)) for least in LOCALITIES]
    words = {word for _, _, word in of_each}
    block_more, block_less = (at(row for row in rows if sign * row.blocks_change > 0 and
                                 beyond_chance(row.blocks_change, row.blocks_change_error)) for sign in (1, -1))
    return Verdict(claim, f"{lattice_text(archive.sample())}, each stack at its own T, {rows[0].trainings} trainings",
                   f"{quantity}, layer 2 less layer 1 [share of a field's weight in its window]: " +
                   ", ".join(f"T = {row.temperature:g}: {pm(row.change, row.change_error)} [{row.locality:.2f}]" for row in known) +
                   (f", not known at {at(unknown)}" if (unknown := [row for row in rows if row not in known]) else "") + "; " +
                   "; ".join(f"of shares above {least:g}: {text}" for least, text, _ in of_each) +
                   f"; of majority blocks, 4x4 less 2x2: more at {block_more}, less at {block_less}",
                   words.pop() if len(words) == 1 else "open: it turns with what is called local")


def flow_of(rows: Sequence[Flowing], least: float) -> tuple[str, str]:
    """(means of both sides in words, verdict) of the stacks whose layers have that share of a field's weight in its
    window."""
    local = [row for row in rows if row.locality > least]
    cold, hot = ([row for row in local if sign * (row.temperature - exact.T_C) < 0] for sign in (1, -1))
    sides = {text: side for text, side in (("below T_c", cold), ("above", hot)) if side}
    means = {text: mean_change(side) for text, side in sides.items()}
    signs = {text: int(np.sign(mean)) * beyond_chance(mean, error, freedom) for text, (mean, error, freedom) in means.items()}
    text = ", ".join(f"mean {side} {pm(*found[:2])} (blocks {pm(*mean_blocks_change(sides[side]))})"
                     for side, found in means.items())
    return f"T = {at(local)}, {text}" if sides else "none", flow_word(signs.get("below T_c"), signs.get("above"))


def flow_word(below: int | None, above: int | None) -> str:
    """From the sign of the change on each side, 0 where it is not beyond chance, None where no stack is local."""
    if (below, above) == (1, -1):
        return "yes, on the mean of each side"
    if below == -1 or above == 1:
        return "no"
    if below == 1 or above == -1:
        return f"on one side, {'below' if below else 'above'} T_c"
    return "not to be told"


def mean_change(rows: Sequence[Flowing]) -> tuple[Any, float, float]:
    """(mean, error, degrees of freedom) of the change from layer to layer over temperatures."""
    return np.mean([row.change for row in rows]), *combined([(row.change_error / len(rows), row.trainings - 1) for row in rows])


def mean_blocks_change(rows: Sequence[Flowing]) -> Estimated:
    errors = np.array([row.blocks_change_error for row in rows])
    return float(np.mean([row.blocks_change for row in rows])), float(np.sqrt((errors**2).sum()) / len(rows))


def at(rows: Iterable[Flowing]) -> str:
    return ", ".join(f"{row.temperature:g}" for row in rows) or "none"


def critical(group: Group) -> int:
    return int(np.argmin(np.abs(group["coupling"] - 1 / exact.T_C)))


def torus_text(group: Group) -> str:
    side, block = group.value("side"), group.value("block")
    return f"{side}x{side} by {block}x{block}, K = {group['coupling'][critical(group)]:.4f}"


JUDGES = (decimation, identities, known_maps, minimising, least_divergence, trained_maps, chains, fields,
          settings_that_matter, temperatures, reconstructions, flows, coupling_flows)
