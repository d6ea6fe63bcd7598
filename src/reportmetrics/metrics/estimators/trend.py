"""``trend``: the slope of readings over time, and the slope that would reach the target in time."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection
from typing import Literal

import numpy as np
import polars as pl

from reportmetrics.metrics.estimators.base import Estimate, Figure, Need, Param, Params, Reduction, present
from reportmetrics.metrics.estimators.kendall import tau_b, theil_sen

MIN_READINGS = 4
DAYS_PER_YEAR = 365.25
EPOCH = dt.date(1970, 1, 1)


def _none(missing: int) -> str:
    """Why there is no value: nothing was read, or no reading could be given a value."""
    return "no value" if missing else "no reading"


def _day(reduced: pl.DataFrame, name: str) -> dt.date | None:
    """A day that is the same in every row."""
    found: dt.date | None = reduced[name].max() if name in reduced.columns else None  # type: ignore[assignment]
    return found


def _line(days: list[dt.date], values: list[float]) -> pl.DataFrame:
    none = pl.Series("lower", [None] * len(days), pl.Float64)
    return pl.DataFrame(
        [
            pl.Series("x", [float((day - EPOCH).days) for day in days], pl.Float64),
            pl.Series("y", values, pl.Float64),
            none,
            none.alias("upper"),
            pl.Series("n", [1] * len(days), pl.Int64),
        ]
    )


def _needed(reduced: pl.DataFrame, read: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The straight way from where the latest reading left it to the target, where there is one to go."""
    target_on, seen_on = _day(reduced, "target_on"), _day(reduced, "seen_on")
    if read.is_empty() or target_on is None or seen_on is None or seen_on >= target_on:
        return {}
    latest = float(read["value"].cast(pl.Float64)[-1])
    return {"needed": _line([seen_on, target_on], [latest, 1.0])} if latest < 1 else {}


def _planned(reduced: pl.DataFrame, n: int, missing: int) -> tuple[Figure, dict[str, pl.DataFrame]]:
    """Where an even pace from start to target stands today (0 before, 1 after), and the line of it."""
    start_on, target_on, seen_on = (_day(reduced, name) for name in ("start_on", "target_on", "seen_on"))
    share = "share of the way"
    if start_on is None or target_on is None or seen_on is None or start_on >= target_on:
        reason = "no day of the baseline" if start_on is None else "no target date after the baseline"
        return Figure("planned", None, n, missing, unit=share, reason=reason), {}
    value = min(1.0, max(0.0, (seen_on - start_on).days / (target_on - start_on).days))
    return Figure("planned", value, n, missing, unit=share), {"planned": _line([start_on, target_on], [0.0, 1.0])}


class Trend:
    """Figures ``slope`` (a year, with interval) and ``tau`` of ``value`` over ``observed_on``; null under 4 readings.

    With ``target_on`` and ``seen_on`` (today), of values that count the way to the target as 1: ``needed``, the slope
    from today on that takes the latest reading to 1 by the target date, and ``pace``, slope / needed. Both are null
    past the target date and where the target is reached. Readings without a value are missing. Not clipped.

    With ``start_on`` too: ``planned``, where an even pace from 0 on that day to 1 on the target date stands today.
    Series, x days since 1970-01-01: ``observed``, the readings; ``planned``, from start to target; ``needed``, from the
    latest reading's value today to the target.
    """

    name = "trend"
    version = 1
    scope: Literal["group"] = "group"
    needs: tuple[Need, ...] = (
        Need("observed_on", "day of the reading"),
        Need("value", "the reading, or null"),
        Need("target_on", "day by which the value is to be 1", optional=True),
        Need("seen_on", "the day from which the rest is reckoned", optional=True),
        Need("start_on", "day on which the value is 0 by plan", optional=True),
    )
    params: tuple[Param, ...] = ()

    def reduction(self, columns: Collection[str], params: Params) -> Reduction:  # noqa: ARG002 (the protocol's)
        """The distinct readings."""
        optional = tuple(c for c in ("target_on", "seen_on", "start_on") if c in columns)
        return Reduction(("observed_on", "value", *optional), {"n_rows": "CAST(count(*) AS BIGINT)"})

    def finish(self, reduced: pl.DataFrame, params: Params) -> Estimate:  # noqa: ARG002 (the protocol's)
        """Slope, tau, needed slope, pace."""
        read = present(reduced, "observed_on", "value").sort("observed_on")
        n = int(read["n_rows"].sum())
        missing = int(present(reduced, "observed_on")["n_rows"].sum()) - n
        figures, slope = self._slope(read, n, missing)
        series = (
            {"observed": _line(read["observed_on"].to_list(), read["value"].cast(pl.Float64).to_list())} if n else {}
        )
        if "target_on" in reduced.columns and "seen_on" in reduced.columns:
            figures += self._pace(reduced, read, slope, n, missing)
            series |= _needed(reduced, read)
        if "start_on" in reduced.columns:
            figure, path = _planned(reduced, n, missing)
            figures.append(figure)
            series |= path
        return Estimate(figures, series)

    @staticmethod
    def _slope(read: pl.DataFrame, n: int, missing: int) -> tuple[list[Figure], float | None]:
        reason = None
        if n < MIN_READINGS:
            reason = f"fewer than {MIN_READINGS} readings" if n else _none(missing)
        elif read["observed_on"].n_unique() < 2:
            reason = "all readings are of one day"
        if reason:
            return [
                Figure("slope", None, n, missing, reason=reason),
                Figure("tau", None, n, missing, unit="tau-b", reason=reason),
            ], None
        counts = read["n_rows"].to_numpy()
        days = np.repeat(read["observed_on"].cast(pl.Int32).cast(pl.Float64).to_numpy(), counts)
        values = np.repeat(read["value"].cast(pl.Float64).to_numpy(), counts)
        found = theil_sen(days / DAYS_PER_YEAR, values)
        assert found is not None
        slope, lower, upper = found
        tau = float(tau_b(days, values))
        flat = math.isnan(tau)
        figures = [
            Figure(
                "slope",
                slope,
                n,
                missing,
                lower=lower if math.isfinite(lower) else None,
                upper=upper if math.isfinite(upper) else None,
            ),
            Figure("tau", None if flat else tau, n, missing, unit="tau-b", reason="no change" if flat else None),
        ]
        return figures, slope

    @staticmethod
    def _pace(reduced: pl.DataFrame, read: pl.DataFrame, slope: float | None, n: int, missing: int) -> list[Figure]:
        target_on, seen_on = _day(reduced, "target_on"), _day(reduced, "seen_on")
        reason, needed = None, None
        if not n:
            reason = _none(missing)
        elif target_on is None or seen_on is None:
            reason = "no target date"
        elif seen_on >= target_on:
            reason = "past the target date"
        else:
            latest = float(read["value"].cast(pl.Float64)[-1])
            if latest >= 1:
                reason = "target reached"
            else:
                needed = (1 - latest) * DAYS_PER_YEAR / (target_on - seen_on).days
        pace = slope / needed if slope is not None and needed else None
        blocked = reason or (None if pace is not None else f"fewer than {MIN_READINGS} readings")
        return [
            Figure("needed", needed, n, missing, reason=reason),
            Figure("pace", pace, n, missing, unit="times the slope needed", reason=blocked),
        ]
