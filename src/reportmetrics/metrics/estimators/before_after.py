"""``before_after``: what a count and its time did before and after the count became reportable."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection
from typing import Literal

import polars as pl

from reportmetrics.metrics.estimators.base import (
    Estimate,
    EstimatorError,
    Figure,
    Need,
    Param,
    Params,
    Reduction,
    present,
)
from reportmetrics.metrics.estimators.distributions import t_quantile
from reportmetrics.metrics.estimators.mean import t_interval
from reportmetrics.metrics.estimators.rate import FloatArray, jackknife_error

MIN_WEEKS = 8
PHASES = ("before", "after")


class BeforeAfter:
    """A weekly count and the hours spent on it, in the weeks before and after the day ``since``.

    The week in which the day falls counts to neither side, unless it is a Monday. A week is known where a row has a
    value, be it 0. Figures by phase (label): ``weekly`` (mean count a week, t interval), ``weekly_hours``, ``per_hour``
    (counts per hour, jackknife over weeks), ``at_target`` and ``beside_target`` (share of weeks whose count is the
    target, and the mean share one above and one below it): heaping shows where the first leaves the second behind.
    Then ``change``: per_hour after / before, interval by the delta method on the logarithm. Intervals are null below
    8 weeks a side. It compares two times and proves no cause.
    """

    name = "before_after"
    version = 1
    scope: Literal["group"] = "group"
    needs: tuple[Need, ...] = (
        Need("week", "Monday of the week"),
        Need("value", "what is counted; null: not reported"),
        Need("hours", "hours spent on it"),
        Need("since", "first day on which the count was reportable"),
        Need("target", "target of the count a week, or null"),
    )
    params: tuple[Param, ...] = ()

    def reduction(self, columns: Collection[str], params: Params) -> Reduction:  # noqa: ARG002 (the protocol's)
        """Count and hours of each week."""
        return Reduction(
            ("week", "since", "target"),
            {"total": "sum(CAST(value AS DOUBLE))", "time": "sum(CAST(hours AS DOUBLE))"},
        )

    def finish(self, reduced: pl.DataFrame, params: Params) -> Estimate:  # noqa: ARG002 (the protocol's)
        """Figures of both phases, and the change."""
        dates, targets = reduced["since"].drop_nulls().unique(), reduced["target"].unique()
        if len(dates) != 1 or len(targets) != 1:
            raise EstimatorError("a group has one day 'since' and one target")
        since: dt.date = dates[0]
        target = targets[0]
        known = present(reduced, "total")
        missing = reduced.height - known.height
        sides = {
            "before": known.filter(pl.col("week") + pl.duration(days=6) < since),
            "after": known.filter(pl.col("week") >= since),
        }
        figures: list[Figure] = []
        rates: dict[str, tuple[float, float, int]] = {}
        for phase in PHASES:
            counts = sides[phase]["total"].cast(pl.Float64).to_numpy()
            hours = sides[phase]["time"].cast(pl.Float64).fill_null(0.0).to_numpy()
            figures += _weekly(phase, counts, hours, missing)
            figure, error = _per_hour(phase, counts, hours)
            figures.append(figure)
            if figure.value and error is not None:
                rates[phase] = (figure.value, error, len(counts))
            figures += _heaping(phase, counts, None if target is None else float(target))
        return Estimate([*figures, _change(figures, rates)])


def _weekly(phase: str, counts: FloatArray, hours: FloatArray, missing: int) -> list[Figure]:
    n = len(counts)
    if n == 0:
        return [
            Figure(name, None, 0, missing, label=phase, unit=unit, reason="no week reported")
            for name, unit in (("weekly", "a week"), ("weekly_hours", "hours a week"))
        ]
    lower, upper = (t_interval(counts) if n >= MIN_WEEKS else None) or (None, None)
    return [
        Figure("weekly", float(counts.mean()), n, missing, label=phase, unit="a week", lower=lower, upper=upper),
        Figure("weekly_hours", float(hours.mean()), n, missing, label=phase, unit="hours a week"),
    ]


def _per_hour(phase: str, counts: FloatArray, hours: FloatArray) -> tuple[Figure, float | None]:
    n, time = len(counts), float(hours.sum())
    if time <= 0:
        return Figure("per_hour", None, n, label=phase, reason="no hours"), None
    value = float(counts.sum()) / time
    error = jackknife_error(counts, hours) if n >= MIN_WEEKS else None
    if error is None:
        caveats = (f"few: {n} weeks, fewer than {MIN_WEEKS}, so no interval",) if n < MIN_WEEKS else ()
        return Figure("per_hour", value, n, label=phase, caveats=caveats), None
    half = t_quantile(0.975, n - 1) * error
    return Figure("per_hour", value, n, label=phase, lower=max(0.0, value - half), upper=value + half), error


def _heaping(phase: str, counts: FloatArray, target: float | None) -> list[Figure]:
    n = len(counts)
    if target is None or n == 0:
        reason = "no target" if target is None else "no week reported"
        return [
            Figure(name, None, n, label=phase, unit="share", reason=reason) for name in ("at_target", "beside_target")
        ]
    at = float((counts == target).mean())
    beside = float(((counts == target - 1).mean() + (counts == target + 1).mean()) / 2)
    return [
        Figure("at_target", at, n, label=phase, unit="share"),
        Figure("beside_target", beside, n, label=phase, unit="share"),
    ]


def _change(figures: list[Figure], rates: dict[str, tuple[float, float, int]]) -> Figure:
    found = {f.label: f for f in figures if f.statistic == "per_hour"}
    before, after = found["before"].value, found["after"].value
    n = found["before"].n + found["after"].n
    if before is None or after is None or before == 0:
        return Figure("change", None, n, unit="times", reason="no count per hour on one side")
    if len(rates) < len(PHASES):
        return Figure("change", after / before, n, unit="times", caveats=("few: too few weeks for an interval",))
    relative = [error / value for value, error, _ in rates.values()]
    degrees = min(weeks for _, _, weeks in rates.values()) - 1
    half = t_quantile(0.975, degrees) * math.hypot(*relative)
    lower, upper = after / before * math.exp(-half), after / before * math.exp(half)
    return Figure("change", after / before, n, unit="times", lower=lower, upper=upper)
