"""Blocks of one headquarters' wait: the curve, and how many are decided within so many days.

Belongs here: what is read off the survival figures. Not here: backlog and comparison (``headquarters``).
"""

from __future__ import annotations

from collections.abc import Sequence

from reportmetrics.publish import numbers, sentences
from reportmetrics.publish.blocks import Block, Cell, Column, Table, interval_cell, name_cell, number_cell
from reportmetrics.publish.charts.wait_labels import WaitCurve
from reportmetrics.publish.charts.waiting import at_risk, ticks, wait_chart
from reportmetrics.publish.edition import Edition
from reportmetrics.publish.figures import Point
from reportmetrics.publish.pages.common import ANSWERED, HORIZONS, WAIT, nothing, one_line
from reportmetrics.publish.sentences import Wait
from reportmetrics.publish.text import isolated

WORKING, REPLY, EARLIEST = "latency.working_days", "latency.time_to_acknowledgement", "latency.earliest_decision"


def curve_block(edition: Edition, w: Wait) -> Block:
    """The wait curve with its numbers at risk, and the biased curve beside it."""
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
    heads = ["Day", "Still undecided, %", "95 % interval", "At risk", "Decided", "Still open"]
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
            "At risk is counted at the first decision from that day on; still open: neither decided nor at risk then"
        )
    about_answered = (
        f" Answered alone, which is biased: median {numbers.days(answered_median)} days."
        if answered_median is not None
        else ""
    )
    return Block(
        "wait",
        sentences.wait(w),
        f"{isolated(w.name)}: share of requests still undecided (Kaplan–Meier) · band: 95 % interval · "
        f"{numbers.count(w.requests)} requests · thin line: fewer than 10 at risk · "
        f"{dashed}source: request register",
        8,
        [edition.ref(WAIT, hq=w.name), edition.ref(ANSWERED, hq=w.name)],
        description=f"Share of requests to {isolated(w.name)} still undecided by days since raised: "
        f"{sentences.median_words(w)}; "
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


def within_block(edition: Edition, w: Wait) -> Block:
    """Shares decided within some horizons, and medians in calendar and working days and to the first reply."""
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
    shown = next((d for d in (90, 60, 30, 180) if within[d] is not None), None)
    columns = [Column("Decided within"), Column("Share", "right"), Column("95 % interval", "right")]
    more = [Column("Median"), Column("Days", "right"), Column("95 % interval", "right")]
    return Block(
        "within",
        sentences.decided_within(shown, within[shown] if shown else None),
        f"{isolated(w.name)}, open requests counted in",
        4,
        [edition.ref(WAIT, hq=w.name)],
        table=Table("Share decided within so many days", columns, shares),
        more=[Table("Median days, by how they are counted", more, _medians(edition, w))],
        caveat=one_line(["Requests that were never logged are invisible", _band(edition, w)]),
    )


def _medians(edition: Edition, w: Wait) -> list[list[Cell]]:
    """Medians in calendar days, in working days, to the first reply; the quarters; the biased one for comparison."""
    wanted = [
        ("Calendar days", WAIT, "median", {}),
        (f"Working days of {isolated(w.name)}", WORKING, "median", {"calendar": "headquarters"}),
        ("Days on which both work", WORKING, "median", {"calendar": "both"}),
        ("First reply", REPLY, "median", {}),
        ("A quarter decided after", WAIT, "q25", {}),
        ("Three quarters after", WAIT, "q75", {}),
    ]
    rows = []
    for name, metric, statistic, more in wanted:
        f = edition.figures.one(metric, statistic, hq=w.name, **more)
        no_calendar = metric == WORKING and (f is None or f.reason == "nothing observed")
        reason = "no calendar" if no_calendar else (f.reason if f else None) or "not known"
        value, lower, upper = (f.value, f.lower, f.upper) if f else (None, None, None)
        rows.append(
            [
                name_cell(name),
                number_cell(value, numbers.days, reason=reason, strong=True),
                interval_cell(lower, upper, numbers.days),
            ]
        )
    answered = edition.figures.one(ANSWERED, "median", hq=w.name)
    if answered and answered.value is not None:
        biased = [
            number_cell(answered.value, numbers.days),
            interval_cell(answered.lower, answered.upper, numbers.days),
        ]
        rows.append([name_cell("Answered alone (biased)"), *biased])
    return rows


def _band(edition: Edition, w: Wait) -> str:
    """How much earlier the median may be, where decisions are known from lists that come now and then."""
    early = edition.figures.value(EARLIEST, "median", hq=w.name)
    if early is None or w.median is None or numbers.days(early) == numbers.days(w.median):
        return ""
    return (
        f"Decisions are known from lists only: the median lies between {numbers.days(early)} and "
        f"{numbers.days(w.median)} days"
    )
