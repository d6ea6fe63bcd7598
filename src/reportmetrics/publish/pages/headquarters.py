"""Headquarters' response: how long, how many wait, which first? One page for each headquarters, all built alike.

Belongs here: the blocks of these pages. Not here: their curves (``charts``) and sentences (``sentences``).
"""

from __future__ import annotations

from collections.abc import Sequence

from reportmetrics.publish import numbers, palette, sentences
from reportmetrics.publish.blocks import (
    Block,
    Cell,
    Column,
    Table,
    date_cell,
    interval_cell,
    name_cell,
    number_cell,
)
from reportmetrics.publish.charts.bars import Bar, bars_chart, paler
from reportmetrics.publish.charts.dots import WaitRow, waits_chart
from reportmetrics.publish.edition import Edition
from reportmetrics.publish.figures import Figure
from reportmetrics.publish.page import Page
from reportmetrics.publish.pages.common import (
    BACKLOG,
    WAIT,
    nothing,
    wait_page,
    waits,
    waits_block,
)
from reportmetrics.publish.pages.wait_blocks import curve_block, within_block
from reportmetrics.publish.sentences import Wait

NAVIGATION = "Headquarters’ response"
BINS = (("0-30", "0–30 days"), ("31-90", "31–90"), ("91-180", "91–180"), ("181+", "181 and over"))
GROUPINGS = (("request_type", "type of request"), ("priority", "priority"))


def build(edition: Edition) -> list[Page]:
    """A page for each headquarters; the first is the entry of the navigation."""
    ordered = waits(edition)
    if not ordered:
        return [_empty(edition)]
    return [_page(edition, w, ordered) for w in ordered]


def _empty(edition: Edition) -> Page:
    block = Block(
        "wait",
        "No request received yet",
        "Share of requests still undecided, by days since they were raised",
        12,
        [edition.ref(WAIT)],
        nothing=nothing(edition, "request"),
    )
    return Page(
        file="headquarters.html",
        template="headquarters.html",
        navigation=NAVIGATION,
        crumb=[NAVIGATION],
        heading="No request to a headquarters received yet",
        lede="How long requests wait will stand here, with those counted in that nobody has answered yet.",
        blocks=[block],
        content={"rows": [[block]], "others": [], "stem": "headquarters"},
    )


def _page(edition: Edition, w: Wait, ordered: Sequence[Wait]) -> Page:
    file = wait_page(w.name, ordered)
    first = file == "headquarters.html"
    grouped = _grouped_block(edition, w)
    middle = [_ages_block(edition, w), *([grouped] if grouped else []), waits_block(edition, "compared", ordered)]
    rows = [[curve_block(edition, w), within_block(edition, w)], middle, [_oldest_block(edition, w)]]
    return Page(
        file=file,
        template="headquarters.html",
        navigation=NAVIGATION if first else None,
        crumb=[NAVIGATION] if first else [NAVIGATION, w.name],
        heading=sentences.wait_heading(w),
        lede=f"Requests still open are counted in, up to {numbers.date_long(edition.as_of)}. "
        "How long, how many wait now, which to raise first.",
        blocks=[b for row in rows for b in row],
        content={
            "rows": rows,
            "stem": file.removesuffix(".html"),
            "others": [(wait_page(o.name, ordered), o.name, o.name == w.name) for o in ordered]
            if len(ordered) > 1
            else [],
        },
        under="headquarters.html",
    )


def _ages_block(edition: Edition, w: Wait) -> Block:
    figures = [(text, edition.figures.value(BACKLOG, "bin", label, hq=w.name)) for label, text in BINS]
    known = [(text, v) for text, v in figures if v is not None]
    oldest = known[-1][1] if len(known) == len(BINS) else 0.0
    bars = [Bar(text, v, numbers.count(v), named=i == len(known) - 1 and v > 0) for i, (text, v) in enumerate(known)]
    columns = [Column("Age, days"), Column("Open", "right")]
    rows = [[name_cell(text), number_cell(v, numbers.count)] for text, v in known]
    return Block(
        "ages",
        sentences.ages(w.still_open, int(oldest), 180, edition.figures.value(BACKLOG, "max", hq=w.name)),
        f"Open requests by age on {numbers.date_long(edition.as_of)}",
        4,
        [edition.ref(BACKLOG, hq=w.name)],
        description="Open requests by age: " + "; ".join(f"{t} {numbers.count(v)}" for t, v in known) + ".",
        chart=bars_chart(bars, colour=paler(palette.PURPLE), named_colour=palette.PURPLE, row=42)
        if w.still_open and known
        else None,
        table=Table("Open requests by age", columns, rows) if w.still_open and known else None,
        nothing="All requests known by then are decided or withdrawn.",
    )


