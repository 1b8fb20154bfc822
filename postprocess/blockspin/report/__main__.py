"""Command: one HTML page on one or more archives, with all pictures inside."""

import argparse
from contextlib import ExitStack
from pathlib import Path

import matplotlib

matplotlib.use("Agg")  # no display is needed

from blockspin import report
from blockspin.campaign import open_campaign
from blockspin.command import errors_in_one_line, program
from blockspin.report import pdf

NAME = "report.html"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=program("blockspin.report"), description=__doc__)
    parser.add_argument("archive", nargs="+", help="an archive, a folder of archives, or a pattern; of a run that goes on, too")
    parser.add_argument("-o", "--output", type=Path, default=Path("."), metavar="FOLDER", help=f"gets {NAME} (default: here)")
    parser.add_argument("--pdf", action="store_true", help="makes report.pdf as well; needs Chromium")
    return parser.parse_args()


def main() -> None:
    options = arguments()
    with errors_in_one_line("blockspin.report"):
        options.output.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            archives = [archive for where in options.archive for archive in stack.enter_context(open_campaign(where))]
            text = report.html(archives)
        path = options.output / NAME
        path.write_text(text, encoding="utf-8")
        print(path)
        if options.pdf:
            print(pdf.printed(path))


if __name__ == "__main__":
    main()
