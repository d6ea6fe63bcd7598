"""``xmr``: whether a weekly flow has changed, or only varies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Literal

import numpy as np
import polars as pl

from reportmetrics.metrics.estimators.base import Estimate, Figure, Need, Param, Params, Reduction, positive, present
from reportmetrics.metrics.estimators.xmr_rules import FROZEN, FloatArray, Limits, limits, signals

EPOCH = dt.date(1970, 1, 1)
TRIAL = 12
WEEK = dt.timedelta(days=7)
_POINTS = {"x": pl.Float64, "y": pl.Float64, "lower": pl.Float64, "upper": pl.Float64, "n": pl.Int64}


def month_of(week: dt.date) -> dt.date:
    """First day of the month that an ISO week belongs to: the month of its Thursday."""
    return (week + dt.timedelta(days=3)).replace(day=1)


def weeks_of(month: dt.date) -> int:
    """How many ISO weeks belong to the month."""
    following = (month + dt.timedelta(days=32)).replace(day=1)
    first = month + dt.timedelta(days=(3 - month.weekday()) % 7)
    return (following - dt.timedelta(days=1) - first).days // 7 + 1


class Xmr:
    """XmR chart (Shewhart's individuals chart) of ``value`` summed by ``week``.

    A week is known where a row has a value, be it 0; a week without one, or without any row, is a gap: no moving range
    touches it and it breaks runs. Below ``monthly_below`` a week on average, weeks go together by the month of their
    Thursday, as the mean a week; months that are not whole are gaps. ``base`` is the first day of the limits in force
    in that week (the profile's rebase dates); each such part has limits of its own.

    Figures of the latest part: ``mean`` with the natural process limits as lower and upper (no confidence interval),
    ``signal`` by rule (label; how many points it points at), ``latest_signal`` (1 where the last point is one). Series
    ``xmr`` of all parts: x days since 1970-01-01 of the Monday or of the month's first day, y the value, lower and
    upper the limits, n the number of rules that point at it; ``mean`` the centre line. The lower limit is shown as 0
    where it would be negative. No chart where the limits have no width.
    """

    name = "xmr"
    version = 1
    scope: Literal["group"] = "group"
    needs: tuple[Need, ...] = (
        Need("week", "Monday of the week"),
        Need("value", "what is added up; null: not reported"),
        Need("base", "first day of the limits in force", optional=True),
    )
    params: tuple[Param, ...] = (
        Param("monthly_below", 5, positive, "below this mean a week, the chart goes by month"),
    )

    def reduction(self, columns: Collection[str], params: Params) -> Reduction:  # noqa: ARG002 (the protocol's)
        """The total of each week."""
        keys = ("week", "base") if "base" in columns else ("week",)
        return Reduction(keys, {"total": "sum(CAST(value AS DOUBLE))"})

    def finish(self, reduced: pl.DataFrame, params: Params) -> Estimate:
        """Limits and signals of the latest part, and the chart of all parts."""
        weekly = present(reduced, "week").sort("week")
        if weekly["total"].drop_nulls().is_empty():
            return _nothing("no week is reported", 0, weekly.height)
        mean = float(weekly["total"].drop_nulls().to_numpy().mean())
        monthly = mean < params["monthly_below"]
        if "base" not in weekly.columns:
            weekly = weekly.with_columns(base=pl.lit(None, dtype=pl.Date))
        parts = [_periods(part, monthly) for part in weekly.partition_by("base", maintain_order=True)]
        charts = [(days, values, limits(values)) for days, values in parts]
        _, values, found = charts[-1]
        n, missing = int((~np.isnan(values)).sum()), int(np.isnan(values).sum())
        if found is None:
            return _nothing("too few points for limits", n, missing)
        if found.width == 0:
            return _nothing("no variation: limits without width", n, missing)
        series = {"xmr": pl.concat([_points(d, v, f) for d, v, f in charts])}
        series["mean"] = pl.concat([_centre(d, v, f) for d, v, f in charts])
        return Estimate(_figures(values, found, monthly, n, missing), series)


def _nothing(reason: str, n: int, missing: int) -> Estimate:
    return Estimate([Figure("mean", None, n, missing, reason=reason)])


def _periods(part: pl.DataFrame, monthly: bool) -> tuple[list[dt.date], FloatArray]:
    """Consecutive periods from the first to the last week, nan where nothing is known."""
    known: dict[dt.date, float | None] = dict(zip(part["week"].to_list(), part["total"].to_list(), strict=True))
    first, last = min(known), max(known)
    weeks = [first + k * WEEK for k in range((last - first).days // 7 + 1)]
    totals = {week: known.get(week) for week in weeks}
    if not monthly:
        return weeks, np.array([np.nan if v is None else v for v in totals.values()])
    months: dict[dt.date, list[float | None]] = {}
    for week, value in totals.items():
        months.setdefault(month_of(week), []).append(value)
    values = []
    for month, found in months.items():
        there = [v for v in found if v is not None]
        values.append(sum(there) / len(there) if len(there) == weeks_of(month) else np.nan)
    return list(months), np.array(values)


def _points(days: list[dt.date], values: FloatArray, found: Limits | None) -> pl.DataFrame:
    flags = np.zeros(len(values), dtype=np.int64)
    if found is not None and found.width > 0:
        flags = np.sum(list(signals(values, found).values()), axis=0)
    lower, upper = (None, None) if found is None else (max(0.0, found.lower), found.upper)
    rows = [
        (float((day - EPOCH).days), None if np.isnan(value) else float(value), lower, upper, int(flag))
        for day, value, flag in zip(days, values, flags, strict=True)
    ]
    return pl.DataFrame(rows, schema=_POINTS, orient="row")


def _centre(days: list[dt.date], values: FloatArray, found: Limits | None) -> pl.DataFrame:
    n = int((~np.isnan(values)).sum())
    mean = None if found is None else found.mean
    rows = [(float((day - EPOCH).days), mean, None, None, n) for day in (days[0], days[-1])]
    return pl.DataFrame(rows, schema=_POINTS, orient="row")


def _figures(values: FloatArray, found: Limits, monthly: bool, n: int, missing: int) -> list[Figure]:
    caveats: tuple[str, ...] = ()
    if found.points < TRIAL:
        caveats += (f"trial: limits from {found.points} points, fewer than {TRIAL}, may still move",)
    elif found.points < FROZEN:
        caveats += (f"not frozen: limits from {found.points} points, fewer than {FROZEN}, move with each new one",)
    if monthly:
        caveats += ("by month: too few a week for a weekly chart; the mean a week of each whole month",)
    flagged = signals(values, found)
    figures = [
        Figure("mean", found.mean, n, missing, lower=max(0.0, found.lower), upper=found.upper, caveats=caveats),
        *(Figure("signal", float(f.sum()), n, missing, label=rule, unit="points") for rule, f in flagged.items()),
    ]
    there = np.flatnonzero(~np.isnan(values))
    last = any(bool(f[there[-1]]) for f in flagged.values())
    return [*figures, Figure("latest_signal", float(last), n, missing, unit="yes or no")]
