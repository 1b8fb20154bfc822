"""The claims of the two studies, with verdicts, where archives are theirs."""

from blockspin.archive import Archive
from blockspin.iso2018 import ends
from blockspin.iso2018 import verdicts as iso2018
from blockspin.mehta2014 import verdicts as mehta2014
from blockspin.report.parts import Part, Section, Table
from blockspin.report.words import measured

ISO, MEHTA = "Iso, Shiba & Yokoo 2018", "Mehta & Schwab 2014"  # how titles of their decks begin


def section(archives: list[Archive]) -> Section:
    parts: list[Part] = []
    if any(archive.title.startswith(ISO) for archive in archives):
        of_flows = [archive for archive in archives if archive.names("flow")]
        groups = ends.grouped([end for archive in of_flows for end in ends.read(archive)])
        rows = iso2018.all_verdicts(of_flows, groups) if groups else []
        parts.append(Table(f"Claims of {ISO}", ["claim", "setting", "measured", "verdict"],
                           [[claim, setting, measured(value, error), verdict] for claim, setting, value, error, verdict in rows]))
    if any(archive.title.startswith(MEHTA) for archive in archives):
        found = mehta2014.verdicts(archives)
        parts.append(Table(f"Claims of {MEHTA}", ["claim", "setting", "found", "verdict"],
                           [[row.claim, row.setting, row.found, row.verdict] for row in found]))
    return Section("Claims and verdicts", [part for part in parts if isinstance(part, Table) and part.rows])
