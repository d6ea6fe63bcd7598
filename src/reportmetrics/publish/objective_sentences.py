"""Findings on one objective in words: what was done, what changed, what it waits for.

Belongs here: plain functions from numbers to one sentence. Not here: findings on all objectives (``place_sentences``),
how a number is written (``numbers``).
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from reportmetrics.publish.numbers import count, date_long, hours, in_words, of, percent, progress
from reportmetrics.publish.place_sentences import WEEKS, Place, position_words
from reportmetrics.publish.sentences import first_true
from reportmetrics.publish.text import isolated


@dataclass(frozen=True, slots=True)
class Fall:
    """An indicator that fell at its latest reading by more than its noise, both as shares of the way."""

    indicator_id: str
    by: float
    noise: float


@dataclass(frozen=True, slots=True)
class Pace:
    """Pace of one indicator against the pace that its target needs from now on; None where it cannot be said."""

    indicator_id: str
    ratio: float | None


def many(kind: str, number: float) -> str:
    """``20 meetings``; a kind that is no plain English word stands as it is."""
    written = hours(number) if number < 10 and number != round(number) else count(number)
    several = _plural(kind)
    if several:
        return f"{written} {kind if written == '1' else several}"
    return f"{written} of kind {isolated(kind)}"


def _plural(kind: str) -> str:
    """``meetings``; empty for a kind that is no plain English word."""
    return f"{kind}s" if re.fullmatch(r"[a-z]+[a-rt-xz]", kind) else ""


def objective_heading(
    place: Place, kind: tuple[str, float] | None, noise: float, falls: Sequence[Fall], read_on: dt.date | None
) -> str:
    """Heading of an objective's page. ``kind`` is the most frequent kind and how many of it are held a week."""
    done = f"{many(*kind)} a week" if kind else "no activity reported"
    contact = f"{hours(place.hours)} contact hours in {WEEKS} weeks" if place.hours is not None else done
    unmeasured = f"Unmeasured: {contact}"
    return first_true(
        [
            (
                not place.measured and read_on is None and kind is None and not place.hours,
                lambda: "No activity and no reading received yet",
            ),
            (not place.measured and read_on is None, lambda: f"{unmeasured}, no reading yet"),
            (len(falls) == 1, lambda: f"One indicator fell by {_fall(falls[0])}"),
            (
                len(falls) > 1,
                lambda: f"{in_words(len(falls)).capitalize()} indicators fell by more than their noise",
            ),
            (
                not place.measured and read_on is not None,
                lambda: f"{unmeasured}, no change read; last reading {date_long(read_on or dt.date.min)}",
            ),
            (True, lambda: f"{position_words(place.position)}: {done}, {change(place, noise)}"),
        ]
    )


def _fall(fall: Fall) -> str:
    return f"{progress(fall.by)}, more than its noise of {progress(fall.noise)}"


def change(place: Place, noise: float) -> str:
    """What the median did over the last quarter; unchanged is inside the noise."""
    if place.before is None or place.now is None:
        return "progress not read in both quarters"
    if abs(place.now - place.before) <= noise:
        return f"progress unchanged at {progress(place.now)}"
    return f"progress from {progress(place.before)} to {progress(place.now)}"


def signals(
    mean: float | None, points: int, flagged: int, latest: bool, *, total: float, unit: str = "week", reason: str = ""
) -> str:
    """Finding of the XmR chart: ``points`` periods known, ``total`` activities, ``flagged`` by a rule."""
    return first_true(
        [
            (points == 0, lambda: "No activity reported yet"),
            (total == 0, lambda: f"No activity was held in the {count(points)} {unit}s reported"),
            (
                mean is None and reason.startswith("no variation"),
                lambda: "Activity is the same in each period reported",
            ),
            (mean is None, lambda: "Too few periods to tell a change from chance"),
            (
                flagged == 0,
                lambda: (
                    f"Activities stay at about {hours(mean or 0)} a week: no signal of a change in {points} {unit}s"
                ),
            ),
            (
                latest,
                lambda: f"Activities have changed: {of(flagged, points)} {unit}s are signals, the latest among them",
            ),
            (True, lambda: f"{of(flagged, points)} {unit}s signal a change; the latest does not"),
        ]
    )


