"""What an archive and its groups look like in a terminal and in a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from blockspin.missing import listed

if TYPE_CHECKING:
    from blockspin.archive import Archive
    from blockspin.group import Group

MOST_DATASETS = 40


def archive_text(archive: Archive) -> str:
    """A line on the archive, then one a stage."""
    if not archive.file:
        return f"<archive {archive.name}, closed>"
    lines = [f"<archive {archive.name}: {archive.title or 'no title'}; seed {archive.seed}>"]
    lines += [f"  {stage}: {listed(names)}" for stage, names in archive.stages().items() if names]
    lines += [f"  {stage}, partial: {listed(names)}" for stage, names in archive.partial().items()]
    return "\n".join(lines)


def archive_html(archive: Archive) -> str:
    if not archive.file:
        return f"<p>{escape(archive_text(archive))}</p>"
    rows = [(stage, listed(names)) for stage, names in archive.stages().items() if names]
    rows += [(f"{stage}, partial", listed(names)) for stage, names in archive.partial().items()]
    return (f"<p><b>{escape(archive.name)}</b>: {escape(archive.title or 'no title')}; seed {archive.seed}</p>"
            + html_table(("stage", "groups"), rows))


def datasets_of(group: Group) -> list[tuple[str, str, str, str]]:
    """(path, axes, unit, description) of the datasets of a group."""
    return [(path, axes_text(group, path), group.unit(path), group.description(path)) for path in group.datasets()]


def axes_text(group: Group, path: str) -> str:
    """"start_temperature 2, step 101"; "" of a single number."""
    return ", ".join(f"{axis.name} {extent}" for axis, extent in zip(group.axes(path), group.open(path).shape))


def group_text(group: Group) -> str:
    """A line on the group, its deck values, then a line a dataset."""
    if not group.archive.file:
        return f"<{group.label} of {group.archive.name}, closed>"
    values = ", ".join(f"{key} = {value}" for key, value in group.values().items() if value not in ("", "none"))
    rows = datasets_of(group)
    lines = [f"<{group.label} of {group.archive.name}" + (", partial>" if group.status == "partial" else ">"), f"  {values}"]
    lines += [f"  {path}  [{axes}]  {unit}" for path, axes, unit, _ in rows[:MOST_DATASETS]]
    return "\n".join(lines + [f"  and {len(rows) - MOST_DATASETS} more datasets"] * (len(rows) > MOST_DATASETS))


def group_html(group: Group) -> str:
    if not group.archive.file:
        return f"<p>{escape(group_text(group))}</p>"
    state = ", partial" if group.status == "partial" else ""
    return (f"<p><b>{escape(group.label)}</b> of {escape(group.archive.name)}{state}</p>"
            + folded("deck values", html_table(("key", "value"), list(group.values().items())))
            + folded("datasets", html_table(("path", "axes", "unit", "description"), datasets_of(group)), is_open=True))


def folded(title: str, content: str, is_open: bool = False) -> str:
    return f"<details{' open' if is_open else ''}><summary>{escape(title)}</summary>{content}</details>"


def html_table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A table of texts, every one of them escaped."""
    head = "".join(f"<th scope='col'>{escape(text)}</th>" for text in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(str(text))}</td>" for text in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
