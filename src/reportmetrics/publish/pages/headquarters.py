"""Headquarters' response: how long, how many wait, which first? One page for each headquarters, all built alike.

Belongs here: the blocks of these pages. Not here: their curves (``charts``) and sentences (``sentences``).
"""

from __future__ import annotations

from collections.abc import Sequence

from reportmetrics.publish import numbers, palette, sentences, wait_sentences
from reportmetrics.publish.blocks import Block, Cell, Column, Table, date_cell, estimate_cell, name_cell, number_cell
from reportmetrics.publish.charts.bars import Bar, bars_chart, paler
from reportmetrics.publish.edition import Edition
from reportmetrics.publish.page import Page
from reportmetrics.publish.pages.common import BACKLOG, WAIT, nothing, one_line, wait_page, waits, waits_block
from reportmetrics.publish.pages.objective_figures import objective_file
from reportmetrics.publish.pages.wait_blocks import curve_block, within_block
from reportmetrics.publish.pages.wait_context import (
    at_work_block,
    cohort_block,
    group_blocks,
    incidence_block,
    reciprocity_block,
)
from reportmetrics.publish.sentences import Wait
from reportmetrics.publish.text import isolated

NAVIGATION = "Headquarters’ response"
BINS = (("0-30", "0–30 days"), ("31-90", "31–90"), ("91-180", "91–180"), ("181+", "181 and over"))
PROMISES, DEBT = "latency.open_promises", "latency.expectation_debt"


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
    rows = [
        [curve_block(edition, w), within_block(edition, w)],
        [_ages_block(edition, w), cohort_block(edition, w), waits_block(edition, "compared", ordered)],
        [_oldest_block(edition, w)],
        [incidence_block(edition, w), reciprocity_block(edition, w, ordered)],
        [*group_blocks(edition, w), at_work_block(edition, w)],
    ]
    return Page(
        file=file,
        template="headquarters.html",
        navigation=NAVIGATION if first else None,
        crumb=[NAVIGATION] if first else [NAVIGATION, w.name],
        heading=sentences.wait_heading(w),
        lede=f"Requests still open are counted in, up to {numbers.date_long(edition.as_of)}. "
        "How long, how many wait now, whether it changes, which to raise first.",
        blocks=[b for row in rows for b in row],
        content={
            "rows": rows,
            "stem": file.removesuffix(".html"),
            "others": [(wait_page(o.name, ordered), o.name, o.name == w.name) for o in ordered]
            if len(ordered) > 1
            else [],
        },
        under="headquarters.html",
        about=("hq", w.name),
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
        f"Open requests by age on {numbers.date_long(edition.as_of)} · source: request register",
        4,
        [edition.ref(BACKLOG, hq=w.name)],
        description="Open requests by age: " + "; ".join(f"{t} {numbers.count(v)}" for t, v in known) + ".",
        chart=bars_chart(bars, colour=paler(palette.PURPLE), named_colour=palette.PURPLE, row=42)
        if w.still_open and known
        else None,
        table=Table("Open requests by age", columns, rows) if w.still_open and known else None,
        nothing="All requests known by then are decided or withdrawn.",
    )


def _oldest_block(edition: Edition, w: Wait) -> Block:
    listed = edition.figures.listing(BACKLOG, "oldest", hq=w.name)
    visits = {r["row_key"]: r.get("visits_since") for r in edition.figures.listing(PROMISES, "promises", hq=w.name)}
    chances = [_chance(edition, w, _number(r.get("age_days"))) for r in listed]
    ages = [float(r["age_days"]) for r in listed if r.get("age_days") is not None]
    longest = max(ages, default=1.0) or 1.0
    known = any(c.value is not None for c in chances)
    columns = [
        Column("Request"),
        Column("Asked for"),
        Column("Objective", facet="objective"),
        Column("Raised", facet="period"),
        Column("Open, days", "right"),
        Column("", bar=True),
        Column("Promised to a counterpart"),
        Column("Visits since", "right"),
        Column("Priority"),
        *([Column("Chance in 30 days (95 % interval)", "right")] if known else []),
    ]
    rows = [
        [
            name_cell(_text(r.get("request_id"))),
            name_cell(_text(r.get("request_type"))),
            _objective(edition, _text(r.get("objective_id"))),
            date_cell(numbers.parse_day(_text(r.get("raised_on")))),
            number_cell(_number(r.get("age_days")), numbers.days, strong=True),
            Cell("", (_number(r.get("age_days")) or 0.0) / longest),
            date_cell(numbers.parse_day(_text(r.get("promised_on")))),
            number_cell(_number(visits.get(r["row_key"])), numbers.count),
            name_cell(_text(r.get("priority"))),
            *([chance] if known else []),
        ]
        for r, chance in zip(listed, chances, strict=True)
    ]
    promised = sum(1 for r in listed if r.get("promised_on"))
    return Block(
        "oldest",
        sentences.oldest(len(listed), promised),
        f"The oldest open requests at {isolated(w.name)}, without who raised them · {_debt(edition, w)}",
        12,
        [edition.ref(BACKLOG, hq=w.name), edition.ref(PROMISES, hq=w.name), edition.ref(DEBT, hq=w.name)],
        table=Table(f"The oldest open requests at {isolated(w.name)}", columns, rows) if listed else None,
        caveat=one_line([f"{numbers.DASH} means none recorded", _about_chance(chances)]) if listed else "",
        nothing="All requests known by then are decided or withdrawn.",
    )


def _objective(edition: Edition, objective_id: str) -> Cell:
    """The objective, leading to its page where it has one."""
    has_page = any(o.objective_id == objective_id for o in edition.objectives)
    return name_cell(objective_id, objective_file(objective_id) if has_page else None)


def _chance(edition: Edition, w: Wait, age: float | None) -> Cell:
    """Chance of a decision in 30 more days at this age; only where at least ten decisions tell of it."""
    point = None if age is None else edition.figures.point_at(DEBT, "chance", float(int(age)), hq=w.name)
    if point is None or point.y is None or (point.n or 0) < sentences.FEW_EVENTS:
        return Cell(f"{numbers.DASH} too few", None, quiet=True)
    return estimate_cell(point.y, point.lower, point.upper, numbers.percent)


def _about_chance(chances: Sequence[Cell]) -> str:
    few = f"fewer than {sentences.FEW_EVENTS} decisions are known at these ages"
    if all(c.value is None for c in chances):
        return f"The chance of a decision in the next 30 days is not shown: {few}"
    if any(c.value is None for c in chances):
        return f"The chance of a decision in the next 30 days is that of requests as old; too few: {few}"
    return "The chance of a decision in the next 30 days is that of all requests that have waited as long"


def _debt(edition: Edition, w: Wait) -> str:
    figures = edition.figures
    chance = figures.one(DEBT, "expected", "30", hq=w.name)
    return wait_sentences.promises(
        int(figures.value(DEBT, "owed", hq=w.name) or 0),
        int(figures.value(DEBT, "overdue", hq=w.name) or 0),
        chance.value if chance else None,
        int(chance.n or 0) if chance else 0,
    )


def _text(value: object) -> str:
    return numbers.DASH if value is None or value == "" else str(value)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
