"""The page's table of ends, from iso2018_ends.csv."""

import csv
from pathlib import Path

from blockspin.seeds import pm

EPOCHS = ("10", "30", "100")


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of the table of ends, as dictionaries of texts."""
    with Path(path).open() as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def main_line(row: dict[str, str]) -> bool:
    """Whether a row is of type V as the paper trains it, over several trainings."""
    return (row["family"], row["learning_rate"], row["dynamics"]) == ("V", "0.01", "sampled") and int(row["machines"]) > 1


def end(row: dict[str, str]) -> str:
    """The energy temperature of an end, with its error over the trainings."""
    if row["has_end"] != "1":
        return f"none in {row['steps']} steps"
    return f"{pm(float(row['energy_temperature']), float(row['energy_temperature_error']))}"


def markdown(path: Path) -> str:
    """Where flows of type V end, by lattice, hidden units and epochs."""
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    for row in filter(main_line, rows(path)):
        key = (row["lattice"], row["hidden"], row["machines"])
        found.setdefault(key, {})[row["epoch"]] = end(row)
    lines = ["| lattice | hidden units | trainings | " + " | ".join(f"{epoch} epochs" for epoch in EPOCHS) + " |",
             "|---" * (3 + len(EPOCHS)) + "|"]
    return "\n".join(lines + [f"| {' | '.join(key)} | {' | '.join(ends.get(epoch, '') for epoch in EPOCHS)} |"
                              for key, ends in found.items()])
