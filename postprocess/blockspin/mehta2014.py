"""Tables of the study of Mehta and Schwab (2014) from its archives: locality of fields, reconstructions, maps.

    python3 -m blockspin.mehta2014 ARCHIVE...    prints one table, as in reference/mehta2014.txt
"""

import sys

import numpy as np

import blockspin


def locality(archive):
    """Rows (machine, layer, units, median, 10 % and 90 % of the window fraction, shuffled and untrained medians)."""
    rows = []
    for name in archive.names("receptive_field"):
        fields = archive.group("receptive_field", name)
        for layer in range(1, sum(key.startswith("layer_") for key in fields.group) + 1):
            def fraction(path=""):
                return fields[f"layer_{layer}/{path}window_fraction"]
            low, median, high = np.nanquantile(fraction(), (0.1, 0.5, 0.9))
            rows.append((fields.value("rbm"), layer, len(fraction()), median, low, high,
                         np.nanmedian(fraction("shuffled/")), np.nanmedian(fraction("untrained/"))))
    return rows


def reconstruction(archive):
    """Rows (machine, temperature, layer, overlap, its error, energy, its error); layer 0 is the data."""
    rows = []
    for name in archive.names("reconstruction"):
        group = archive.group("reconstruction", name)
        for t, temperature in enumerate(group["temperature"]):
            for level in group["level"]:
                overlap = (group["overlap/mean"][level - 1, t], group["overlap/error"][level - 1, t]) if level else (1, 0)
                rows.append((group.value("rbm"), temperature, level, *overlap, group["energy/mean"][level, t],
                             group["energy/error"][level, t]))
    return rows


def maps(archive):
    """Rows (machine, temperature, spread of ln Tr_h exp T, delta F, D_KL per spin, its error)."""
    rows = []
    for name in archive.names("mapping"):
        group = archive.group("mapping", name)
        rows.append((group.value("rbm"), float(group.value("temperature")), *(float(group[path]) for path in (
            "ln_trace/std", "delta_f", "kl_divergence_per_spin", "kl_divergence_per_spin_error"))))
    return rows


TABLES = (
    (locality, ("fields of", "layer", "units", "median", "10 %", "90 %", "shuffled", "untrained")),
    (reconstruction, ("reconstruction", "T", "from layer", "overlap", "+-", "energy", "+-")),
    (maps, ("map of", "T", "std ln Tr", "delta F", "D_KL/N", "+-")),
)


def text(archive):
    lines = [f"# {archive.title}; seed {archive.seed}"]
    for table, heads in TABLES:
        rows = table(archive)
        if rows:
            lines.append("  ".join(f"{head:>14}" for head in heads))
            lines += ["  ".join(f"{cell:>14.5g}" if isinstance(cell, float) else f"{cell!s:>14}" for cell in row)
                      for row in rows]
    return "\n".join(lines)


def main():
    for path in sys.argv[1:]:
        with blockspin.open_archive(path) as archive:
            print(text(archive))


if __name__ == "__main__":
    main()
