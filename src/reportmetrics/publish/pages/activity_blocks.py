"""Blocks on one objective: what was done for it.

Belongs here: the teal half of the page of one objective. Not here: what changed (``change_blocks``).
"""

from __future__ import annotations

import datetime as dt

from reportmetrics.publish import numbers, palette, place_sentences
from reportmetrics.publish import objective_sentences as say
from reportmetrics.publish.blocks import Block, Cell, Column, Table, interval_cell, name_cell, number_cell
from reportmetrics.publish.charts.bars import Bar, bars_chart, paler
from reportmetrics.publish.charts.signals import Period, signals_chart
from reportmetrics.publish.edition import Edition
from reportmetrics.publish.pages import objective_figures as read
from reportmetrics.publish.pages.common import nothing, one_line, until, weekly
from reportmetrics.publish.pages.received import activity

WEEKS = 52


def signals_block(edition: Edition, objective_id: str) -> Block:
    """XmR chart of activity; without limits the weeks alone."""
    mean = edition.figures.one(read.SIGNALS, "mean", objective_id=objective_id)
    periods, monthly = _periods(edition, objective_id)
    flagged = sum(1 for p in periods if p.rules)
    known = sum(1 for p in periods if p.value is not None)
    unit = "month" if monthly else "week"
    value = mean.value if mean else None
    latest = next((bool(p.rules) for p in reversed(periods) if p.value is not None), False)
    total = sum(p.value or 0.0 for p in periods)
    reason = (mean.reason or "") if mean else ""
    finding = say.signals(value, known, flagged, latest, total=total, unit=unit, reason=reason)
    rows = [
        [
            Cell(numbers.date_short(p.start), p.start),
            number_cell(p.value, numbers.hours, reason="not reported"),
            interval_cell(p.lower, p.upper, numbers.hours),
            Cell("yes" if p.rules else "no", p.rules),
        ]
        for p in periods
    ]
    columns = [
        Column(f"{unit.capitalize()} of", facet="period", days=31 if monthly else 7),
        Column("Held a week", "right"),
        Column("Limits", "right"),
        Column("Signal", "right"),
    ]
    chart = signals_chart(periods, value, y_title="Activities a week") if known else None
    return Block(
        "signals",
        finding,
        f"Activities held a week, {'by month' if monthly else f'{len(periods)} weeks'} · grey: limits of routine "
        "variation (XmR), frozen at 24 · ringed: a rule points at it · source: activity reports",
        6,
        [edition.ref(read.SIGNALS, objective_id=objective_id)],
        description=f"{finding}. {_span(periods, unit)}"
        + (f" Mean {numbers.hours(value)}." if value is not None else ""),
        chart=chart,
        table=Table("Activities held by period", columns, rows) if known else None,
        caveat=one_line([*(mean.caveat_sentences() if mean else []), *_unreported(periods)]) if known else "",
        nothing=nothing(edition, "activity"),
    )


def _span(periods: list[Period], unit: str) -> str:
    """How many periods are known, and the least and the most held in one, in words."""
    values = [p.value for p in periods if p.value is not None]
    if not values:
        return f"No {unit} reported."
    span = f"{numbers.hours(min(values))} to {numbers.hours(max(values))}"
    return f"{len(values)} {unit}s reported, {span} activities a week."


def _periods(edition: Edition, objective_id: str) -> tuple[list[Period], bool]:
    """The chart's periods of the last year; weeks as held where the chart has no limits."""
    points = edition.figures.series(read.SIGNALS, "xmr", objective_id=objective_id)
    found = [Period(read.EPOCH + dt.timedelta(days=p.x), p.y, p.lower, p.upper, int(p.n or 0)) for p in points]
    monthly = len(found) > 1 and all(p.start.day == 1 for p in found)
    if not found:
        by_week = weekly(edition.figures, read.HELD, "sum", objective_id=objective_id)
        monday = edition.as_of - dt.timedelta(days=edition.as_of.weekday())
        weeks = sorted(w for w in by_week if w + dt.timedelta(days=7) <= edition.as_of and w < monday)
        found = [Period(w, by_week[w].value) for w in weeks]
    since = edition.as_of - dt.timedelta(weeks=WEEKS)
    return [p for p in found if p.start >= since], monthly


def _unreported(periods: list[Period]) -> list[str]:
    gaps = [numbers.date_long(p.start) for p in periods if p.value is None]
    if not gaps:
        return []
    if len(gaps) == 1:
        return [f"The week of {gaps[0]} was not reported; it is a gap, not a zero"]
    return [f"{len(gaps)} periods were not reported; they are gaps, not zeros"]


