"""Synthetic results about waits beside the curve: quarters, ways of ending, calendars, replies, promises."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.unit.publish.synthetic import Writer

METRICS = (
    "latency.by_group",
    "latency.cohort",
    "latency.outcome_incidence",
    "latency.working_days",
    "latency.time_to_acknowledgement",
    "latency.earliest_decision",
    "latency.days_at_work",
    "latency.reciprocity",
    "latency.expectation_debt",
    "latency.open_promises",
)
QUARTERS = (("2021-01-01", 0.38), ("2021-04-01", 0.30), ("2021-07-01", 0.27), ("2021-10-01", 0.25))


def write(w: Writer, names: tuple[str, ...], medians: tuple[float, ...]) -> None:
    """Figures for headquarters with these medians, the slowest first."""
    slow, quick = names[0], names[-1]
    w.figure("latency.by_group", {}, "p", 0.00001, label="hq")
    w.figure("latency.by_group", {}, "pair_p", 0.00001, label=f"{quick} | {slow}")
    for hq, median in zip(names, medians, strict=True):
        _groups(w, hq)
        _endings(w, hq, median)
        for calendar, factor in (("headquarters", 0.7), ("both", 0.5), ("mission", 0.7)):
            w.figure("latency.working_days", {"hq": hq, "calendar": calendar}, "median", median * factor, n=90)
        w.figure("latency.time_to_acknowledgement", {"hq": hq}, "median", median * 0.3, n=90)
        w.figure("latency.earliest_decision", {"hq": hq}, "median", median, n=90)
        for side, days in (("both", 430.0), ("headquarters only", 200.0), ("mission only", 190.0), ("neither", 180.0)):
            w.figure("latency.days_at_work", {"hq": hq, "at_work": side}, "sum", days, n=90)
        w.figure("latency.reciprocity", {"hq": hq}, "hours_per_week", 38.3 if hq == slow else 0.0, n=9 * (hq == slow))
        w.figure("latency.reciprocity", {"hq": hq}, "median", median, n=90)
        _promises(w, hq)


def _groups(w: Writer, hq: str) -> None:
    w.figure("latency.by_group", {"hq": hq}, "p", 0.31, label="quarter")
    w.figure("latency.by_group", {"hq": hq}, "p", 0.2, label="request_type")
    for quarter, share in QUARTERS:
        dims = {"hq": hq, "quarter": quarter}
        left = 1 - share
        w.figure("latency.cohort", dims, "survival", left, label="60", lower=left - 0.1, upper=left + 0.1, n=50)


def _endings(w: Writer, hq: str, median: float) -> None:
    metric, dims = "latency.outcome_incidence", {"hq": hq}
    causes = (("approved", 0.6), ("denied", 0.3), ("withdrawn", 0.0))
    for cause, part in causes:
        w.figure(metric, dims, "events", 100 * part, label=cause, n=100)
        for day in (30, 60, 90, 180):
            share = part * (1 - 0.5 ** (day / median))
            w.figure(
                metric, dims, "incidence", share, label=f"{cause} {day}", lower=share / 2, upper=share * 1.2, n=100
            )
        points = [(t, part * (1 - 0.5 ** (t / median)), None, None, 50) for t in range(0, 300, 15)]
        w.curve(metric, dims, cause, points)
    for day in (30, 60, 90, 180):
        w.figure(metric, dims, "undecided", 1 - 0.9 * (1 - 0.5 ** (day / median)), label=str(day), n=100)


def _promises(w: Writer, hq: str) -> None:
    metric, dims = "latency.expectation_debt", {"hq": hq}
    w.figure(metric, dims, "owed", 29.0, n=200)
    w.figure(metric, dims, "overdue", 20.0, n=200)
    w.figure(metric, dims, "expected", 4.2, label="30", n=27)
    # Ten decisions or more tell of ages up to 300 days only.
    w.curve(metric, dims, "chance", [(x, 0.15, 0.1, 0.22, 12 if x <= 300 else 3) for x in range(400)])
    for rank in (1, 2, 4, 5):
        w.row("latency.open_promises", dims, "promises", rank, {"visits_since": rank - 1})
