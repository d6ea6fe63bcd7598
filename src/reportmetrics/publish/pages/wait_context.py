"""What stands around one headquarters' wait: quarters, types, what becomes of requests, who was at work, what is asked.

Belongs here: blocks of a headquarters' page beside its curve. Not here: the curve (``wait_blocks``), the list of the
oldest and the order of the page (``headquarters``).
"""

from __future__ import annotations

from collections.abc import Sequence

from reportmetrics.publish import numbers, palette, sentences, wait_sentences
from reportmetrics.publish.blocks import (
    Block,
    Cell,
    Column,
    Table,
    estimate_cell,
    interval_cell,
    name_cell,
    number_cell,
)
from reportmetrics.publish.charts.bars import Bar, bars_chart, paler
from reportmetrics.publish.charts.dots import SHARES, WaitRow, waits_chart
from reportmetrics.publish.charts.incidence import Layer, incidence_chart
from reportmetrics.publish.edition import Edition
from reportmetrics.publish.figures import Figure
from reportmetrics.publish.pages.common import BY_GROUP, WAIT, apart, nothing, one_line, until
from reportmetrics.publish.sentences import Wait
from reportmetrics.publish.text import isolated

COHORT, INCIDENCE, AT_WORK = "latency.cohort", "latency.outcome_incidence", "latency.days_at_work"
RECIPROCITY = "latency.reciprocity"
COHORT_DAY = 60
QUARTER_DAYS = 91
GROUPINGS = (("request_type", "type of request", "types"), ("priority", "priority", "priorities"))
SIDES = (
    ("both", "Both sides"),
    ("headquarters only", "Headquarters alone"),
    ("mission only", "Mission alone"),
    ("neither", "Neither side"),
)


def cohort_block(edition: Edition, w: Wait) -> Block:
    """Shares decided within 60 days, by the quarter in which requests were raised."""
    figures = [f for f in edition.figures.each(COHORT, "survival", "hq", "quarter") if f.dims["hq"] == w.name]
    figures = sorted((f for f in figures if f.label == str(COHORT_DAY)), key=lambda f: f.dims["quarter"] or "")
    p = edition.figures.value(BY_GROUP, "p", "quarter", hq=w.name)
    told = apart(edition, hq=w.name)
    raw = {_quarter(f.dims["quarter"]): f.dims["quarter"] or "" for f in figures}
    rows, cells = [], []
    for f in figures:
        name, n = _quarter(f.dims["quarter"]), f.n or 0
        share = None if f.value is None else 1 - f.value
        low, high = (None if v is None else 1 - v for v in (f.upper, f.lower))
        few = f.has("few")
        beside = (numbers.interval(low, high, numbers.percent), f"of {numbers.count(n)}" + (", few" if few else ""))
        missing = numbers.HIDDEN if f.suppressed else "too young to tell"
        rows.append(WaitRow(name, share, low, high, tuple(b for b in beside if b), missing, few))
        cells.append(
            [
                Cell(name, name, key=f.dims["quarter"] or ""),
                number_cell(share, numbers.percent, reason=f.reason, strong=True),
                interval_cell(low, high, numbers.percent),
                Cell(numbers.count(n), n),
            ]
        )
    columns = [
        Column("Raised in", facet="period", days=QUARTER_DAYS),
        *(Column(h, "right") for h in ("Decided", "95 % interval", "Requests")),
    ]
    return Block(
        "cohorts",
        wait_sentences.cohorts(
            [(r.name, None if r.thin else r.median) for r in rows], p, lambda a, b: told(raw[a], raw[b]), day=COHORT_DAY
        ),
        f"{isolated(w.name)}: share decided within {COHORT_DAY} days, by quarter raised, "
        f"{until(edition)} · open requests counted in · source: request register",
        4,
        [edition.ref(COHORT, hq=w.name), edition.ref(BY_GROUP, hq=w.name)],
        description=f"Decided within {COHORT_DAY} days, by quarter raised: "
        + "; ".join(f"{r.name} {numbers.or_missing(r.median, numbers.percent, r.missing)}" for r in rows)
        + ".",
        chart=waits_chart(rows, axis=f"Decided within {COHORT_DAY} days", reading=SHARES) if rows else None,
        table=Table(f"Decided within {COHORT_DAY} days by quarter raised", columns, cells) if rows else None,
        caveat=one_line([wait_sentences.test_words(p, "the quarters")]),
        nothing=nothing(edition, "request"),
    )


def _quarter(day: str | None) -> str:
    first = numbers.parse_day(day)
    return f"Q{(first.month + 2) // 3} {first.year}" if first else "not stated"


