"""Tables of the study of Mehta and Schwab (2014): lists of rows from one archive each.

Instances of one scan (`seeds = 3`: l1_0_s1, l1_0_s2, ...) are one row; "+-" is then the standard error over the seeds.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from blockspin import exact
from blockspin.archive import Archive, Group, Machine
from blockspin.arrays import Array, Estimated
from blockspin.seeds import families, family_of, over_seeds

Row = tuple[Any, ...]     # of a table: texts and numbers
Numbers = dict[str, Any]  # of a layer, by name
LOCAL = 0.5  # of a layer's median field in the window, for the layer to be called local


def n_layers(fields: Group) -> int:
    return sum(key.startswith("layer_") for key in fields.group)


def layer_numbers(fields: Group, layer: int) -> Numbers:
    """What one layer's fields are, in numbers; units without weights take no part."""
    group = f"layer_{layer}/"
    fraction, radius = fields[group + "window_fraction"], fields[group + "radius"]
    coverage, spacing = fields[group + "coverage"], fields[group + "spacing"]
    if np.isnan(fraction).all():
        return {"units": len(fraction), "dead": len(fraction)}
    low, median, high = np.nanquantile(fraction, (0.1, 0.5, 0.9))
    small, middle, large = np.nanquantile(radius, (0.1, 0.5, 0.9))
    return {
        "units": len(fraction), "dead": int(np.isnan(fraction).sum()), "low": low, "median": median, "high": high,
        "radius": middle, "radius_spread": (large - small) / middle,
        "sign": np.nanmedian(np.abs(fields[group + "orientation"])),
        "spacing": np.nanmean(spacing) / float(fields[group + "random_spacing"]) if (~np.isnan(spacing)).any() else np.nan,
        "spacing_sigma": float(fields[group + "random_spacing_std"]) / float(fields[group + "random_spacing"]),
        "coverage": coverage.std() / coverage.mean(),
        "shuffled": np.nanmedian(fields[group + "shuffled/window_fraction"]),
        "shuffled_high": np.nanquantile(fields[group + "shuffled/window_fraction"], 0.9),
        "untrained": np.nanmedian(fields[group + "untrained/window_fraction"]),
        **plain_codes(fields, group),
    }


def plain_codes(fields: Group, group: str) -> Numbers:
    """Of blocks and modes, as many as the layer has units: what fields of one kind each would be. None in old archives."""
    if group + "blocks/radius" not in fields:
        return {}
    return {"blocks": np.median(fields[group + "blocks/window_fraction"]),
            "blocks_radius": np.median(fields[group + "blocks/radius"]),
            "blocks_spacing": np.mean(fields[group + "blocks/spacing"]) / float(fields[group + "random_spacing"]),
            "modes": np.median(fields[group + "modes/window_fraction"])}


def seeds_of(archive: Archive, family: str, layer: int) -> list[Numbers]:
    """layer_numbers() of every training seed of one family."""
    fields = [archive.group("receptive_field", name) for name in families(archive.names("receptive_field"))[family]]
    return [layer_numbers(one, layer) for one in fields]


def locality_of(seeds: list[Numbers]) -> Estimated:
    """(share of the weight of a layer's median field in its window, its error) over the trainings; 0 where that is no more
    than in one of ten shuffled fields."""
    if any("median" not in seed for seed in seeds):
        return 0.0, np.nan
    median, error = over_seeds([seed["median"] for seed in seeds])
    return (median, error) if median > np.mean([seed["shuffled_high"] for seed in seeds]) else (0.0, error)


def are_local(seeds: list[Numbers]) -> bool:
    return bool(locality_of(seeds)[0] > LOCAL)


def locality(archive: Archive) -> list[Row]:
    """Rows of the fields of each layer; medians over units, then means over seeds."""
    rows: list[Row] = []
    for family, names in families(archive.names("receptive_field")).items():
        for layer in range(1, n_layers(archive.group("receptive_field", names[0])) + 1):
            seeds = seeds_of(archive, family, layer)
            if any("median" not in seed for seed in seeds):
                rows.append((family, layer, seeds[0]["units"], "no fields") + ("",) * 12)
                continue
            median, error = over_seeds([seed["median"] for seed in seeds])

            def mean(key: str) -> float:
                return over_seeds([seed.get(key, np.nan) for seed in seeds])[0]
            rows.append((family, layer, seeds[0]["units"], median, error,
                         *(mean(key) for key in ("low", "high", "shuffled", "untrained", "blocks", "modes", "radius", "sign",
                                                 "spacing", "coverage", "dead"))))
    return rows


def joined(groups: list[Group], path: str, place: tuple[int, int]) -> Estimated:
    """(mean, error) at one place of path/mean: over seeds, or that of the one group."""
    means = [group[path + "/mean"][place] for group in groups]
    return over_seeds(means) if len(groups) > 1 else (float(means[0]), float(groups[0][path + "/error"][place]))