def _grouped_block(edition: Edition, w: Wait) -> Block | None:
    """Medians by the first grouping that has at least two groups at this headquarters."""
    for dimension, words in GROUPINGS:
        figures = [f for f in edition.figures.each(WAIT, "median", "hq", dimension) if f.dims["hq"] == w.name]
        if len(figures) > 1:
            return _by_group(edition, w, figures, dimension, words)
    return None


def _by_group(edition: Edition, w: Wait, figures: Sequence[Figure], dimension: str, words: str) -> Block:
    named = sorted(
        ((f.dims[dimension] or "not stated", f) for f in figures),
        key=lambda i: (i[1].value is None, -(i[1].value or 0)),
    )
    rows, cells = [], []
    for name, f in named:
        events = edition.figures.value(WAIT, "events", "", **f.dims)
        beside = [numbers.interval(f.lower, f.upper, numbers.days), f"of {numbers.count(f.n or 0)}"]
        if events is not None and events < sentences.FEW_EVENTS:
            beside[1] += ", few"
        missing = numbers.HIDDEN if f.suppressed else f.reason or "not reached"
        rows.append(
            WaitRow(name, f.value, f.lower, f.upper, tuple(b for b in beside if b), missing, "few" in beside[1])
        )
        cells.append(
            [
                name_cell(name),
                number_cell(f.value, numbers.days, reason=f.reason or "not reached", strong=True),
                interval_cell(f.lower, f.upper, numbers.days),
                Cell(numbers.count(f.n or 0), f.n),
            ]
        )
    columns = [
        Column(words.capitalize()),
        Column("Median, days", "right"),
        Column("95 % interval", "right"),
        Column("Requests", "right"),
    ]
    return Block(
        "groups",
        sentences.groups_compared(words, [(n, f.value, f.lower, f.upper) for n, f in named]),
        f"{w.name}: median days and 95 % interval, by {words}",
        4,
        [edition.ref(WAIT, hq=w.name)],
        description=f"Median days by {words}: "
        + "; ".join(f"{r.name} {numbers.or_missing(r.median, numbers.days, r.missing)}" for r in rows)
        + ".",
        chart=waits_chart(rows[:8]),
        table=Table(f"Median days by {words}", columns, cells),
        caveat=f"The {len(rows) - 8} shortest are in the table only." if len(rows) > 8 else "",
    )


def _oldest_block(edition: Edition, w: Wait) -> Block:
    listed = edition.figures.listing(BACKLOG, "oldest", hq=w.name)
    ages = [float(r["age_days"]) for r in listed if r.get("age_days") is not None]
    longest = max(ages, default=1.0) or 1.0
    columns = [
        Column("Request"),
        Column("Asked for"),
        Column("Objective"),
        Column("Raised"),
        Column("Open, days", "right"),
        Column("", bar=True),
        Column("Promised to a counterpart"),
        Column("Priority"),
    ]
    rows = [
        [
            name_cell(_text(r.get("request_id"))),
            name_cell(_text(r.get("request_type"))),
            name_cell(_text(r.get("objective_id"))),
            date_cell(numbers.parse_day(_text(r.get("raised_on")))),
            number_cell(_number(r.get("age_days")), numbers.days, strong=True),
            Cell("", (_number(r.get("age_days")) or 0.0) / longest),
            date_cell(numbers.parse_day(_text(r.get("promised_on")))),
            name_cell(_text(r.get("priority"))),
        ]
        for r in listed
    ]
    promised = sum(1 for r in listed if r.get("promised_on"))
    return Block(
        "oldest",
        sentences.oldest(len(listed), promised),
        f"The oldest open requests at {w.name} · without who raised them",
        12,
        [edition.ref(BACKLOG, hq=w.name)],
        table=Table(f"The oldest open requests at {w.name}", columns, rows) if listed else None,
        caveat=f"{numbers.DASH} means none recorded." if listed else "",
        nothing="All requests known by then are decided or withdrawn.",
    )


def _text(value: object) -> str:
    return numbers.DASH if value is None or value == "" else str(value)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
