"""Claims of the plain estimators: means, quantiles, shares, progress, before and after, the quadrant's alarm.

Belongs here: draws whose truth is known by construction. Not here: tests over series (``separation_claims``), waits.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator

import numpy as np
import polars as pl

from benchmarks.claims import DRAWS, HONEST_INTERVAL, NO_FALSE_ALARM, SEEN, Claim, covers, estimate, figure
from reportmetrics.metrics.estimators.progress import median_bounds
from reportmetrics.metrics.estimators.quadrant import Quadrant
from reportmetrics.metrics.estimators.share import wilson
from reportmetrics.metrics.estimators.survival import Z
from reportmetrics.progress import on_terminal

AT_LEAST = (0.94, 1.0)
"""An interval from order statistics holds the truth at least as often as it says, and more often in few rows."""


def share_claims() -> Iterator[Claim]:
    """Coverage of a share's interval when reports of one unit resemble each other (intra-cluster correlation 0.3)."""
    rng = np.random.default_rng(7)
    truth, correlation, units, each = 0.75, 0.3, 12, 26
    strength = (1 - correlation) / correlation
    held = dict.fromkeys(("clustered", "plain"), 0)
    for _ in on_terminal(range(DRAWS), "Shares", DRAWS):
        chance = rng.beta(truth * strength, (1 - truth) * strength, units)
        came = rng.random((units, each)) < chance[:, None]
        rows = {
            "numerator": came.ravel(),
            "denominator": np.ones(units * each, dtype=bool),
            "cluster": np.repeat(np.arange(units), each),
        }
        held["clustered"] += covers(truth, *figure(estimate("share", rows, {}), "share")[1:])
        held["plain"] += covers(truth, *wilson(float(came.mean()), float(came.size), Z))
    words = "95 % interval with design effect, 12 units, correlation 0.3"
    yield Claim("Share", words, held["clustered"], DRAWS, (0.91, 0.97))
    words = "the plain Wilson interval on the same draws (why it is not used)"
    yield Claim("Share", words, held["plain"], DRAWS, (0.0, 0.8))


def mean_and_quantile_claims() -> Iterator[Claim]:
    """Coverage of a mean's t interval, and of the order-statistic intervals of a median and a quartile."""
    rng = np.random.default_rng(21)
    held = dict.fromkeys(("mean", "median", "quartile"), 0)
    quartile = -math.log(0.25)
    for _ in on_terminal(range(DRAWS), "Means and quantiles", DRAWS):
        held["mean"] += covers(5.0, *figure(estimate("mean", {"value": rng.normal(5, 2, 12)}, {}), "mean")[1:])
        waits = estimate("quantile", {"value": rng.exponential(1, 40)}, {"at": [0.5, 0.75]})
        held["median"] += covers(math.log(2), *figure(waits, "median")[1:])
        held["quartile"] += covers(quartile, *figure(waits, "q75")[1:])
    yield Claim("Mean", "95 % t interval of 12 normal values", held["mean"], DRAWS, HONEST_INTERVAL)
    yield Claim("Quantile", "95 % interval of the median of 40 waits", held["median"], DRAWS, AT_LEAST)
    yield Claim("Quantile", "95 % interval of the upper quartile of 40 waits", held["quartile"], DRAWS, AT_LEAST)


def progress_claims() -> Iterator[Claim]:
    """The bounds of a median hold the median that all indicators would give, whatever the unread ones are."""
    rng = np.random.default_rng(22)
    held = told = 0
    for _ in on_terminal(range(DRAWS), "Bounds of progress", DRAWS):
        everything = rng.normal(0.4, 0.3, int(rng.integers(2, 8)))
        unread = int(rng.integers(0, len(everything)))
        # The unread are the worst ones: what is not read is seldom what went best.
        known = np.sort(everything)[unread:]
        held += covers(float(np.median(everything)), *median_bounds(known.tolist(), unread))
        told += float(np.median(known)) > float(np.median(everything)) + 1e-12
    yield Claim("Progress", "the bounds hold the median of all, the worst being unread", held, DRAWS, (1.0, 1.0))
    words = "the median of those read alone is too high (why the bounds are shown)"
    yield Claim("Progress", words, told, DRAWS, (0.5, 1.0))