def reconstruction(archive: Archive) -> list[Row]:
    """Rows (machine, temperature, layer, overlap +-, that of domains +-, energy +-, |m| +-); layer 0 is the data."""
    rows: list[Row] = []
    for names in families(archive.names("reconstruction")).values():
        groups = [archive.group("reconstruction", name) for name in names]
        family = family_of(groups[0].value("rbm"))
        for t, temperature in enumerate(groups[0]["temperature"]):
            for level in groups[0]["level"]:
                overlaps = [joined(groups, path, (level - 1, t)) if level else (1.0, 0.0)
                            for path in ("overlap", "domain_overlap")]
                rows.append((family, float(temperature), int(level), *overlaps[0], *overlaps[1], *joined(groups, "energy", (level, t)),
                             *joined(groups, "abs_magnetization", (level, t))))
    return rows


def plain(archive: Archive) -> list[Row]:
    """Rows (code, temperature, layer, numbers, overlap +-, that of domains +-): majority blocks and Fourier modes, as many as
    the layers of each different stack have units."""
    rows: list[Row] = []
    seen = set()
    for name in archive.names("reconstruction"):
        group = archive.group("reconstruction", name)
        if "baseline" not in group:
            continue
        for code in ("blocks", "modes"):
            path = f"baseline/{code}/"
            for t, temperature in enumerate(group["temperature"]):
                for layer, numbers in enumerate(group[path + "n_numbers"]):
                    row = (code, float(temperature), layer + 1, int(numbers),
                           *(float(group[f"{path}{of}/{what}"][layer, t]) for of in ("overlap", "domain_overlap")
                             for what in ("mean", "error")))
                    if row not in seen:
                        rows.append(row)
                        seen.add(row)
    return rows


def maps(archive: Archive) -> list[Row]:
    """Rows (machine, temperature, spread of ln Tr_h exp T +-, delta F +-, D_KL per spin +-, D_KL less that on learned
    configurations +-, |H_RG - H_RBM|)."""
    rows: list[Row] = []
    for family, names in families(archive.names("mapping")).items():
        groups = [archive.group("mapping", name) for name in names]

        def value(path: str, error: str) -> Estimated:
            values = [float(group[path]) for group in groups]
            return over_seeds(values) if len(groups) > 1 else (values[0], float(groups[0][error]))
        violation = max((float(group["renormalised/violation"]) for group in groups if "renormalised" in group), default="")
        rows.append((family, float(groups[0].value("temperature")), *value("ln_trace/std", "ln_trace/std_error"),
                     *value("delta_f", "delta_f_error"), *value("kl_divergence_per_spin", "kl_divergence_per_spin_error"),
                     *(value("gap/kl_divergence", "gap/kl_divergence_error") if "gap" in groups[0] else ("", "")), violation))
    return rows


def annealing(archive: Archive) -> list[Row]:
    """Rows (machine, ln Z annealed forwards +-, back +-, chains that count)."""
    return [(name, *(float(group[path]) for path in ("ln_z", "ln_z_error", "ln_z_back", "ln_z_back_error",
                                                     "effective_chains")))
            for name in archive.names("likelihood") if "ln_z_back" in (group := archive.group("likelihood", name))]


