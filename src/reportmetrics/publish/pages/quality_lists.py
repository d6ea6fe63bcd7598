"""Tables of the page on data quality that name things: checks and their history, vanished requests, batches set aside.

Belongs here: lists without a metric behind them. Not here: figures (``quality``).
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass

from reportmetrics.profile.intake import intake
from reportmetrics.publish import numbers
from reportmetrics.publish import quality_sentences as words
from reportmetrics.publish.blocks import Cell, Column, Table, date_cell, name_cell
from reportmetrics.publish.corrected import APPLIED
from reportmetrics.publish.edition import Edition
from reportmetrics.publish.quality import Past

MOST_FILES, MOST_REQUESTS = 50, 200
"""Files of set-aside batches, newest first, and vanished requests that the page lists; the warehouse keeps all."""

LONGEST_NOTE = 300
"""Characters of a note that the page shows; the publication's ledger has it whole."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page: finding, what is shown, table. ``nothing`` stands where there is no table."""

    id: str
    finding: str
    subtitle: str
    table: Table | None = None
    nothing: str = ""


def check_section(edition: Edition) -> Section:
    """Checks that failed in this run or in an earlier one, critical ones first; the others are counted."""
    watched = edition.quality.watched
    failed = [c for c in watched.checks if not c.success]
    now = {(c.table, c.check): c for c in failed}
    known = {(c.table, c.check): c for c in watched.checks}
    listed = [k for k in known if k in now or (k in watched.past and watched.past[k].failed)]
    listed.sort(key=lambda k: (k not in now, known[k].severity, k))
    rows = []
    for key in listed:
        check, past = known[key], watched.past.get(key)
        rows.append(
            [
                name_cell(check.check.replace("_", " ")),
                name_cell(check.table),
                name_cell(check.severity),
                Cell(numbers.count(check.failing_count), check.failing_count, strong=key in now),
                name_cell(_said(check.message, check.observed) if key in now else "passed this time"),
                _history(past),
                date_cell(_local(edition, past.last_failed) if past else None),
            ]
        )
    heads = ("Check", "Table", "Severity", "Found", "What", "Failed, of runs", "Last failed")
    columns = [Column(h, "right" if h in ("Found", "Failed, of runs") else "left") for h in heads]
    critical = sum(c.severity == "critical" for c in failed)
    return Section(
        "checks",
        words.checks(len(watched.checks), critical, len(failed) - critical),
        "A critical failure stops the run and sets the batch aside; a warning is shown. Listed: failed now or before",
        Table("Checks that failed", columns, rows) if rows else None,
        "All checks are described by: reportmetrics check --document.",
    )


def _said(message: str, observed: str) -> str:
    return f"{message} ({observed})" if observed else message


def _history(past: Past | None) -> Cell:
    if past is None:
        return Cell(numbers.DASH, None, quiet=True)
    return Cell(numbers.of(past.failed, past.runs), past.failed)


def _local(edition: Edition, moment: dt.datetime | None) -> dt.date | None:
    if moment is None:
        return None
    return moment.replace(tzinfo=dt.UTC).astimezone(zoneinfo.ZoneInfo(edition.profile.mission.time_zone)).date()


def vanished_section(edition: Edition) -> Section:
    """Requests that the newest register of their source should list and does not."""
    titles = {s.source: s.title for s in edition.profile.sources}
    promised = sum(s.complete is not None for s in edition.profile.sources)
    rows = [
        [
            name_cell(v.request_id),
            name_cell(v.hq or "not stated"),
            name_cell(titles.get(v.source, v.source)),
            date_cell(v.last_seen),
            date_cell(v.missing_since),
        ]
        for v in edition.quality.vanished[:MOST_REQUESTS]
    ]
    columns = [Column(h) for h in ("Request", "Headquarters", "Register", "Last listed", "Missing since")]
    return Section(
        "vanished",
        words.vanished(len(edition.quality.vanished), promised),
        "Requests that a complete register listed before and its newest file does not; each stays as known last",
        Table("Requests that vanished from a register", columns, rows) if rows else None,
        f"{promised} registers are said to be complete." if promised else "A source says so with: complete.",
    )


def aside_section(edition: Edition) -> Section:
    """Files of batches that failed critically, and when each came in after all."""
    aside = edition.quality.watched.aside
    titles = {s.source: s.title for s in edition.profile.sources}
    rows = [
        [
            date_cell(_local(edition, a.at)),
            name_cell(a.name),
            name_cell(titles.get(a.source, a.source)),
            name_cell("; ".join(f"{check}: {numbers.count(n)} rows" for check, n in a.reasons.items()) or "same batch"),
            name_cell(a.sha256[:12]),
            date_cell(_local(edition, a.taken_up)),
        ]
        for a in aside[:MOST_FILES]
    ]
    columns = [Column(h) for h in ("Set aside", "File", "Source", "Why", "In the archive as", "Taken up")]
    return Section(
        "aside",
        words.aside(len(aside), sum(a.taken_up is None for a in aside)),
        "A batch that fails a critical check is left out whole until the file or its mapping is mended",
        Table("Files of batches that were set aside", columns, rows) if rows else None,
        "Every batch so far passed its critical checks.",
    )


def note_section(edition: Edition) -> Section:
    """What was seen in files that were taken in, and that a sender may not know of."""
    notes = edition.quality.notes
    titles = {s.source: s.title for s in intake(edition.profile.sources)}
    rows = [
        [
            name_cell(titles.get(n.source, n.source)),
            name_cell(n.message if len(n.message) <= LONGEST_NOTE else f"{n.message[:LONGEST_NOTE]}…"),
            Cell(numbers.count(n.files), n.files),
            name_cell(n.name),
            date_cell(_local(edition, n.known_from)),
        ]
        for n in notes[:MOST_FILES]
    ]
    columns = [
        Column(h, "right" if h == "Files" else "left")
        for h in ("Source", "Noted", "Files", "Newest file", "Known from")
    ]
    return Section(
        "notes",
        words.notes(len(notes), len(rows)),
        "Columns that no mapping knows, hidden rows and sheets, tables that end early; the files were taken in. Names: "
        "audit/ledger.csv",
        Table("Notes on files", columns, rows) if rows else None,
        "An unknown column, a hidden sheet or a table that ends early would be named.",
    )


def correction_section(edition: Edition) -> Section:
    """Corrections that the profile records: where, why, and what became of them.

    What the cells said is for those who may see the rows.
    """
    became = edition.quality.corrected.became
    recorded = [(c, s) for s in edition.profile.sources for c in s.corrections if c.date < edition.as_of]
    recorded.sort(key=lambda pair: (pair[0].date, pair[1].source, pair[0].row), reverse=True)
    rows = [
        [
            date_cell(c.date),
            name_cell(s.title),
            name_cell(c.file[:12]),
            Cell(numbers.count(c.row), c.row),
            name_cell(c.column),
            name_cell(c.reason),
            name_cell(became(s, c)),
        ]
        for c, s in recorded[:MOST_FILES]
    ]
    columns = [
        Column(h, "right" if h == "Row" else "left")
        for h in ("Decided", "Source", "File, by its hash", "Row", "Column", "Reason", "What became of it")
    ]
    return Section(
        "corrections",
        words.corrections(len(recorded), sum(became(s, c) != APPLIED for c, s in recorded)),
        "Cells of archived files that the data team corrects, each by a record; the files stay as they were sent",
        Table("Corrections on record", columns, rows) if rows else None,
        "A correction is a record in the source's mapping, with reason, author and date.",
    )
