"""Synthetic figures on objectives: LO-04 busy and stalled, LO-12 never read, LO-13 with a fall, LO-08 alarming."""

from __future__ import annotations

import datetime as dt
from typing import Any

METRICS = (
    "activity.weekly",
    "activity.signals",
    "activity.plan_outcome",
    "activity.cancelled",
    "activity.movement_cost",
    "activity.movement_granted",
    "activity.small_grants",
    "outcome.pace",
    "outcome.verified",
    "outcome.regressions",
    "separation.quadrant",
    "separation.divergence",
    "separation.coverage_map",
    "latency.open_for_objective",
)
EPOCH = dt.date(1970, 1, 1)
RATIOS = (1.3, 1.0, 0.92, 2.96, 1.0, 0.99, 0.9, 1.4, 0.27, 1.68, 0.78, 0.96, 1.14, 0.54)
MOVED = (1.01, 0.84, 0.65, 0.0, 1.84, 0.12, 1.17, 0.1, 2.45, 2.16, 0.4, None, 0.67, None)


def write(w: Any, as_of: dt.date) -> None:
    """All figures that the pages on objectives read; ``w`` collects them."""
    positions: dict[str, int] = {}
    standings: dict[str, int] = {}
    for i, (x, y) in enumerate(zip(RATIOS, MOVED, strict=True), 1):
        position, standing = _quadrant(w, f"LO-{i:02d}", i, x, y)
        positions[position] = positions.get(position, 0) + 1
        standings[standing] = standings.get(standing, 0) + 1
        _done(w, f"LO-{i:02d}", i, as_of)
        _changed(w, f"LO-{i:02d}", i, as_of)
        _measured(w, f"LO-{i:02d}", i)
    for statistic, counts in (("objectives", positions), ("standings", standings)):
        for label, number in counts.items():
            w.figure("separation.quadrant", {}, statistic, float(number), label=label, n=14)
    for cause, number in (("weather", 40.0), ("movement prohibited", 90.0)):
        w.figure("activity.cancelled", {"cause": cause}, "sum", number, n=14)
    w.figure("activity.plan_outcome", {"plan_outcome": "postponed"}, "sum", 25.0, n=14)
    w.figure("activity.movement_cost", {}, "rate", 3.5, lower=3.4, upper=3.6, n=900)
    for state, money, n in (("held after the answer", 900.0, 7), ("held before the answer", 200.0, 2)):
        dims = {"request_state": "granted", "activity_state": state}
        w.figure("activity.small_grants", dims, "sum", money, n=n)
    for kind, share, n in (("government", 0.9, 100), ("NGO", 0.4, 50)):
        w.figure("activity.movement_granted", {"counterpart_type": kind}, "share", share, n=n)


def _quadrant(w: Any, oid: str, i: int, x: float, y: float | None) -> tuple[str, str]:
    dims, metric = {"objective_id": oid}, "separation.quadrant"
    reached = i == 14
    position = {4: "busy and stalled", 9: "quiet and moving", 10: "busy and moving", 1: "busy and moving"}.get(
        i, "unmeasured" if i == 12 else "neutral"
    )
    standing = "unmeasured" if i == 12 else "stalled" if y is not None and y < 0.35 else "moving"
    reason = "target reached" if reached else None if y is not None else "unmeasured"
    w.figure(metric, dims, "activity", x, n=1)
    w.figure(metric, dims, "progress", y, reason=reason, n=0 if y is None else 3)
    w.figure(metric, dims, "hours", 100 * x, n=1)
    w.figure(metric, dims, "hours_before", 60.0 if i == 8 else 100 * x, n=1)
    before, now = (None, None) if i == 12 else (0.1, 0.1) if i == 4 else (0.2, 0.25)
    w.figure(metric, dims, "median_before", before, n=3)
    w.figure(metric, dims, "median_now", now, n=3)
    w.figure(metric, dims, "position", 1.0, label=position, n=3)
    w.figure(metric, dims, "alarm", float(i == 8), label="stalled" if i == 8 else "", n=3)
    w.figure("separation.divergence", dims, "divergence", 0.4 if i == 8 else 0.0, n=20)
    return position, standing


