"""The page of one objective: what was done on the left, what changed on the right, never on one axis.

Belongs here: the head of the page and the order of its blocks. Not here: the blocks (``objective_blocks``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reportmetrics.profile.objectives import Objective
from reportmetrics.publish import numbers
from reportmetrics.publish import objective_sentences as say
from reportmetrics.publish.edition import Edition
from reportmetrics.publish.page import Page
from reportmetrics.publish.pages import activity_blocks, change_blocks
from reportmetrics.publish.pages import objective_figures as read
from reportmetrics.publish.pages.common import PROGRESS
from reportmetrics.publish.pages.quadrant_blocks import quadrant_block
from reportmetrics.publish.place_sentences import WEEKS, Place, alarm_words
from reportmetrics.publish.text import isolated


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two large figures: its question, its level, the number and what it is."""

    question: str
    level: str
    figure: str
    words: str


def build(edition: Edition, place: Place, places: Sequence[Place]) -> Page:
    """The page from figures alone."""
    oid = place.objective_id
    objective = next(o for o in edition.objectives if o.objective_id == oid)
    file = read.objective_file(oid)
    kinds = read.kinds(edition.figures, oid)
    most = (kinds[0][0], kinds[0][1].value or 0.0) if kinds else None
    days = [d for d in (r.read_on for r in read.readings(edition, oid)) if d]
    pair = [activity_blocks.signals_block(edition, oid), change_blocks.paths_block(edition, oid, place)]
    rows = [
        [
            activity_blocks.kinds_block(edition, oid),
            activity_blocks.plans_block(edition, oid),
            quadrant_block(edition, places, 4, only=oid),
        ],
        [change_blocks.indicators_block(edition, oid)],
        [activity_blocks.causes_block(edition, oid), change_blocks.chain_block(edition, oid)],
        [change_blocks.requests_block(edition, oid)],
    ]
    return Page(
        file=file,
        template="objective.html",
        navigation=None,
        crumb=["Objectives", f"{oid} {objective.name}"],
        heading=say.objective_heading(
            place, most, read.noise(edition, oid), read.falls(edition, oid), max(days, default=None)
        ),
        lede=_lede(edition, objective),
        blocks=[*pair, *(b for row in rows for b in row)],
        content={
            "sides": [_done(edition, oid, most), _changed(edition, oid)],
            "pair": pair,
            "rows": rows,
            "stem": file.removesuffix(".html"),
            "alarm": alarm_words(place).capitalize() if place.alarm else "",
        },
        under=file,
        about=("objective", oid),
    )


def _lede(edition: Edition, objective: Objective) -> str:
    dates = sorted({i.target_on for i in edition.indicators(objective.objective_id) if i.target_on})
    target = ""
    if dates:
        between = numbers.date_long(dates[0])
        if len(dates) > 1:
            between += f" to {numbers.date_long(dates[-1])}"
        target = f" Target date {between}."
    aim = isolated(objective.aim.rstrip("."))
    name, owner = isolated(objective.name), isolated(objective.owner)
    return f"{objective.objective_id} {name}: {aim}. Owner: {owner}.{target}"


def _done(edition: Edition, oid: str, most: tuple[str, float] | None) -> Side:
    question, level = "What was done", "activity"
    if most is None:
        return Side(question, level, numbers.DASH, "nothing reported in 13 weeks")
    kind, number = most
    others = []
    for o in edition.objectives:
        if o.objective_id != oid:
            found = dict(read.kinds(edition.figures, o.objective_id))
            others.append((found[kind].value or 0.0) if kind in found else 0.0)
    others.sort()
    words = f"{say.many(kind, number).split(' ', 1)[1]} a week, mean of {WEEKS} weeks"
    if others:
        words += f" · median of the other objectives {numbers.hours(others[len(others) // 2])}"
    return Side(question, level, numbers.hours(number), words)


def _changed(edition: Edition, oid: str) -> Side:
    question, level = "What changed", "outcome"
    median = edition.figures.one(PROGRESS, "median", objective_id=oid)
    known = edition.figures.value(PROGRESS, "known", objective_id=oid) or 0
    total = edition.figures.value(PROGRESS, "total", objective_id=oid) or 0
    if median is None or median.value is None:
        reason = (median.reason if median else None) or "no reading"
        return Side(question, level, numbers.DASH, f"{reason} · {numbers.of(known, total)} indicators with progress")
    spread = numbers.interval(median.lower, median.upper, numbers.progress)
    bounds = f", bounds {spread}" if spread and median.lower != median.upper else ""
    if median.lower is None and median.upper is None:
        bounds = ", unbounded: half or more are not known"
    words = f"median progress{bounds} · {numbers.of(known, total)} indicators with progress"
    return Side(question, level, numbers.progress(median.value), words)