def majority_blocks(spins: Array, side: int, seed: int = 2014) -> Array:
    """[C, rows, columns]: spins of side x side majority blocks of configurations [C, y, x], ties at random."""
    n, rows, columns = spins.shape
    sums = spins.reshape(n, rows // side, side, columns // side, side).sum((2, 4), dtype=np.int64)
    ties = np.random.default_rng(seed).choice((-1, 1), size=sums.shape)
    return np.sign(2 * sums + ties)


def majority_correlation(spins: Array, side: int) -> Array:
    """[C]: neighbour correlation of side x side majority blocks of each configuration."""
    blocks = majority_blocks(spins, side)
    return sum((blocks * np.roll(blocks, -1, axis)).mean((1, 2)) for axis in (1, 2)) / 2


def trained_at(machine: Machine) -> float | None:
    """The one finite temperature a machine was trained at, or None."""
    text = machine.value("temperatures")
    return None if text in ("auto", "inf") or "," in text else float(text)


class Order(NamedTuple):
    """Neighbour correlations at the temperature a stack was trained at: of majority blocks, of hidden units, and how much
    more there is in 4x4 than in 2x2, in layer 2 than in layer 1. Errors of blocks over configurations, else over seeds."""
    family: str
    temperature: float
    spins: float
    majority_2x2: float
    majority_4x4: float
    layer_1: float
    layer_1_error: float
    layer_2: float
    layer_2_error: float
    change: float
    change_error: float
    trainings: int
    blocks_change: float
    blocks_change_error: float
    locality: float  # the smaller locality_of() of both layers: only units that look at places are side by side
    locality_error: float


def several_temperatures(rows: Sequence[Any]) -> bool:
    """Whether stacks were trained at more than one temperature."""
    return len({row.temperature for row in rows}) > 1


def order(archive: Archive) -> list[Order]:
    """An Order for each stack of two layers or more."""
    rows: list[Order] = []
    fields = families(archive.names("receptive_field"))
    for family, names in families(archive.names("reconstruction")).items():
        groups = [archive.group("reconstruction", name) for name in names]
        if len(groups[0]["layer"]) < 2:
            continue
        machine = archive.machine(groups[0].value("rbm"))
        trained = trained_at(machine)
        if trained is None:
            continue
        t = int(np.argmin(np.abs(groups[0]["temperature"] - trained)))
        spins = archive.ensemble(machine.value("sample", "main")).configurations(trained)
        blocks = [majority_correlation(spins, side) for side in (1, 2, 4)]
        one, two = (joined(groups, "hidden/neighbour_correlation", (layer, t)) for layer in (0, 1))
        change = [group["hidden/neighbour_correlation/mean"][1, t] - group["hidden/neighbour_correlation/mean"][0, t]
                  for group in groups]
        local = min(locality_of(seeds_of(archive, family, layer)) for layer in (1, 2)) if family in fields else (0.0, np.nan)
        rows.append(Order._make((family, trained, *(float(each.mean()) for each in blocks), *one, *two, *over_seeds(change),
                                 len(groups), *over_seeds(blocks[2] - blocks[1]), *local)))
    return rows


def tori(archive: Archive) -> list[Row]:
    """Rows (torus, K, map, K_nn, K_nnn, plaquette, sum of pairs, D_KL of machines) at the coupling nearest K_c.

    Block couplings of a machine whose hidden spins match no blocks are NaN; the sum of all pairs is known of every map."""
    rows: list[Row] = []
    for name in archive.names("kadanoff"):
        group = archive.group("kadanoff", name)
        k = int(np.argmin(np.abs(group["coupling"] - 1 / exact.T_C)))
        for path in group.open("renormalised"):
            divergence = float(group[f"{path}/kl_divergence"][k]) if f"{path}/kl_divergence" in group else ""
            rows.append((name, float(group["coupling"][k]), path,
                         *(float(group[f"renormalised/{path}/{q}"][k])
                           for q in ("nearest", "diagonal", "plaquette", "pair_sum")),
                         divergence))
    return rows


def free_machines(archive: Archive) -> list[Row]:
    """Rows (torus, K, D_KL +-, gradient at its end, starts, starts that ended there, sum of pairs): the least D_KL found."""
    rows: list[Row] = []
    for name in archive.names("kadanoff"):
        group = archive.group("kadanoff", name)
        columns = (group[path] for path in ("coupling", "free_machine/kl_divergence", "free_machine/kl_divergence_error",
                                            "free_machine/gradient_norm", "free_machine/starts_at_least",
                                            "renormalised/free_machine/pair_sum"))
        n_starts = group["free_machine/minimum"].shape[1]
        rows += [(name, float(k), float(divergence), float(error), float(gradient), n_starts, int(n_at_least), float(pairs))
                 for k, divergence, error, gradient, n_at_least, pairs in zip(*columns)]
    return rows


TABLES: tuple[tuple[Callable[[Archive], Sequence[Row]], tuple[str, ...]], ...] = (
    (locality, ("fields of", "layer", "units", "median", "+-", "10 %", "90 %", "shuffled", "untrained", "blocks", "modes",
                "radius", "|sign|", "spacing/random", "coverage", "dead")),
    (reconstruction, ("reconstruction", "T", "from layer", "overlap", "+-", "of domains", "+-", "energy", "+-", "|m|", "+-")),
    (plain, ("without training", "T", "as layer", "numbers", "overlap", "+-", "of domains", "+-")),
    (order, ("neighbours", "T", "spins", "majority 2x2", "4x4", "layer 1", "+-", "layer 2", "+-", "change", "+-",
             "trainings", "4x4 - 2x2", "+-", "in window", "+-")),
    (annealing, ("ln Z of", "forwards", "+-", "back", "+-", "chains")),
    (maps, ("map of", "T", "std ln Tr", "+-", "delta F", "+-", "D_KL/N", "+-", "less learned", "+-", "H_RG-H_RBM")),
    (tori, ("torus", "K", "map", "K_nn", "K_nnn", "plaquette", "pairs", "D_KL")),
    (free_machines, ("free machine", "K", "D_KL", "+-", "gradient", "starts", "at least", "pairs")),
)
