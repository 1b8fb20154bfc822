"""Command: draws every figure an archive has data for."""

import argparse
from pathlib import Path

import matplotlib

matplotlib.use("Agg")  # no display is needed

import matplotlib.pyplot as plt

import blockspin
from blockspin import figures
from blockspin.command import errors_in_one_line, program
from blockspin.figures import style


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=program("blockspin.figures"), description=__doc__)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--output", type=Path, help="folder for the figures (default: <archive>_figures beside it)")
    parser.add_argument("--format", default="png", choices=("png", "pdf", "svg"))
    return parser.parse_args()


def main() -> None:
    args = arguments()
    folder = args.output or args.archive.with_name(args.archive.stem + "_figures")
    style.use()
    with errors_in_one_line("blockspin.figures"):
        with blockspin.open_archive(args.archive) as archive:
            folder.mkdir(parents=True, exist_ok=True)
            for name, figure in figures.draw_all(archive):
                path = folder / f"{name}.{args.format}"
                figure.savefig(path)
                plt.close(figure)
                print(path)


if __name__ == "__main__":
    main()
