"""Receptive fields of every layer on the lattice, how local they are beside controls, and what they cover."""

import matplotlib.pyplot as plt
import numpy as np

from blockspin.figures import style

N_MAPS = 36
CONTROLS = (("shuffled", "shuffled sites", "--"), ("untrained", "untrained", ":"))


def draw(archive):
    names = archive.names("receptive_field")
    for name in names:
        fields = archive.group("receptive_field", name)
        if len(fields.lattice) == 2:
            for layer in layers(fields):
                yield style.file_name("receptive_fields", name, f"layer{layer}"), draw_maps(fields, layer)
            yield style.file_name("coverage", name), draw_coverage(fields)
        yield style.file_name("locality", name), draw_locality(fields)
    scans, others = locality_against_l1(archive, names)
    if len({l1 for l1, _ in scans}) > 1:
        yield "locality_against_l1", draw_scan(scans, others)


def layers(fields):
    return range(1, sum(1 for key in fields.group if key.startswith("layer_")) + 1)


def living(fields, layer, path):
    values = fields[f"layer_{layer}/{path}"]
    return values[~np.isnan(values)]


def machine_text(fields):
    return f"[rbm.{fields.value('rbm')}] {style.lattice_text(fields.lattice)}"


def draw_maps(fields, layer):
    """Fields at even places of the order of locality, so that the picture flatters nobody."""
    values, fraction = fields[f"layer_{layer}/field"], fields[f"layer_{layer}/window_fraction"]
    order = np.argsort(-np.nan_to_num(fraction, nan=-1.0), kind="stable")
    n = min(N_MAPS, len(order))
    shown = order[np.linspace(0, len(order) - 1, n).round().astype(int)]
    figure, grid = style.map_grid(n, min(n, 9), extra_height=0.9)
    window = fields.value("window")
    for axes, unit in zip(grid, shown):
        style.lattice_map(axes, values[:, unit], fields.lattice)
        axes.set_title("no weights" if np.isnan(fraction[unit]) else f"{fraction[unit]:.2f}", fontsize=7, pad=2)
    dead = int(np.isnan(fraction).sum())
    figure.suptitle(f"{machine_text(fields)}: fields of layer {layer}, {n} of {len(order)} units"
                    + (f" ({dead} without weights)" if dead else "")
                    + f",\nfrom the most to the least local; number: share of $r^2$ in the best {window}x{window} window",
                    fontsize=8)
    return figure


def draw_coverage(fields):
    depth = layers(fields)
    figure, grid = plt.subplots(1, len(depth), figsize=(2.6 * len(depth) + 0.6, 2.9), squeeze=False)
    for axes, layer in zip(grid[0], depth):
        coverage = fields[f"layer_{layer}/coverage"]
        relative = coverage / coverage.mean()
        image = axes.imshow(relative.reshape(fields.lattice), cmap=style.SEQUENTIAL, vmin=0)
        axes.set_xticks([])
        axes.set_yticks([])
        axes.set_title(f"layer {layer}: spread {relative.std():.2f}\n(untrained "
                       f"{np.std(fields[f'layer_{layer}/untrained/coverage']) / np.mean(coverage):.2f})", fontsize=8)
        figure.colorbar(image, ax=axes, shrink=0.75)
    figure.suptitle(f"{machine_text(fields)}: coverage of sites by fields, relative to its mean", fontsize=9)
    return figure