def group_blocks(edition: Edition, w: Wait) -> list[Block]:
    """Medians by type and by priority, where there are at least two groups."""
    blocks = []
    for dimension, words, plural in GROUPINGS:
        figures = [f for f in edition.figures.each(WAIT, "median", "hq", dimension) if f.dims["hq"] == w.name]
        if len(figures) > 1:
            blocks.append(_by_group(edition, w, figures, (dimension, words, plural)))
    return blocks


def _by_group(edition: Edition, w: Wait, figures: Sequence[Figure], grouping: tuple[str, str, str]) -> Block:
    dimension, words, plural = grouping
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
    p = edition.figures.value(BY_GROUP, "p", dimension, hq=w.name)
    columns = [Column(words.capitalize()), *(Column(h, "right") for h in ("Median, days", "95 % interval", "Requests"))]
    more = f"The {len(rows) - 8} shortest are in the table only" if len(rows) > 8 else ""
    return Block(
        "groups" if dimension == "request_type" else f"groups-{dimension}",
        sentences.groups_compared(
            words, [(r.name, None if r.thin else r.median) for r in rows], apart(edition, hq=w.name)
        ),
        f"{isolated(w.name)}: median days and 95 % interval, by {words}, {until(edition)} · source: request register",
        4,
        [edition.ref(WAIT, hq=w.name), edition.ref(BY_GROUP, hq=w.name)],
        description=f"Median days by {words}: "
        + "; ".join(f"{r.name} {numbers.or_missing(r.median, numbers.days, r.missing)}" for r in rows)
        + ".",
        chart=waits_chart(rows[:8]),
        table=Table(f"Median days by {words}", columns, cells),
        caveat=one_line([more, wait_sentences.test_words(p, f"the {plural}")]),
    )


def incidence_block(edition: Edition, w: Wait) -> Block:
    """What becomes of requests: stacked shares by day, open as the remainder."""
    figures = edition.figures
    causes = [f.label for f in figures.each(INCIDENCE, "events", "hq") if f.dims["hq"] == w.name and f.label]
    causes = [c for c in causes if figures.value(INCIDENCE, "events", c, hq=w.name)]
    layers = [Layer(c.capitalize(), figures.series(INCIDENCE, c, hq=w.name)) for c in causes]
    drawn = [layer for layer in layers if len(layer.points) > 1]
    end = max((layer.points[-1].x for layer in drawn), default=0.0)
    horizon = _told_by(edition, w, causes)
    day, parts, still_open = horizon or _at_the_end(drawn, end)
    ended = sum(figures.value(INCIDENCE, "events", c, hq=w.name) or 0 for c in causes)
    told = horizon is not None or ended >= sentences.FEW_EVENTS
    marked = figures.one(INCIDENCE, "events", causes[0], hq=w.name) if causes else None
    return Block(
        "becomes",
        wait_sentences.becomes(parts, still_open, day if told else None, w.requests),
        f"{isolated(w.name)}: share of requests by what has become of them (Aalen–Johansen), {until(edition)} · "
        "each way of ending keeps a request from ending otherwise · source: request register",
        8,
        [edition.ref(INCIDENCE, hq=w.name)],
        description=_shares_in_words(day, parts, still_open),
        chart=incidence_chart(drawn, end) if drawn and end > 0 else None,
        table=_incidence_table(edition, w, causes) if causes else None,
        caveat=one_line(marked.caveat_sentences() if marked else []),
        nothing=nothing(edition, "request") if w.requests == 0 else "No request has ended yet.",
    )


Told = tuple[float, list[tuple[str, "float | None"]], "float | None"]
"""A day, the share of each way of ending by then, and the share still open."""


def _told_by(edition: Edition, w: Wait, causes: Sequence[str]) -> Told | None:
    """The shares by the first of the horizons that the requests were followed to."""
    for day in (90, 60, 30, 180):
        still_open = edition.figures.value(INCIDENCE, "undecided", str(day), hq=w.name)
        if still_open is not None:
            label = "{} " + str(day)
            parts = [(c, edition.figures.value(INCIDENCE, "incidence", label.format(c), hq=w.name)) for c in causes]
            return day, parts, still_open
    return None


def _at_the_end(drawn: Sequence[Layer], end: float) -> Told:
    """The shares on the day on which the curves end, before the first horizon."""
    parts = [(layer.name.lower(), layer.points[-1].y) for layer in drawn]
    still_open = round(1 - sum(share or 0.0 for _, share in parts), 9)
    return round(end, 1), list(parts), still_open


