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
from reportmetrics.publish.charts.wait_labels import WaitCurve
from reportmetrics.publish.charts.waiting import at_risk, ticks, wait_chart
from reportmetrics.publish.edition import Edition
from reportmetrics.publish.figures import Figure, Point
from reportmetrics.publish.page import Page
from reportmetrics.publish.pages.common import (
    ANSWERED,
    BACKLOG,
    HORIZONS,
    WAIT,
    nothing,
    one_line,
    wait_page,
    waits,
    waits_block,
)
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
    rows = [[_curve_block(edition, w), _within_block(edition, w)], middle, [_oldest_block(edition, w)]]
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


def _curve_block(edition: Edition, w: Wait) -> Block:
    points = edition.figures.series(WAIT, "survival", hq=w.name)
    figure = edition.figures.one(WAIT, "median", hq=w.name)
    answered_median = edition.figures.value(ANSWERED, "median", hq=w.name)
    curve = WaitCurve(
        points,
        w.requests,
        w.still_open,
        w.median,
        w.lower,
        w.upper,
        _answered(edition, w),
        edition.figures.has_series(ANSWERED, hq=w.name),
        answered_median,
    )
    drawn = len(points) > 1 and w.requests > 1
    dashed = "dashed: answered requests alone, which is biased · " if curve.answered else ""
    days = ticks(points[-1].x, most=13) if drawn else []
    heads = ["Day", "Still undecided, %", "95 % interval", "At risk", "Decided", "Left open"]
    rows = [
        [
            Cell(f"{r.day:g}", r.day),
            *_at(points, r.day),
            Cell(numbers.count(r.at_risk), r.at_risk),
            Cell(numbers.count(r.decided), r.decided),
            Cell(numbers.count(r.open), r.open),
        ]
        for r in at_risk(curve, days)
    ]
    caveats = [*(figure.caveat_sentences() if figure else [])]
    if drawn and curve.answered and not curve.answered_in_full:
        caveats.append("Of the answered requests alone only the quartiles are drawn")
    if drawn:
        caveats.append(
            "At risk is counted at the first decision from that day on; left open: not decided, followed less long"
        )
    about_answered = (
        f" Answered alone, which is biased: median {numbers.days(answered_median)} days."
        if answered_median is not None
        else ""
    )
    return Block(
        "wait",
        sentences.wait(w),
        f"{w.name}: share of requests still undecided (Kaplan–Meier) · band: 95 % interval · "
        f"{numbers.count(w.requests)} requests · thin line: fewer than 10 at risk · "
        f"{dashed}source: request register",
        8,
        [edition.ref(WAIT, hq=w.name), edition.ref(ANSWERED, hq=w.name)],
        description=f"Share of requests to {w.name} still undecided by days since raised: {sentences.median_words(w)}; "
        f"{numbers.of(w.still_open, w.requests)} still open.{about_answered}",
        chart=wait_chart(curve) if drawn else None,
        table=Table("Still undecided by day", [Column(h, "right") for h in heads], rows) if drawn else None,
        caveat=one_line(caveats),
        nothing="One request alone draws no curve." if w.requests == 1 else nothing(edition, "request"),
    )


def _at(points: Sequence[Point], day: float) -> list[Cell]:
    """Share and interval of a step curve at ``day``."""
    known = [p for p in points if p.x <= day and p.y is not None]
    if not known:
        return [Cell(numbers.percent(1), 1.0), Cell(numbers.DASH, None, quiet=True)]
    last = known[-1]
    return [number_cell(last.y, numbers.percent), interval_cell(last.lower, last.upper, numbers.percent)]


def _answered(edition: Edition, w: Wait) -> list[tuple[float, float]]:
    """The biased curve, where anything is open that it leaves out.

    As published; else its three quartiles, which are then joined by straight dashes.
    """
    if not w.still_open:
        return []
    points = edition.figures.series(ANSWERED, "survival", hq=w.name)
    if points:
        return [(p.x, p.y) for p in points if p.y is not None]
    steps = [
        (edition.figures.value(ANSWERED, s, hq=w.name), y) for s, y in (("q25", 0.75), ("median", 0.5), ("q75", 0.25))
    ]
    known = [(x, y) for x, y in steps if x is not None]
    return known if len(known) == 3 else []


def _within_block(edition: Edition, w: Wait) -> Block:
    shares, within = [], {}
    for day in HORIZONS:
        f = edition.figures.one(WAIT, "survival", str(day), hq=w.name)
        share = 1 - f.value if f and f.value is not None else None
        within[day] = share
        low = 1 - f.upper if f and f.upper is not None else None
        high = 1 - f.lower if f and f.lower is not None else None
        reason = (f.reason if f else None) or "not known"
        shares.append(
            [
                Cell(f"{day} days", day),
                number_cell(share, numbers.percent, reason=reason, strong=True),
                interval_cell(low, high, numbers.percent),
            ]
        )
    quarters = []
    for name, statistic in (("A quarter", "q25"), ("Half (median)", "median"), ("Three quarters", "q75")):
        f = edition.figures.one(WAIT, statistic, hq=w.name)
        quarters.append(
            [
                name_cell(name),
                number_cell(
                    f.value if f else None, numbers.days, reason=(f.reason if f else None) or "not known", strong=True
                ),
                interval_cell(f.lower if f else None, f.upper if f else None, numbers.days),
            ]
        )
    answered = edition.figures.one(ANSWERED, "median", hq=w.name)
    if answered and answered.value is not None:
        quarters.append(
            [
                name_cell("Half of those answered (biased)"),
                number_cell(answered.value, numbers.days),
                interval_cell(answered.lower, answered.upper, numbers.days),
            ]
        )
    shown = next((d for d in (90, 60, 30, 180) if within[d] is not None), None)
    columns = [Column("Decided within"), Column("Share", "right"), Column("95 % interval", "right")]
    more = [Column("Decided after"), Column("Days", "right"), Column("95 % interval", "right")]
    return Block(
        "within",
        sentences.decided_within(shown, within[shown] if shown else None),
        f"{w.name}, open requests counted in",
        4,
        [edition.ref(WAIT, hq=w.name)],
        table=Table("Share decided within so many days", columns, shares),
        more=[Table("Days until so many are decided", more, quarters)],
        caveat="Requests that were never logged are invisible.",
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
