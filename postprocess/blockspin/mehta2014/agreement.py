"""Does a fresh run of the study in small agree with the reference? Numbers that tell, from runs with other seeds.

    python3 -m blockspin.mehta2014.agreement ARCHIVE... > postprocess/reference/mehta2014_agreement.csv

makes the reference of tests/postprocess/mehta2014.ini: one archive for each campaign seed.
"""

import csv
import sys
from pathlib import Path

import numpy as np

from blockspin.archive import Archive
from blockspin.command import errors_in_one_line, open_archives
from blockspin.mehta2014 import tables


Reference = tuple[str, float, float, int]  # name, mean, standard deviation, number of runs


def numbers(archive: Archive) -> dict[str, float]:
    """{name: number} of one run of the deck: locality and overlap of the stack's layers, the small machine's map."""
    fields, passes = archive.group("receptive_field", "stack"), archive.group("reconstruction", "stack")
    found = {}
    for layer in (1, 2):
        layer_numbers = tables.layer_numbers(fields, layer)
        found[f"layer {layer}: median window fraction"] = layer_numbers["median"]
        found[f"layer {layer}: median radius"] = layer_numbers["radius"]
        found[f"layer {layer}: overlap"] = float(passes["overlap/mean"][layer - 1, 0])
    mapping = archive.group("mapping", "small")
    found["small: D_KL per spin"] = float(mapping["kl_divergence_per_spin"])
    found["small: spread of ln trace"] = float(mapping["ln_trace/std"])
    return found


def reference(runs: list[dict[str, float]]) -> list[Reference]:
    """Rows (name, mean, standard deviation, number of runs)."""
    return [(name, float(np.mean(values)), float(np.std(values, ddof=1)), len(values))
            for name in runs[0] if (values := [run[name] for run in runs])]


def read_reference(path: Path) -> list[Reference]:
    with open(path, newline="", encoding="utf-8") as file:
        return [(row["number"], float(row["mean"]), float(row["std"]), int(row["runs"])) for row in csv.DictReader(file)]


def deviations(run: dict[str, float], rows: list[Reference]) -> dict[str, float]:
    """{name: t} of a run that is none of the reference's: Student's t with runs - 1 degrees of freedom."""
    return {name: (run[name] - mean) / (std * np.sqrt(1 + 1 / n)) for name, mean, std, n in rows}


def main() -> None:
    with errors_in_one_line("blockspin.mehta2014.agreement"), open_archives(sys.argv[1:]) as archives:
        runs = [numbers(archive) for archive in archives]
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("number", "mean", "std", "runs"))
    writer.writerows((name, f"{mean:.6g}", f"{std:.3g}", n) for name, mean, std, n in reference(runs))


if __name__ == "__main__":
    main()
