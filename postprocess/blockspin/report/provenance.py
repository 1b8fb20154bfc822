"""What was run: the deck, the runs that wrote the archive, and what each stage took."""

from typing import Any

from blockspin.archive import Archive
from blockspin.missing import listed
from blockspin.report.parts import Folded, Heading, Note, Part, Section, Table

SECONDS = "seconds."


def section(archives: list[Archive]) -> Section:
    parts: list[Part] = []
    for archive in archives:
        parts += of_archive(archive)
    return Section("What was run", parts)


def of_archive(archive: Archive) -> list[Part]:
    runs = archive.runs()
    parts: list[Part] = [Heading(f"{archive.name}: {archive.title or 'no title'}"),
                         Note(f"Seed {archive.seed}. Format {archive.format_version}."),
                         Table(f"Stages of {archive.name}", ["stage", "groups", "complete"],
                               [[stage, listed(names), str(len(names))] for stage, names in archive.stages().items()])]
    if runs:
        parts += [Table(f"Runs that wrote {archive.name}", ["started (UTC)", "ranks", "hosts", "build", "kernels", "stage seconds"],
                        [run_row(run) for run in runs]),
                  Table(f"Seconds of each stage of {archive.name}", ["group", "seconds"], seconds_of(runs), is_folded=True),
                  Folded(f"Deck of the last run ({runs[-1].get('deck_path', '')})", str(runs[-1].get("deck", "")))]
    return parts


def run_row(run: dict[str, Any]) -> list[str]:
    hosts = run.get("hosts", [])
    build = f"{run.get('build_version', '')} {run.get('build_git_revision', '')}, {run.get('build_compiler', '')}"
    took = sum(float(value) for key, value in run.items() if key.startswith(SECONDS))
    return [str(run.get("started", "")), str(run.get("ranks", "")), ", ".join(hosts) if isinstance(hosts, list) else str(hosts),
            build, str(run.get("kernels", "")), f"{took:.1f}"]


def seconds_of(runs: list[dict[str, Any]]) -> list[list[str]]:
    """The stages that took longest first."""
    took = [(key.removeprefix(SECONDS), float(value)) for run in runs for key, value in run.items() if key.startswith(SECONDS)]
    return [[name, f"{seconds:.3g}"] for name, seconds in sorted(took, key=lambda pair: -pair[1])]