def before_after_claims() -> Iterator[Claim]:
    """Coverage of the change of counts per hour, where nothing changed and where the count doubled."""
    rng = np.random.default_rng(23)
    since, weeks = dt.date(2021, 7, 5), 26
    days = [since + dt.timedelta(weeks=k) for k in range(-weeks, weeks)]
    held = dict.fromkeys((1, 2), 0)
    for _ in on_terminal(range(DRAWS), "Before and after", DRAWS):
        for times in held:
            counts = np.concatenate([rng.poisson(5, weeks), rng.poisson(5 * times, weeks)])
            rows = {
                "week": days,
                "value": counts,
                "hours": rng.gamma(36, 0.5, 2 * weeks),
                "since": [since] * len(days),
                "target": [10] * len(days),
            }
            held[times] += covers(float(times), *figure(estimate("before_after", rows, {}), "change")[1:])
    words = "95 % interval of the change of counts per hour, 26 weeks a side, nothing changed"
    yield Claim("Before and after", words, held[1], DRAWS, HONEST_INTERVAL)
    words = "the same, the count doubled at equal hours"
    yield Claim("Before and after", words, held[2], DRAWS, HONEST_INTERVAL)


def alarm_claims() -> Iterator[Claim]:
    """How often the surrogation alarm is raised where nothing changes, and where activity doubles without progress."""
    rng, n = np.random.default_rng(24), 14
    as_of = dt.date(2022, 1, 31)
    days = [as_of - dt.timedelta(days=14 * k + 7) for k in range(13)]
    raised = dict.fromkeys(("steady and moving", "steady and flat", "doubled and flat", "doubled, not read"), 0)
    for _ in on_terminal(range(DRAWS), "Alarm", DRAWS):
        parts = []
        for k in range(n):
            kind = list(raised)[k % 4]
            hours = [float(rng.poisson(13 * mean)) for mean in ((20, 10) if kind.startswith("doubled") else (10, 10))]
            parts.append(_objective_rows(rng, str(k), kind, hours, days, as_of))
        found = Quadrant().finish_family(pl.concat(parts, how="diagonal_relaxed"), ["g"], {})
        for dims, result in found:
            name = dims.get("g")
            if name is not None:
                kind = list(raised)[int(name) % 4]
                raised[kind] += bool(next(f.value for f in result.figures if f.statistic == "alarm"))
    draws = {kind: DRAWS * sum(k % 4 == i for k in range(n)) for i, kind in enumerate(raised)}
    for kind in ("steady and moving", "steady and flat"):
        yield Claim("Alarm", f"raised although activity is steady: {kind}", raised[kind], draws[kind], NO_FALSE_ALARM)
    for kind in ("doubled and flat", "doubled, not read"):
        yield Claim("Alarm", f"raised where activity doubles: {kind}", raised[kind], draws[kind], SEEN)


def _objective_rows(
    rng: np.random.Generator, name: str, kind: str, hours: list[float], days: list[dt.date], as_of: dt.date
) -> pl.DataFrame:
    """One objective as the quadrant's reduction gives it: hours of both windows, and readings every second week."""
    bands = {"activity_low": 0.8, "activity_high": 1.25, "progress_low": 0.35, "progress_high": 0.5}
    empty = {"indicator_id": None, "observed_on": None, "progress": None, "target_on": None}
    rows = [
        {"g": name, "recent": recent, **empty, "total": total, "n_blank": 0}
        for recent, total in zip((True, False), hours, strict=True)
    ]
    if kind != "doubled, not read":
        pace = 0.02 if kind == "steady and moving" else 0.0
        for indicator in "abc":
            for day in days:
                rows.append(
                    {
                        "g": name,
                        "recent": day >= as_of - dt.timedelta(days=91),
                        "indicator_id": indicator,
                        "observed_on": day,
                        "progress": 0.3 - pace * (as_of - day).days / 14 + float(rng.normal(0, 0.004)),
                        "target_on": dt.date(2023, 11, 30),
                        "total": None,
                        "n_blank": 0,
                    }
                )
    return pl.DataFrame([row | bands for row in rows], infer_schema_length=None)


def all_claims() -> Iterator[Claim]:
    """Everything that is claimed of plain figures."""
    yield from share_claims()
    yield from mean_and_quantile_claims()
    yield from progress_claims()
    yield from before_after_claims()
    yield from alarm_claims()