def _done(w: Any, oid: str, i: int, as_of: dt.date) -> None:
    dims = {"objective_id": oid}
    meetings = 20.0 if i == 4 else 2.0 if i == 9 else 6.0
    w.figure("activity.weekly", {**dims, "kind": "meeting"}, "rate", meetings, lower=meetings - 1, upper=meetings + 1)
    w.figure("activity.weekly", {**dims, "kind": "call"}, "rate", 0.6, lower=0.3, upper=0.9)
    points: list[tuple[Any, ...]] = []
    for k in range(60):
        monday = as_of - dt.timedelta(weeks=60 - k)
        value = None if k == 50 else meetings + 0.6 + (k % 3 - 1) + (9 if i == 11 and k > 40 else 0)
        w.figure("activity.held", {**dims, "week": monday.isoformat()}, "sum", value, n=1)
        x = float((monday - EPOCH).days)
        points.append((x, value, max(0.0, meetings - 4), meetings + 5, int(i == 11 and k > 40 and k != 50)))
    if i == 9:
        w.figure("activity.signals", dims, "mean", None, reason="no variation: limits without width", n=13)
    else:
        w.figure("activity.signals", dims, "mean", meetings + 0.6, lower=meetings - 4, upper=meetings + 5, n=59)
        w.curve("activity.signals", dims, "xmr", points)
    w.figure("activity.execution", dims, "share", 0.81, lower=0.76, upper=0.86, n=100)
    for outcome, number in (("held", 81.0), ("cancelled", 12.0), ("postponed", 7.0), ("unplanned", 5.0)):
        w.figure("activity.plan_outcome", {**dims, "plan_outcome": outcome}, "sum", number, n=int(number))
    for cause, number in (("weather", 4.0), ("movement prohibited", 8.0)):
        w.figure("activity.cancelled", {**dims, "cause": cause}, "sum", number, n=int(number))
    w.figure("activity.movement_cost", dims, "rate", 3.5, lower=3.4, upper=3.6, n=40)
    w.figure("activity.movement_cost", dims, "denominator", 40.0, n=40)


def _changed(w: Any, oid: str, i: int, as_of: dt.date) -> None:
    known = 0 if i == 12 else 3 if i % 4 else 2
    medians: list[tuple[Any, ...]] = []
    for k, indicator in enumerate("ABC"):
        dims = {"objective_id": oid, "indicator_id": f"{i:02d}-{indicator}"}
        last = -0.3 if (i, k) == (13, 0) else 0.1 if i == 4 else 0.2 + 0.05 * k + 0.01 * i
        read = k < known
        reason = None if read else "no reading"
        w.figure("outcome.indicator_progress", dims, "progress", last if read else None, reason=reason, n=6 * read)
        w.figure("outcome.indicator_progress", dims, "latest", 100 * last if read else None, reason=reason)
        w.figure("outcome.indicator_progress", dims, "baseline", 0.0)
        w.figure("outcome.indicator_progress", dims, "target", 100.0)
        w.figure("outcome.pace", dims, "slope", 0.02 if read else None, reason=reason)
        w.figure("outcome.pace", dims, "needed", 0.64 if read else None, reason=reason)
        w.figure("outcome.pace", dims, "pace", 0.03 if read else None, reason=reason)
        w.figure("outcome.pace", dims, "planned", 0.39)
        start, end = dt.date(2020, 12, 1), dt.date(2023, 12, 1)
        plan = [(float((day - EPOCH).days), y, None, None, 1) for day, y in ((start, 0.0), (end, 1.0))]
        w.curve("outcome.pace", dims, "planned", plan)
        if not read:
            continue
        days = [(as_of - dt.timedelta(weeks=8 * n + 5) - EPOCH).days for n in range(6)][::-1]
        values = [last] * 6 if i == 4 else [last * n / 5 for n in range(6)]
        if (i, k) == (13, 0):
            values = [0.0, 0.0, 0.0, 0.0, 0.0, -0.3]
            w.figure("outcome.regressions", dims, "count", 1.0, n=1)
        points = [(x, y, None, None, 1) for x, y in zip(days, values, strict=True)]
        w.curve("outcome.indicator_progress", dims, "progress", points)
        medians = points
        w.figure("outcome.verified", dims, "share", 0.5, n=6)
        w.figure("outcome.verified", dims, "numerator", 3.0, n=6)
    if medians:
        w.curve("outcome.objective_progress", {"objective_id": oid}, "median", medians)


def _measured(w: Any, oid: str, i: int) -> None:
    metric = "separation.coverage_map"
    known = 0 if i == 12 else 3 if i % 4 else 2
    for level, states in (
        ("input", {"fresh": 1}),
        ("activity", {"fresh": 2}),
        ("output", {"not measured": 1}),
        ("outcome", {"fresh": known, "never read": 3 - known}),
        ("impact", {"not measured": 1}),
    ):
        dims = {"objective_id": oid, "result_level": level}
        for state, number in states.items():
            if number:
                w.figure(metric, {**dims, "reading_state": state}, "count", float(number), n=number)
        w.figure(
            metric, dims, "share", 0.5 if level == "outcome" and known else None, n=known if level == "outcome" else 0
        )
        w.figure(metric, dims, "numerator", 1.0 if level == "outcome" and known else 0.0, n=known)
    if i in (4, 9):
        w.figure("latency.open_for_objective", {"objective_id": oid}, "open", 2.0, n=2)
        w.figure("latency.open_for_objective", {"objective_id": oid}, "max", 388.6, n=2)
        for rank, promised in ((1, "2021-03-11"), (2, None)):
            cells = {
                "request_id": f"R-{rank}",
                "hq": "JFC Naples",
                "request_type": "School support visit",
                "raised_on": "2021-01-07",
                "age_days": 388,
                "promised_on": promised,
                "priority": "routine",
                "activity_id": "LAR/0004" if rank == 1 else None,
            }
            w.row("latency.open_for_objective", {"objective_id": oid}, "oldest", rank, cells)
