"""Sections as one HTML page that needs nothing else: pictures stand in it, and it asks no network."""

import base64
import re
from collections.abc import Iterable
from html import escape

from blockspin.report.look import CSS
from blockspin.report.parts import Folded, Heading, Note, Part, Picture, Section, Table

MOST_ROWS = 15   # of a table that is not folded
LONG_TEXT = 40   # letters of a cell that needs room
ATTENTION = {"check": "Check", "note": "Note"}


def page(title: str, lead: str, sections: list[Section], foot: str) -> str:
    """The whole page."""
    links = "".join(f'<li><a href="#{anchor(section.title)}">{escape(section.title)}</a></li>' for section in sections)
    body = "".join(section_html(section) for section in sections)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<link rel="icon" href="data:,">
<style>{CSS}</style>
</head>
<body>
<a class="skip" href="#content">To the content</a>
<header><h1>{escape(title)}</h1><p class="soft">{escape(lead)}</p>
<nav aria-label="Sections"><ul>{links}</ul></nav></header>
<main id="content">{body}</main>
<footer>{escape(foot)}</footer>
</body>
</html>
"""


def anchor(title: str) -> str:
    """"what-was-run" of "What was run"."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def section_html(section: Section) -> str:
    name = anchor(section.title)
    return (f'<section aria-labelledby="{name}"><h2 id="{name}">{escape(section.title)}</h2>'
            + "".join(run_html(run) for run in runs(section.parts)) + "</section>")


def runs(parts: list[Part]) -> Iterable[list[Part]]:
    """Parts that follow one another and are shown together: pictures in one grid, warnings in one list; others alone."""
    run: list[Part] = []
    for part in parts:
        if run and kind_of(part) != kind_of(run[0]) or run and kind_of(part) == "alone":
            yield run
            run = []
        run.append(part)
    if run:
        yield run


def kind_of(part: Part) -> str:
    if isinstance(part, Picture):
        return "pictures"
    return "attention" if isinstance(part, Note) and part.weight else "alone"


def run_html(run: list[Part]) -> str:
    inner = "".join(part_html(part) for part in run)
    if kind_of(run[0]) == "pictures":
        return f'<div class="pictures">{inner}</div>'
    return f'<ul class="attention">{inner}</ul>' if kind_of(run[0]) == "attention" else inner


def part_html(part: Part) -> str:
    if isinstance(part, Picture):
        return picture_html(part)
    if isinstance(part, Table):
        return table_html(part)
    if isinstance(part, Folded):
        return f"<details><summary>{escape(part.title)}</summary><pre>{escape(part.text)}</pre></details>"
    if isinstance(part, Heading):
        return f"<h3>{escape(part.text)}</h3>"
    if part.weight:
        return f'<li class="{part.weight}"><b>{ATTENTION[part.weight]}:</b> {escape(part.text)}</li>'
    return f"<p>{escape(part.text)}</p>"


def picture_html(picture: Picture) -> str:
    data = base64.b64encode(picture.png).decode("ascii")
    return (f'<figure{" class=wide" if picture.is_wide else ""}>'
            f'<img src="data:image/png;base64,{data}" width="{picture.width}" height="{picture.height}" '
            f'alt="{escape(picture.words)}"><figcaption>{escape(picture.caption)}</figcaption></figure>')


def table_html(table: Table) -> str:
    """A table that scrolls by itself where it is wider than the page, also by the keyboard; folded where it is long."""
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in table.heads)
    body = "".join("<tr>" + "".join(cell_html(text) for text in row) + "</tr>" for row in table.rows)
    inner = (f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(table.caption)}"><table>'
             f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>")
    if not table.is_folded and len(table.rows) <= MOST_ROWS:
        return f'<p class="caption">{escape(table.caption)}</p>{inner}'
    return f"<details><summary>{escape(table.caption)} ({len(table.rows)} rows)</summary>{inner}</details>"


def cell_html(text: str) -> str:
    return f'<td{" class=long" if len(text) > LONG_TEXT else ""}>{escape(text)}</td>'