def _shares_in_words(day: float, parts: Sequence[tuple[str, float | None]], still_open: float | None) -> str:
    """The chart in words."""
    said = "; ".join(
        f"{name} {numbers.or_missing(share, numbers.percent)}" for name, share in (*parts, ("open", still_open))
    )
    return f"Shares by {numbers.days(day)} days: {said}."


def _incidence_table(edition: Edition, w: Wait, causes: Sequence[str]) -> Table:
    labels = [f.label for f in edition.figures.each(INCIDENCE, "undecided", "hq") if f.dims["hq"] == w.name]
    rows = []
    for name in (*causes, "open"):
        cells = [name_cell(name.capitalize())]
        for label in labels:
            key = ("undecided", label) if name == "open" else ("incidence", f"{name} {label}")
            f = edition.figures.one(INCIDENCE, *key, hq=w.name)
            if f is None or f.value is None:
                cells.append(number_cell(None, numbers.percent, reason=f.reason if f else None))
                continue
            cells.append(estimate_cell(f.value, f.lower, f.upper, numbers.percent))
        rows.append(cells)
    heads = [Column(f"By {label} days, share (95 % interval)", "right") for label in labels]
    return Table("What becomes of requests", [Column("Ended as"), *heads], rows)


def at_work_block(edition: Edition, w: Wait) -> Block:
    """The days waited, by who was at work on them."""
    days = {s: edition.figures.value(AT_WORK, "sum", hq=w.name, at_work=s) for s, _ in SIDES}
    known = {s: v for s, v in days.items() if v is not None}
    total = sum(known.values())
    shares = [(s, known[s] / total) for s in known] if total > 0 else []
    words = dict(SIDES)
    bars = [Bar(words[s], v, numbers.percent(v), named=s == "both") for s, v in shares]
    columns = [Column("At work"), Column("Days waited", "right"), Column("Share", "right")]
    rows = [
        [name_cell(words[s]), number_cell(known[s], numbers.count), number_cell(v, numbers.percent)] for s, v in shares
    ]
    return Block(
        "at-work",
        wait_sentences.at_work(shares),
        f"{isolated(w.name)}: all days waited {until(edition)}, those of open requests too, by the "
        "calendars of both sides · source: request register, calendars of the profile",
        4,
        [edition.ref(AT_WORK, hq=w.name)],
        description="Days waited by who was at work: "
        + "; ".join(f"{words[s]} {numbers.percent(v)}" for s, v in shares)
        + ".",
        chart=bars_chart(bars, colour=paler(palette.PURPLE), named_colour=palette.PURPLE, row=42) if shares else None,
        table=Table("Days waited by who was at work", columns, rows) if shares else None,
        nothing="The profile has no calendar for this headquarters." if w.requests else nothing(edition, "request"),
    )


def reciprocity_block(edition: Edition, w: Wait, ordered: Sequence[Wait]) -> Block:
    """Hours that headquarters ask for in reports, beside the median time to answer; this one first."""
    rows = []
    for other in (w, *(o for o in ordered if o.name != w.name)):
        asked = edition.figures.one(RECIPROCITY, "hours_per_week", hq=other.name)
        median = edition.figures.one(RECIPROCITY, "median", hq=other.name)
        reports = (asked.n or 0) + (asked.n_missing or 0) if asked else 0
        if not reports and other.name != w.name:
            continue
        hours = asked.value if asked and reports else None
        rows.append(
            [
                name_cell(other.name),
                number_cell(hours, numbers.hours, reason="none goes there", strong=other.name == w.name),
                number_cell(
                    median.value if median else None,
                    numbers.days,
                    reason=(median.reason if median else None) or "no request",
                    strong=other.name == w.name,
                ),
            ]
        )
    mine = edition.figures.one(RECIPROCITY, "hours_per_week", hq=w.name)
    reports = (mine.n or 0) + (mine.n_missing or 0) if mine else 0
    columns = [Column("Headquarters"), Column("Asks, hours a week", "right"), Column("Median wait, days", "right")]
    return Block(
        "reciprocity",
        wait_sentences.reciprocity(w.name, mine.value if mine else None, reports, w.median),
        "Hours of reports that go to a headquarters, mean of 13 weeks, beside the median wait for its answers",
        4,
        [edition.ref(RECIPROCITY, hq=w.name)],
        table=Table("What headquarters ask for, and how long they take to answer", columns, rows),
        caveat="Reports that the mission’s own headquarters passes on are not seen here.",
        nothing=nothing(edition, "request"),
    )