def kinds_block(edition: Edition, objective_id: str) -> Block:
    """Kinds of activity, most first."""
    found = read.kinds(edition.figures, objective_id)
    parts = [(kind, f.value or 0.0) for kind, f in found]
    bars = [Bar(kind, v, numbers.hours(v)) for kind, v in parts]
    rows = [
        [name_cell(kind), number_cell(f.value, numbers.hours), interval_cell(f.lower, f.upper, numbers.hours)]
        for kind, f in found
    ]
    columns = [Column("Kind"), Column("Held a week", "right"), Column("95 % interval", "right")]
    return Block(
        "kinds",
        say.kinds(parts, activity(edition.figures)),
        f"Activities held a week, {place_sentences.WEEKS} weeks, weeks not reported left out · "
        "source: activity reports",
        4,
        [edition.ref(read.WEEKLY, objective_id=objective_id)],
        description="Held a week: " + "; ".join(f"{k} {numbers.hours(v)}" for k, v in parts) + ".",
        chart=bars_chart(bars, colour=palette.TEAL, named_colour=palette.TEAL, row=34) if bars else None,
        table=Table("Activities a week by kind", columns, rows) if bars else None,
        nothing=nothing(edition, "activity"),
    )


PLAN_WORDS = {"held": "Held", "postponed": "Postponed", "cancelled": "Cancelled", "no word": "No word since"}


def plans_block(edition: Edition, objective_id: str) -> Block:
    """What became of what was planned."""
    share = edition.figures.one(read.EXECUTION, "share", objective_id=objective_id)
    found = {
        name: edition.figures.value(read.PLANS, "sum", objective_id=objective_id, plan_outcome=name)
        for name in (*PLAN_WORDS, "unplanned")
    }
    planned = sum(found[name] or 0 for name in PLAN_WORDS)
    finding = say.executed(share.value if share else None, int(planned), activity(edition.figures))
    bars = [
        Bar(words, found[name] or 0.0, f"{numbers.count(found[name] or 0)}", named=name == "held")
        for name, words in PLAN_WORDS.items()
        if name != "no word" or found[name]
    ]
    rows = [
        [
            name_cell(words),
            number_cell(found[name] or 0.0, numbers.count),
            Cell(numbers.percent((found[name] or 0) / planned) if planned else "", (found[name] or 0) / (planned or 1)),
        ]
        for name, words in PLAN_WORDS.items()
    ]
    spread = numbers.interval(share.lower, share.upper, numbers.percent) if share else ""
    unplanned = f"{numbers.count(found['unplanned'] or 0)} more were held without having been planned"
    columns = [Column("What became of plans"), Column("Activities", "right"), Column("Share", "right")]
    return Block(
        "plans",
        finding,
        f"{numbers.count(planned) if planned else 'What was'} planned for a day before "
        f"{numbers.date_long(edition.as_of)}"
        + (f" · held: 95 % interval {spread}" if spread else "")
        + " · source: activity reports",
        4,
        [edition.ref(read.EXECUTION, objective_id=objective_id), edition.ref(read.PLANS, objective_id=objective_id)],
        description=f"{finding}. "
        + "; ".join(f"{w.lower()} {numbers.count(found[n] or 0)}" for n, w in PLAN_WORDS.items())
        + ".",
        chart=bars_chart(bars, colour=paler(palette.TEAL), named_colour=palette.TEAL, row=34) if planned else None,
        table=Table("What became of plans", columns, rows) if planned else None,
        caveat=one_line([unplanned]) if found["unplanned"] else "",
        nothing=nothing(edition, "activity"),
    )


def causes_block(edition: Edition, objective_id: str) -> Block:
    """What was cancelled, by cause, and what a meeting outside puts on the road."""
    parts = sorted(
        (
            (f.dims["cause"] or "not stated", f.value or 0.0)
            for f in edition.figures.each(read.CANCELLED, "sum", "objective_id", "cause")
            if f.dims["objective_id"] == objective_id
        ),
        key=lambda item: (-item[1], item[0]),
    )
    total = sum(v for _, v in parts)
    known = activity(edition.figures)
    finding = say.causes(parts, total, known)
    bars = [Bar(cause, v, numbers.count(v), named=k == 0) for k, (cause, v) in enumerate(parts)]
    columns = [Column("Cause"), Column("Cancelled", "right")]
    return Block(
        "causes",
        finding,
        f"Cancelled activities {until(edition)} by cause, as stated by the sender · low activity under restricted "
        "movement is not low effort · source: activity reports",
        4,
        [
            edition.ref(read.CANCELLED, objective_id=objective_id),
            edition.ref(read.MOVEMENT, objective_id=objective_id),
        ],
        description=f"{finding}. " + "; ".join(f"{c} {numbers.count(v)}" for c, v in parts) + ".",
        chart=bars_chart(bars, colour=paler(palette.TEAL), named_colour=palette.TEAL, row=26) if bars else None,
        table=Table(
            "Cancelled activities by cause", columns, [[name_cell(c), number_cell(v, numbers.count)] for c, v in parts]
        )
        if bars
        else None,
        caveat=trips_words(edition, objective_id),
        nothing="No activity of this objective was cancelled." if known else nothing(edition, "activity"),
    )


def trips_words(edition: Edition, objective_id: str) -> str:
    """How many vehicles a meeting outside takes, as a sentence; empty where none was held outside."""
    figure = edition.figures.one(read.MOVEMENT, "rate", objective_id=objective_id)
    if figure is None or figure.value is None:
        return ""
    trips = numbers.with_interval(figure.value, figure.lower, figure.upper, numbers.progress)
    return f"A meeting outside takes {trips} vehicle trips."
