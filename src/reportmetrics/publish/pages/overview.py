"""The overview tells what needs a decision, and what changed.

Belongs here: the four key figures and the order of blocks. Not here: the rules of the two lists (``matters``), the
blocks on objectives (``mission_blocks``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reportmetrics.publish import numbers
from reportmetrics.publish.blocks import KeyFigure
from reportmetrics.publish.edition import Edition
from reportmetrics.publish.figures import Figures
from reportmetrics.publish.page import Page
from reportmetrics.publish.pages import objective_figures
from reportmetrics.publish.pages.burden_blocks import effort_block, efforts, recently
from reportmetrics.publish.pages.common import (
    last_weeks,
    one_wait,
    progressed,
    until_last_known,
    waits,
    waits_block,
    weekly,
)
from reportmetrics.publish.pages.matters import changes, matters
from reportmetrics.publish.pages.mission_blocks import coverage_block, progress_block
from reportmetrics.publish.pages.quadrant_blocks import quadrant_block
from reportmetrics.publish.pages.received import Received, received
from reportmetrics.publish.place_sentences import Place, stalled
from reportmetrics.publish.sentences import ALL_HIDDEN, NO_READING, NOTHING_YET, Wait, overview_heading
from reportmetrics.publish.text import isolated

COMPLETENESS, TIMELINESS, HOURS = "burden.completeness", "burden.timeliness", "burden.hours"
WEEKS = 13


def build(edition: Edition) -> Page:
    """The page from figures alone."""
    ordered = waits(edition)
    objectives = progressed(edition)
    places = objective_figures.places(edition)
    found, changed = matters(edition), changes(edition)
    halves = [quadrant_block(edition, places), progress_block(edition, objectives)]
    thirds = [
        waits_block(edition, "waits", ordered),
        effort_block(edition),
        replace(coverage_block(edition), screen_only=True),
    ]
    return Page(
        file="index.html",
        template="overview.html",
        navigation="Overview",
        crumb=["Overview"],
        heading=overview_heading(
            objectives, ordered[0] if ordered else None, stalled(places), nothing=_nothing(received(edition))
        ),
        lede=f"{numbers.count(len(objectives))} objectives. What was done and what changed are shown apart throughout.",
        blocks=[*halves, *thirds],
        content={
            "keys": [
                _objectives(edition, places),
                _reporting(edition),
                _headquarters(edition, ordered),
                _trust(edition),
            ],
            "decisions": found,
            "decisions_title": _decisions_title(len(found)),
            "changes": changed,
            "changed_title": _changed_title(edition, len(changed)),
            "changed_nothing": "No source is silent or stale, and no main figure is new or restated."
            if edition.past
            else "From the next publication on, new and restated figures stand here.",
            "halves": halves,
            "thirds": thirds,
        },
    )


def _nothing(known: Received) -> str:
    """The heading where no objective has a reading and no headquarters a request."""
    if not known.anything:
        return NOTHING_YET
    return ALL_HIDDEN if known.hidden else NO_READING


def _objectives(edition: Edition, places: Sequence[Place]) -> KeyFigure:
    question = "Activity or progress?"
    measured = [p for p in places if p.measured]
    if not measured:
        return KeyFigure(question, numbers.DASH, "no reading yet", "No objective was read in both quarters", "outcome")
    still = _stalled(edition.figures)
    busy = [p.objective_id for p in measured if p.position == "busy and stalled"]
    unread = [p.objective_id for p in places if not p.measured]
    note = "of those measured"
    if busy:
        note += f"; busy: {', '.join(busy) if len(busy) < 4 else numbers.count(len(busy))}"
    if unread:
        note += f"; {', '.join(unread) if len(unread) < 4 else numbers.count(len(unread))} unmeasured"
    trail = [still, *(_stalled(past.figures) for past in edition.past)][:WEEKS][::-1]
    return KeyFigure(
        question,
        numbers.of(still or 0, len(measured)),
        "objectives stalled",
        note,
        "outcome",
        trail,
        _before(trail, numbers.count),
    )


def _stalled(figures: Figures) -> float | None:
    """Objectives whose progress stands still beyond the neutral band; None where none was placed."""
    found = objective_figures.standings(figures)
    return float(found.get("stalled", 0)) if found else None


def _reporting(edition: Edition) -> KeyFigure:
    question = "What does reporting cost?"
    by_week = efforts(edition)
    trail = until_last_known([e.reporting for e in by_week[-WEEKS:]])
    recent = recently(by_week)
    if recent.reporting is None:
        if received(edition).hidden:
            return KeyFigure(question, numbers.DASH, numbers.HIDDEN, "", "process")
        return KeyFigure(question, numbers.DASH, "no report yet", "No hours are known for these weeks", "process")
    said = [f"contact takes {numbers.hours(recent.contact)}" if recent.contact is not None else "", _newest(edition)]
    return KeyFigure(
        question,
        numbers.hours(recent.reporting),
        "hours per advisor-week",
        "; ".join(s for s in said if s) or f"mean of {WEEKS} weeks",
        "process",
        trail,
        _before(trail, numbers.hours),
    )


def _newest(edition: Edition) -> str:
    """Hours of all advisors in the newest week known, with their bounds."""
    found = weekly(edition.figures, HOURS, "sum")
    week = next((w for w in reversed(last_weeks(edition, WEEKS)) if w in found and found[w].value is not None), None)
    if week is None:
        return ""
    last = found[week]
    spread = numbers.interval(last.lower, last.upper, numbers.hours) if last.lower != last.upper else ""
    bounds = f" ({spread}, part of the minutes is assumed)" if spread else ""
    return f"week of {numbers.day_and_month(week)}: {numbers.hours(last.value or 0.0)} hours{bounds}"


def _headquarters(edition: Edition, ordered: Sequence[Wait]) -> KeyFigure:
    if not ordered:
        return KeyFigure("How long does headquarters take?", numbers.DASH, "no request yet", "", "process")
    w = ordered[0]
    question = f"How long does {isolated(w.name)} take?"
    history = [one_wait(edition, w.name, past.figures).median for past in edition.past]
    trail = [w.median, *history][:WEEKS][::-1]
    is_open = f"{numbers.of(w.still_open, w.requests)} requests still open"
    if w.median is None:
        return KeyFigure(question, "not reached", "median", f"fewer than half are decided; {is_open}", "process")
    spread = numbers.interval(w.lower, w.upper, numbers.days)
    note = f"95 % interval {spread}; {is_open}" if spread else is_open
    return KeyFigure(
        question, numbers.days(w.median), "days, median", note, "process", trail, _before(trail, numbers.days)
    )


def _trust(edition: Edition) -> KeyFigure:
    question = "Can the figures be trusted?"
    share = edition.figures.one(COMPLETENESS, "share")
    if share is None or share.value is None:
        words = numbers.HIDDEN if share and share.suppressed else "no report was due"
        return KeyFigure(question, numbers.DASH, words, "", "data")
    came = edition.figures.value(COMPLETENESS, "numerator")
    spread = numbers.interval(share.lower, share.upper, numbers.percent)
    parts = [f"95 % interval {spread}" if spread else ""]
    if came is not None and share.n:
        parts.append(f"{numbers.of(came, share.n)} due came")
    on_time, timely = edition.figures.value(TIMELINESS, "numerator"), edition.figures.value(TIMELINESS, "share")
    if on_time is not None and timely is not None:
        parts.append(f"{numbers.count(on_time)} on time ({numbers.percent(timely)})")
    by_week = weekly(edition.figures, COMPLETENESS, "share")
    weeks = last_weeks(edition, WEEKS)
    trail = until_last_known([by_week[w].value if w in by_week else None for w in weeks])
    return KeyFigure(
        question,
        numbers.percent(share.value),
        "of reports came",
        "; ".join(p for p in parts if p),
        "data",
        trail,
        _before(trail, numbers.percent),
    )


def _before(trail: Sequence[float | None], write: numbers.Format) -> str:
    """The last week's value beside the small line."""
    if len(trail) < 2 or trail[-1] is None:
        return ""
    weeks = f"{len(trail)} weeks"
    return f"{weeks}; was {numbers.or_missing(trail[-2], write, 'not reported')}"


def _decisions_title(number: int) -> str:
    if number == 0:
        return "No matter needs a decision"
    matters_words = "matter needs" if number == 1 else "matters need"
    return f"{numbers.in_words(number).capitalize()} {matters_words} a decision"


def _changed_title(edition: Edition, number: int) -> str:
    if not edition.past:
        return "First publication: nothing to compare with" if not number else "First publication"
    since = numbers.day_and_month(edition.past[0].as_of)
    return f"What changed since {since}" if number else f"Nothing changed since {since}"
