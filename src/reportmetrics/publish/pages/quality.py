"""Data quality: what came in, what was refused and answered, how fresh it is, what was checked. Tables first.

Belongs here: the page from figures and from what is named beside them. Not here: its tables of checks, batches and
requests (``quality_lists``), its sentences (``quality_sentences``).
"""

from __future__ import annotations

import re

from reportmetrics.profile.intake import CORRECTED as CORRECTED_ROWS
from reportmetrics.profile.intake import RETURNED, declared_id, form_sources, reads_forms
from reportmetrics.profile.sources import Source
from reportmetrics.publish import numbers
from reportmetrics.publish import quality_sentences as words
from reportmetrics.publish.blocks import Block, Cell, Column, Table, name_cell, number_cell
from reportmetrics.publish.edition import Edition
from reportmetrics.publish.figures import Figure
from reportmetrics.publish.page import Page
from reportmetrics.publish.pages.quality_lists import (
    aside_section,
    check_section,
    correction_section,
    note_section,
    vanished_section,
)

NAVIGATION = "Data quality"
LEDGER, REJECTED, FRESH = "quality.ledger", "quality.rejected", "quality.freshness"
DELAY, CORRECTED, WITHDRAWN = "quality.arrival_delay", "quality.corrected", "quality.withdrawn"
VERDICTS = (
    ("accepted", "Accepted"),
    ("rejected", "Refused"),
    ("duplicate", "Repeats"),
    ("superseded", "Replaced"),
    ("filtered", "Left out"),
)


def build(edition: Edition) -> Page:
    """The page; without any delivery it says what is awaited."""
    rows = [[_ledger(edition)], [_refusals(edition)], [_reports(edition)]]
    lists = (check_section, note_section, vanished_section, aside_section, correction_section)
    sections = [section(edition) for section in lists]
    total = edition.figures.value(LEDGER, "sum")
    refused = edition.figures.value(LEDGER, "sum", verdict="rejected") or 0.0
    return Page(
        file="quality.html",
        template="quality.html",
        navigation=NAVIGATION,
        crumb=[NAVIGATION],
        heading=words.heading(total, refused, _open_faults(edition)),
        lede="What each source sent up to "
        f"{numbers.date_long(edition.as_of)}, what became of it, what was checked, and what to ask for.",
        blocks=[block for row in rows for block in row],
        content={"rows": rows, "stem": "quality", "sections": sections},
    )


def _open_faults(edition: Edition) -> float:
    faults = edition.figures.one(REJECTED, "share")
    mended = edition.figures.value(REJECTED, "numerator")
    return 0.0 if faults is None or faults.n is None else faults.n - (mended or 0.0)


def sender_words(sender: str) -> str:
    """A sender as the profile names it, facts of the file's name in words."""
    return re.sub(r"\{(\w+)\}", lambda m: f"({m[1].replace('_', ' ')} in the file’s name)", sender)


def _sent_by(source: Source) -> str:
    return "Unit (as the form says)" if reads_forms(source) else sender_words(source.sender)


def _ledger(edition: Edition) -> Block:
    figures, rows, overdue, silent = edition.figures, [], 0, 0
    forms = [s for s in form_sources() if figures.value(LEDGER, "sum", source=s.source) is not None]
    for source in (*edition.profile.sources, *forms):
        age = figures.value(FRESH, "sum", source=source.source)
        unpromised = source in forms  # how punctual units are is told by their reports
        silent += age is None and not unpromised
        overdue += age is not None and age > 2 * source.every_days
        counts = [_rows(edition, source.source, verdict) for verdict, _ in VERDICTS]
        rows.append(
            [
                name_cell(source.title),
                name_cell(_sent_by(source)),
                number_cell(None if unpromised else source.every_days, numbers.count),
                number_cell(
                    age,
                    numbers.days,
                    reason=None if unpromised else "never",
                    strong=age is not None and age > 2 * source.every_days,
                ),
                *(number_cell(c, numbers.count, reason="nothing yet") for c in counts),
            ]
        )
    heads = ("Source", "Sent by", "Every, days", "Last heard, days ago", *(head for _, head in VERDICTS))
    columns = [Column(h, "left" if i < 2 else "right") for i, h in enumerate(heads)]
    received = figures.value(LEDGER, "sum") is not None
    return Block(
        "ledger",
        words.sources(len(rows), overdue, silent) if received else "No file received yet",
        "Rows of all files by what became of them, and days since the newest file; for each file they add up",
        12,
        [edition.ref(LEDGER), edition.ref(FRESH)],
        table=Table("What came in, by source", columns, rows) if received else None,
        caveat="Bold: more than twice the promised interval. Repeats tell nothing new; a replaced row stands twice in "
        "one file; left out is what the mapping does not ask for. Mended and corrected rows are counted in."
        if received
        else "",
        nothing=f"{len(rows)} sources are described; mission since "
        f"{numbers.date_long(edition.profile.mission.starts_on)}.",
    )


