"""Findings about waits in words: groups beside each other, what becomes of requests, what is asked in return.

Belongs here: plain functions from numbers to one sentence, as in ``sentences``, whose rules of wording hold. Not here:
where the numbers come from (``pages``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reportmetrics.publish.numbers import THIN_SPACE, count, days, fixed, hours, in_words, percent
from reportmetrics.publish.sentences import first_true

Apart = Callable[[str, str], bool]
"""Whether the log-rank test tells two groups apart."""
ALIKE_FROM = 0.05


def cohorts(shares: Sequence[tuple[str, float | None]], p: float | None, apart: Apart, *, day: int) -> str:
    """Finding of quarters beside each other: (quarter, share decided within ``day`` days) each, and their joint p.

    A share is None where it is not known or rests on few decisions: such a quarter is not named.
    """
    known = [(name, share) for name, share in shares if share is not None]
    pairs = [(a, b) for i, a in enumerate(known) for b in known[i + 1 :] if apart(a[0], b[0])]
    widest = max(pairs, key=lambda pair: abs(pair[0][1] - pair[1][1]), default=None)
    number = in_words(len(shares))
    return first_true(
        [
            (len(shares) < 2, lambda: "Requests of one quarter only: nothing to compare"),
            (p is None, lambda: f"Too few decisions to compare the {number} quarters"),
            ((p or 0.0) >= ALIKE_FROM, lambda: f"The {number} quarters cannot be told apart"),
            (
                widest is not None,
                lambda: _two_quarters(widest or (known[0], known[-1]), day),
            ),
            (True, lambda: f"The {number} quarters differ, but no two of them with enough decisions can be told apart"),
        ]
    )


def _two_quarters(pair: tuple[tuple[str, float], tuple[str, float]], day: int) -> str:
    (early, first), (late, last) = pair
    return f"Within {day} days {percent(first)} of the requests of {early} are decided, {percent(last)} of {late}"


def test_words(p: float | None, what: str) -> str:
    """What a log-rank test says, in words that need no statistics."""
    if p is None:
        return ""
    often = f"fewer than 1 of 1{THIN_SPACE}000" if p < 0.001 else _of_100(p)
    return f"Were {what} alike, chance would make them differ so much in {often} cases (log-rank)"


def _of_100(p: float) -> str:
    per_cent = p * 100
    return f"{fixed(per_cent, 0 if per_cent >= 1 else 1)} of 100"


def becomes(
    parts: Sequence[tuple[str, float | None]], still_open: float | None, day: float | None, requests: int
) -> str:
    """Finding of the incidences: (way of ending, share) by ``day``."""
    known = [(name, share) for name, share in parts if share is not None]
    return first_true(
        [
            (requests == 0, lambda: "No request received yet"),
            (
                day is None or still_open is None or not known,
                lambda: "Too few requests to say what becomes of them",
            ),
            (
                True,
                lambda: (
                    f"By {day:g} days {percent(known[0][1])} are "
                    + ", ".join([known[0][0], *(f"{percent(share)} {name}" for name, share in known[1:])])
                    + f"; {percent(still_open or 0.0)} are open"
                ),
            ),
        ]
    )


def reciprocity(hq: str, asked: float | None, reports: int, median: float | None) -> str:
    """Finding of what a headquarters asks beside how it answers."""
    wait = f"half of the requests to it wait longer than {days(median)} days" if median is not None else ""
    return first_true(
        [
            (
                asked is not None and reports > 0,
                lambda: f"{hq} asks for {hours(asked or 0.0)} hours of reports a week" + (f"; {wait}" if wait else ""),
            ),
            (reports > 0, lambda: f"{hq} asks for {count(reports)} reports, whose minutes nobody knows"),
            (True, lambda: f"No report goes to {hq} itself" + (f"; {wait}" if wait else "")),
        ]
    )


def at_work(shares: Sequence[tuple[str, float]]) -> str:
    """Finding of the days waited by who was at work: shares of ``both``, ``neither`` and either alone."""
    both = dict(shares).get("both")
    return first_true(
        [
            (both is None, lambda: "No calendar to tell who was at work"),
            (True, lambda: f"Both sides worked on {percent(both or 0.0)} of the days waited"),
        ]
    )


def promises(owed: int, overdue: int, expected: float | None, known: int) -> str:
    """What stands behind open requests, as a part of a subtitle; ``known`` of the owed ones have a chance."""
    if owed == 0:
        return "no recorded promise behind any open request"
    text = f"promises to counterparts behind {count(owed)} open request{'' if owed == 1 else 's'}"
    if overdue:
        text += f", {count(overdue)} past the promised day"
    if expected is not None and known:
        text += f"; within 30 days {fixed(expected, 1)} decisions are to be expected on {count(known)} of them"
    return text
