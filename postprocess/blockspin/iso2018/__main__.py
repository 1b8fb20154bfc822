"""The report of the study: tables and figures of any number of its archives.

    python3 -m blockspin.iso2018 ARCHIVE... [--output FOLDER]

FOLDER (default: iso2018_report beside the first archive) gets iso2018_ends.csv (a row a setting: where its flows end),
iso2018_ends.md (its main line as a table), iso2018_verdicts.txt (claim, setting, measured value, error, verdict), and the
figures.
"""

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path

import matplotlib

matplotlib.use("Agg")  # no display is needed

import matplotlib.pyplot as plt

from blockspin.archive import Archive
from blockspin.command import errors_in_one_line, open_archives, require
from blockspin.figures import style
from blockspin.iso2018 import ends, figures, table, verdicts


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 -m blockspin.iso2018", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", type=Path, nargs="+")
    parser.add_argument("--output", type=Path)
    parser.add_argument("--no-figures", action="store_true")
    return parser.parse_args()


def sources(archives: list[Archive]) -> list[str]:
    return [f"# {Path(archive.path).name}: {archive.title}; seed {archive.seed}" for archive in archives]


def write_ends(path: Path, archives: list[Archive], groups: list[ends.Setting]) -> None:
    with path.open("w", newline="") as file:
        file.writelines(line + "\n" for line in sources(archives))
        csv.writer(file, lineterminator="\n").writerows(ends.rows(groups))


def write_verdicts(path: Path, archives: list[Archive], rows: list[verdicts.Row]) -> None:
    lines = sources(archives) + ["# claim | setting | measured | error | verdict"]
    lines += [f"{claim} | {setting} | {value:.4g} | {error:.2g} | {verdict}" for claim, setting, value, error, verdict in rows]
    path.write_text("\n".join(lines) + "\n")


def report(archives: list[Archive], folder: Path, with_figures: bool = True) -> Iterator[Path]:
    """Writes tables and figures into `folder`; yields the path of each."""
    groups = ends.grouped([end for archive in archives for end in ends.read(archive)])
    found = verdicts.all_verdicts(archives, groups)
    require(found, "stage of the second study", [archive.path for archive in archives])
    folder.mkdir(parents=True, exist_ok=True)
    write_ends(folder / "iso2018_ends.csv", archives, groups)
    yield folder / "iso2018_ends.csv"
    (folder / "iso2018_ends.md").write_text(table.markdown(folder / "iso2018_ends.csv") + "\n")
    yield folder / "iso2018_ends.md"
    write_verdicts(folder / "iso2018_verdicts.txt", archives, found)
    yield folder / "iso2018_verdicts.txt"
    if not with_figures:
        return
    style.use()
    for name, figure in figures.draw_all(archives, groups):
        path = folder / f"iso2018_{name}.png"
        figure.savefig(path)
        plt.close(figure)
        yield path


def main() -> None:
    args = arguments()
    folder = args.output or args.archive[0].parent / "iso2018_report"
    with errors_in_one_line("blockspin.iso2018"), open_archives(args.archive) as archives:
        for path in report(archives, folder, not args.no_figures):
            print(path)


if __name__ == "__main__":
    main()