def _rows(edition: Edition, source_id: str, verdict: str) -> float | None:
    """Rows of a source, with those that came back mended and those that corrections told."""
    ids = (source_id, f"{source_id}.{RETURNED}", f"{source_id}.{CORRECTED_ROWS}")
    found = [edition.figures.value(LEDGER, "sum", source=i, verdict=verdict) for i in ids]
    known = [v for v in found if v is not None]
    return sum(known) if known else None


def _refusals(edition: Edition) -> Block:
    found = sorted(edition.figures.each(REJECTED, "share", "source", "code"), key=_most_open(edition))
    rows = [_refusal(edition, f) for f in found]
    columns = [
        Column("Source"),
        Column("Sent by"),
        Column("Fault"),
        Column("Refused", "right"),
        Column("Mended", "right"),
        Column("Open", "right"),
        Column("What the sender can do"),
    ]
    total = edition.figures.one(REJECTED, "share")
    mended = int(edition.figures.value(REJECTED, "numerator") or 0)
    return Block(
        "refusals",
        words.refusals(int(total.n or 0) if total else 0, mended),
        "Faults by source and kind, most open first; mended: came back sound, or told soundly by a later file",
        12,
        [edition.ref(REJECTED)],
        table=Table("Refusals by source and fault", columns, rows) if rows else None,
        caveat="Faults, not rows: a row may have two. Senders get their rows back with: reportmetrics rejects return."
        if rows
        else "",
        nothing="Every row that came could be read and is sound by itself.",
    )


def _most_open(edition: Edition):  # type: ignore[no-untyped-def] # a key for sorted
    def key(figure: Figure) -> tuple[float, str]:
        mended = edition.figures.value(REJECTED, "numerator", **figure.dims) or 0.0
        return mended - (figure.n or 0), str(figure.dims)

    return key


def _refusal(edition: Edition, figure: Figure) -> list[Cell]:
    source_id, code = str(figure.dims["source"]), str(figure.dims["code"])
    declared = declared_id(source_id)
    source = next((s for s in (*edition.profile.sources, *form_sources()) if s.source == declared), None)
    title = (
        source_id if source is None else source.title + (", mended or corrected rows" if declared != source_id else "")
    )
    refused = int(figure.n or 0)
    mended = int(edition.figures.value(REJECTED, "numerator", **figure.dims) or 0)
    return [
        name_cell(title),
        name_cell(_sent_by(source) if source else "not in the profile"),
        name_cell(code.replace("_", " ")),
        Cell(numbers.count(refused), refused),
        Cell(numbers.count(mended), mended),
        Cell(numbers.count(refused - mended), refused - mended, strong=refused > mended),
        name_cell(edition.quality.remedies.get((source_id, code), numbers.DASH)),
    ]


def _reports(edition: Edition) -> Block:
    figures, rows = edition.figures, []
    for template in edition.profile.templates:
        delay, corrected, withdrawn = (
            figures.one(metric, statistic, template_id=template.template_id)
            for metric, statistic in ((DELAY, "median"), (CORRECTED, "share"), (WITHDRAWN, "share"))
        )
        if delay is None and corrected is None and withdrawn is None:
            continue
        rows.append(
            [
                Cell(template.name, template.name, key=template.template_id),
                _or_reason(delay, numbers.days),
                _or_reason(figures.one(DELAY, "q90", template_id=template.template_id), numbers.days),
                _or_reason(corrected, numbers.percent),
                _or_reason(withdrawn, numbers.percent),
                number_cell(corrected.n if corrected else None, numbers.count, reason="none"),
            ]
        )
    columns = [
        Column("Form", facet="template"),
        Column("Half arrive within, days", "right"),
        Column("Nine of ten within, days", "right"),
        Column("Sent again with corrections", "right"),
        Column("Taken back", "right"),
        Column("Reports", "right"),
    ]
    return Block(
        "reports",
        words.arrival(figures.value(DELAY, "median"), figures.value(DELAY, "q90")),
        "Days from sending a report to knowing it, the share that came in a later revision, and that was taken back",
        12,
        [edition.ref(DELAY), edition.ref(CORRECTED), edition.ref(WITHDRAWN)],
        table=Table("Arrival, correction and withdrawal of reports", columns, rows) if rows else None,
        caveat="A report that was taken back counts in no figure from then on." if rows else "",
        nothing="No report received yet.",
    )


def _or_reason(figure: Figure | None, write: numbers.Format) -> Cell:
    if figure is None:
        return Cell(numbers.DASH, None, quiet=True)
    reason = numbers.HIDDEN if figure.suppressed else figure.reason
    return number_cell(figure.value, write, reason=reason)