def draw_locality(fields):
    figure, (share, size, apart) = plt.subplots(1, 3, figsize=(9.5, 3.2))
    window = fields.value("window")
    for layer, colour in zip(layers(fields), style.COLOURS):
        cumulative(share, living(fields, layer, "window_fraction"), color=colour, label=f"layer {layer}")
        cumulative(size, living(fields, layer, "radius"), color=colour)
        spacing = living(fields, layer, "spacing")
        cumulative(apart, spacing, color=colour)
        apart.axvline(float(fields[f"layer_{layer}/random_spacing"]), color=colour, linestyle="--", linewidth=0.8)
        for control, _, line in CONTROLS:
            cumulative(share, living(fields, layer, f"{control}/window_fraction"), color=colour, linestyle=line,
                       linewidth=0.8)
            cumulative(size, living(fields, layer, f"{control}/radius"), color=colour, linestyle=line, linewidth=0.8)
    for _, label, line in CONTROLS:
        share.plot([], [], color="grey", linestyle=line, linewidth=0.8, label=label)
    share.set_xlim(0, 1.02)
    share.set_xlabel(f"share of $r^2$ in the best {window}x{window} window")
    size.set_xlim(left=0)
    size.set_xlabel("radius of a field (sites)")
    apart.set_xlim(left=0)
    apart.set_xlabel("distance of a centre to the nearest (sites)")
    apart.plot([], [], color="grey", linestyle="--", linewidth=0.8, label="mean of random points")
    share.set_ylabel("share of units below")
    share.legend()
    apart.legend()
    figure.suptitle(f"{machine_text(fields)}: how local the fields are")
    return figure


def cumulative(axes, values, **options):
    values = np.sort(values)
    axes.step(np.append(values, values[-1:]), np.append(np.arange(len(values)), len(values)) / max(len(values), 1),
              where="post", **options)


def locality_against_l1(archive, names):
    """[(what L1 takes from a weight at each update, group)] of the machines that differ from the first in nothing but
    L1, and the same of those trained on other temperatures, such as independent spins."""
    same, others = [], []
    for name in names:
        fields = archive.group("receptive_field", name)
        machine = archive.machine(fields.value("rbm"))
        strength = float(machine.value("l1", "0") or 0)
        if machine.value("l1_scaling") == "times_learning_rate":
            strength *= float(machine.value("learning_rate", "0"))
        first = archive.machine(archive.group("receptive_field", names[0]).value("rbm"))
        is_same = all(machine.value(key) == first.value(key) for key in ("temperatures", "hidden"))
        (same if is_same else others).append((strength, fields))
    return sorted(same, key=lambda pair: pair[0]), others


def quantile(fields, layer, path, q):
    values = living(fields, layer, path)
    return np.quantile(values, q) if len(values) else np.nan


def draw_scan(scans, others):
    figure, axes = plt.subplots(figsize=(5.4, 3.8))
    n_layers = min(len(layers(fields)) for _, fields in scans)
    strengths = [strength for strength, _ in scans]
    for layer, colour in zip(range(1, n_layers + 1), style.COLOURS):
        def of_scan(path, q):
            return [quantile(fields, layer, path, q) for _, fields in scans]
        axes.plot(strengths, of_scan("window_fraction", 0.5), "o-", color=colour, label=f"layer {layer}, median")
        axes.fill_between(strengths, of_scan("window_fraction", 0.1), of_scan("window_fraction", 0.9), color=colour,
                          alpha=0.15, linewidth=0)
        for control, _, line in CONTROLS:
            axes.plot(strengths, of_scan(f"{control}/window_fraction", 0.5), line, color=colour, linewidth=0.8)
        for strength, fields in others:
            axes.plot(strength, quantile(fields, layer, "window_fraction", 0.5), "x", color=colour)
    for _, label, line in CONTROLS:
        axes.plot([], [], line, color="grey", linewidth=0.8, label=label)
    for text in sorted({f"trained at $T$ = {fields.archive.machine(fields.value('rbm')).value('temperatures')}"
                        for _, fields in others}):
        axes.plot([], [], "x", color="grey", label=text)
    axes.set_xscale("symlog", linthresh=max(min((s for s in strengths if s > 0), default=1e-5), 1e-6))
    axes.set_xlim(left=0)
    axes.set_ylim(0, 1.02)
    axes.set_xlabel("L1: what each update takes from a weight")
    window = scans[0][1].value("window")
    axes.set_ylabel(f"share of $r^2$ in the best {window}x{window} window")
    axes.set_title(f"{style.lattice_text(scans[0][1].lattice)}: locality against L1 (band: 10 to 90 % of units)")
    axes.legend(fontsize=7, loc="upper left", bbox_to_anchor=(1, 1))
    return figure
