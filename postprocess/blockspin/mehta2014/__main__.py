"""Command: the tables and verdicts of the study, from its archives.

    python3 -m blockspin.mehta2014 ARCHIVE...              every table, then the verdicts, as in reference/mehta2014.txt
    python3 -m blockspin.mehta2014 --short ARCHIVE...      the first row of each claim and verdict, as in reference/mehta2014.md
"""

import argparse

from blockspin.archive import Archive
from blockspin.command import errors_in_one_line, open_archives, require
from blockspin.mehta2014 import tables, unit_couplings, verdicts


def text(archive: Archive) -> str:
    lines = [f"# {archive.title}; seed {archive.seed}"]
    for table, heads in (*tables.TABLES, (unit_couplings.rows, unit_couplings.HEADS)):
        rows = table(archive)
        if rows:
            lines.append("  ".join(f"{head:>14}" for head in heads))
            lines += ["  ".join(f"{cell:>14.5g}" if isinstance(cell, float) else f"{cell!s:>14}" for cell in row)
                      for row in rows]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python3 -m blockspin.mehta2014", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("archives", nargs="+", metavar="ARCHIVE")
    parser.add_argument("--short", action="store_true", help="verdicts alone, the first of each claim and verdict")
    arguments = parser.parse_args()
    with errors_in_one_line("blockspin.mehta2014"), open_archives(arguments.archives) as archives:
        found = verdicts.verdicts(archives)
        require(found, "stage of the first study", arguments.archives)
        if arguments.short:
            found = list({(row.claim, row.verdict): row for row in reversed(found)}.values())[::-1]
        else:
            for archive in archives:
                print(text(archive))
            print("# Verdicts")
        print(verdicts.markdown(found))


if __name__ == "__main__":
    main()