def path(before: float | None, now: float | None, planned: float | None, noise: float, known: int) -> str:
    """Finding of the progress paths: the median over the last quarter, and where an even pace would stand today."""
    even = f"; an even pace would stand at {progress(planned)}" if planned is not None else ""
    return first_true(
        [
            (known == 0 or now is None, lambda: "No indicator has progress yet"),
            (before is None, lambda: f"The median stands at {progress(now or 0)}{even}"),
            (
                abs((now or 0) - (before or 0)) <= noise,
                lambda: f"The median has stayed at {progress(now or 0)}{even}",
            ),
            (True, lambda: f"The median went from {progress(before or 0)} to {progress(now or 0)}{even}"),
        ]
    )


def kinds(parts: Sequence[tuple[str, float]], received: bool = True) -> str:
    """Finding of the kinds of activity, most first. Without a report ``received``, none of these says 'nothing'."""
    total = sum(v for _, v in parts)
    return first_true(
        [
            (not received, lambda: "No kind of activity reported yet"),
            (not parts or total == 0, lambda: f"Nothing was held in {WEEKS} weeks"),
            (len(parts) == 1, lambda: f"All of what was done is of one kind: {isolated(parts[0][0])}"),
            (
                bool(_plural(parts[0][0]) if parts else ""),
                lambda: f"{_plural(parts[0][0]).capitalize()} are {percent(parts[0][1] / total)} of what was done",
            ),
            (True, lambda: f"{percent(parts[0][1] / total)} of what was done is of kind {isolated(parts[0][0])}"),
        ]
    )


def executed(share: float | None, planned: int, received: bool = True) -> str:
    """Finding of what became of plans."""
    return first_true(
        [
            (not received, lambda: "No plan received yet"),
            (planned == 0 or share is None, lambda: "Nothing was planned"),
            (True, lambda: f"{percent(share or 0)} of planned activities were held"),
        ]
    )


def causes(parts: Sequence[tuple[str, float]], total: float, received: bool = True) -> str:
    """Finding of what was cancelled, by cause, most first."""
    return first_true(
        [
            (not received, lambda: "No cancellation received yet"),
            (total == 0 or not parts, lambda: "Nothing was cancelled"),
            (
                len(parts) > 1 and parts[0][1] == parts[1][1],
                lambda: f"{count(total)} cancelled, for {in_words(len(parts))} causes",
            ),
            (True, lambda: f"{count(total)} cancelled, most often: {isolated(parts[0][0])}"),
        ]
    )


def paces(found: Sequence[Pace]) -> str:
    """Finding of the table of indicators."""
    known = [p for p in found if p.ratio is not None]
    enough = sum(1 for p in known if (p.ratio or 0) >= 1)
    return first_true(
        [
            (not found, lambda: "No outcome indicator is in force"),
            (not known, lambda: "Of no indicator can a pace be said yet"),
            (enough == 0 and len(known) == 1, lambda: "The one indicator with a pace is below what its target needs"),
            (enough == 0, lambda: "No indicator moves at the pace that its target needs"),
            (
                enough == len(known),
                lambda: f"All {in_words(len(known))} indicators with a pace move as fast as their targets need",
            ),
            (True, lambda: f"{of(enough, len(known))} indicators with a pace move as fast as their targets need"),
        ]
    )


def chain(levels: Sequence[tuple[str, int]]) -> str:
    """Finding of one objective's row of the coverage map: (level, number of measures with a reading)."""
    silent = [level for level, read in levels if read == 0]
    return first_true(
        [
            (not levels, lambda: "Nothing is measured"),
            (not silent, lambda: "Every step from means to impact is measured"),
            (len(silent) == len(levels), lambda: "Nothing is measured"),
            (True, lambda: f"Not measured: {', '.join(silent)}"),
        ]
    )


def _completed(days: float | None) -> str:
    """Whole days gone by, as the tables count them."""
    whole = math.floor(days or 0)
    return f"{count(whole)} {'day' if whole == 1 else 'days'}"


def waiting(open_requests: int, oldest_days: float | None, received: bool = True) -> str:
    """Finding of an objective's open requests."""
    return first_true(
        [
            (not received, lambda: "No request received yet"),
            (open_requests == 0, lambda: "No request for this objective is open"),
            (
                open_requests == 1 and oldest_days is not None,
                lambda: f"One request is open, for {_completed(oldest_days)}",
            ),
            (
                oldest_days is not None,
                lambda: f"{count(open_requests)} requests are open; the oldest for {_completed(oldest_days)}",
            ),
            (True, lambda: f"{count(open_requests)} requests are open, of unknown age"),
        ]
    )
