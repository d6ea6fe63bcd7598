"""Intervals between reports in words, and what a longer one saves and loses.

Belongs here: names of intervals, the recommendation in a sentence. Not here: which interval is advised
(``burden_sentences``, estimator ``replay``).
"""

from __future__ import annotations

from reportmetrics.publish.numbers import days, hours, of

_NAMES = {
    ("day", 1): "daily",
    ("week", 1): "weekly",
    ("week", 2): "fortnightly",
    ("week", 4): "monthly",
    ("week", 13): "quarterly",
    ("fortnight", 1): "fortnightly",
    ("fortnight", 2): "monthly",
    ("month", 1): "monthly",
    ("quarter", 1): "quarterly",
}
"""What an interval of k periods is called; a month of a weekly form is every fourth week."""

MONTHS_A_YEAR = 12


def every(k: int, period: str) -> str:
    """``every 2nd week``."""
    suffix = "th" if 10 <= k % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(k % 10, "th")
    return f"every {k}{suffix} {period}"


def interval_name(k: int, period: str) -> str:
    """``monthly``, or ``every 8th week`` where the interval has no name of its own."""
    return _NAMES.get((period, k)) or every(k, period)


def instead(
    k: int, period: str, *, hours: float | None, missed: int | None, changes: int | None, delay: float | None
) -> str:
    """The recommendation: what the longer interval saves in a year, what it would have missed and seen later.

    ``hours`` is what it saves a month at most, ``delay`` in days; each None where the replay cannot say.
    """
    head = f"{interval_name(k, period).capitalize()} instead of {interval_name(1, period)}"
    saves = "saves an unknown time"
    if hours is not None:
        saves = f"saves at most {hours_said(hours * MONTHS_A_YEAR)} a year"
    if not changes:
        return f"{head} {saves}; there was no material change to miss."
    told = f"it would have missed {of(missed or 0, changes)} material changes"
    if delay is not None:
        told += f" and seen the rest {days_said(delay)} later"
    return f"{head} {saves}; {told}."


def hours_said(number: float) -> str:
    """``1 hour``, ``31.0 hours``."""
    text = hours(number)
    return f"{text} hour" if text in ("1", "1.0") else f"{text} hours"


def days_said(number: float) -> str:
    """``1.0 day``, ``21 days``."""
    text = days(number)
    return f"{text} day" if text in ("1", "1.0") else f"{text} days"
