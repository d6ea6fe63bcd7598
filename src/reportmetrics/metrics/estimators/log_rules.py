"""Rules about a request log as a whole: is nothing decided any more, does it hold closed requests only, is it recess.

Belongs here: the rules, on counted rows in whole days, and their words. Not here: where the rows come from
(``request_log``), curves (``survival``), how often the rules err (``benchmarks/validate.py``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reportmetrics.metrics.estimators.survival import FloatArray, IntArray, product_limit, risk_table

EXPECTED = 4.6
"""Decisions that should have come: with that many expected, none comes by chance once in a hundred times (e^-4.6)."""
NARROW = 0.25
"""Decisions inside a window shorter than this part of the span of raising are no cross-section of the log."""
RECESS_DAYS = 4
"""A longer run of days without work is no long weekend."""

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Log:
    """Counted requests by day (numbers of days since any fixed one): ``rows`` requests alike on each line.

    ``ended`` is the day of the decision or of what ended the wait otherwise, for open ones the last day on which they
    were heard of; ``entry`` the day since when the register could show them, minus infinity: from the start.
    """

    raised: FloatArray
    ended: FloatArray
    entry: FloatArray
    decided: BoolArray
    open: BoolArray
    rows: IntArray


@dataclass(frozen=True, slots=True)
class Silence:
    """Days since the last decision, decisions expected in them, and the longest such gap before."""

    days: float
    expected: float
    longest_before: float

    @property
    def found(self) -> bool:
        """Whether it is too long for chance, and longer than any before (a committee's interval is no silence)."""
        return self.expected > EXPECTED and self.days > self.longest_before


def silence(log: Log) -> Silence | None:
    """How long nothing has been decided; None without any decision or without open requests.

    Expected: over open requests, the log's mean hazard (decisions over days waited) times the days since the last
    decision. A finding about who decides, not about data: an extract that is old ends the days that count.
    """
    if not log.decided.any() or not log.open.any():
        return None
    days = np.unique(log.ended[log.decided])
    gap = float(log.ended[log.open].max() - days[-1])
    waited = float(((log.ended - np.maximum(log.raised, log.entry)) * log.rows).sum())
    if gap <= 0 or waited <= 0:
        return Silence(max(gap, 0.0), 0.0, float(np.diff(days).max(initial=0)))
    hazard = float(log.rows[log.decided].sum()) / waited
    return Silence(gap, float(log.rows[log.open].sum()) * hazard * gap, float(np.diff(days).max(initial=0)))


@dataclass(frozen=True, slots=True)
class Selection:
    """Decisions that should have come before the first one, the window of decisions as part of that of raising.

    ``days`` runs from the first request to the first decision, ``longest_after`` is the longest time that a committee
    of the same habits could have let pass: the longest gap between decision days and the shortest wait.
    """

    expected: float
    days: float
    longest_after: float
    window: float
    open: int

    @property
    def missing(self) -> bool:
        """Whether more decisions are missing before the first one than chance leaves out."""
        return self.expected > EXPECTED

    @property
    def found(self) -> bool:
        """Whether the log holds what was closed in some time, rather than what was raised in it."""
        unexplained = self.missing and self.days > self.longest_after
        return unexplained or (self.open == 0 and self.window < NARROW)


def selection(log: Log) -> Selection | None:
    """Whether requests are in the log because they were closed; None without any decision.

    Expected: over requests raised before the first decision, F of the time up to it, with F = 1 - S of the log's own
    Kaplan-Meier curve; where the register could show a request only later, F given that it had waited so long. That
    alone would mistake a committee that has not met yet: so the time before the first decision must also be longer
    than any between decision days and the shortest wait together.
    """
    if not log.decided.any():
        return None
    days, raised = log.ended[log.decided], log.raised
    first, span = float(days.min()), float(raised.max() - raised.min())
    window = float(days.max() - days.min()) / span if span > 0 else 1.0
    seen = log.entry < log.ended
    expected = 0.0
    early = (raised < first) & seen
    if early.any() and (seen & log.decided).any():
        duration, entry = log.ended - raised, log.entry - raised
        entries = entry[seen] if np.isfinite(entry[seen]).any() else None
        table = risk_table(duration[seen], np.where(log.decided, log.rows, 0)[seen], log.rows[seen], entries)
        curve = product_limit(table)
        heights, time = np.concatenate([[1.0], curve.survival]), curve.table.time
        # Before the first decision: up to the day ahead of it, S as it is just ahead of that time.
        then = heights[np.searchsorted(time, (first - raised)[early], side="left")]
        since = heights[np.searchsorted(time, entry[early], side="right")]
        chance = 1 - np.divide(then, since, out=np.ones_like(then), where=since > 0)
        expected = float((np.maximum(chance, 0.0) * log.rows[early]).sum())
    shortest = float((log.ended - raised)[log.decided].min())
    longest_after = float(np.diff(np.unique(days)).max(initial=0)) + shortest
    return Selection(expected, first - float(raised.min()), longest_after, window, int(log.rows[log.open].sum()))


def caveats(log: Log, days_without_work: int | None) -> tuple[str, ...]:
    """The sentences that go with every figure of the log. ``days_without_work`` counts back from as_of, by calendar."""
    said: tuple[str, ...] = ()
    quiet, chosen = silence(log), selection(log)
    if quiet is not None and quiet.found:
        said += (
            f"silent: nothing decided for {quiet.days:.0f} days, in which {quiet.expected:.0f} decisions were to be "
            f"expected; the longest time without before was {quiet.longest_before:.0f} days",
        )
    if days_without_work is not None and days_without_work > RECESS_DAYS:
        said += (f"recess: headquarters has not worked for {days_without_work} days, by its calendar",)
    if chosen is not None and chosen.found:
        said += (
            "selected on closing: the log holds what was closed in some time, not what was raised in it, so that its "
            "waits are those of a selection",
        )
    return said
