"""One page on one or more archives, to read and to send: what needs attention, what was run, and what was found."""

from datetime import datetime, timezone

import blockspin
from blockspin.archive import Archive
from blockspin.figures import style
from blockspin.report import (attention, fields, flows, layers, likelihoods, provenance, renormalization, sampling, spectra, studies,
                              thermometers, training)
from blockspin.report.page import page
from blockspin.report.parts import Section
from blockspin.report.words import counted

ALWAYS = (attention, provenance)
WHERE_THERE = (sampling, training, thermometers, flows, spectra, fields, renormalization, layers, likelihoods, studies)


def sections(archives: list[Archive]) -> list[Section]:
    """Every section that the archives have something for."""
    found = [kind.section(archives) for kind in ALWAYS]
    return found + [section for kind in WHERE_THERE if (section := kind.section(archives)).parts]


def html(archives: list[Archive]) -> str:
    """The page, one text with all pictures inside."""
    style.use()
    titles = list(dict.fromkeys(archive.title for archive in archives if archive.title))
    title = titles[0] if len(titles) == 1 else f"Report on {counted(len(archives), 'archive')}"
    lead = ", ".join(archive.name for archive in archives)
    now = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    return page(title, lead, sections(archives), f"Made by blockspin {blockspin.__version__} on {now}. J = k_B = 1. Numbers in "
                "parentheses are standard errors of the last digits.")
