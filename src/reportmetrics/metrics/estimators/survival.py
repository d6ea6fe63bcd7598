"""Arithmetic of survival curves on counted spells, shared by the estimators that need a risk set.

Belongs here: risk tables, product-limit curves, their variance, quantiles and areas. Not here: which columns a metric
has, what is published (``kaplan_meier``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Interval = Literal["log-log", "log"]

Z = NormalDist().inv_cdf(0.975)
FEW_EVENTS = 10
"""Below it a curve is marked."""
TOLERANCE = 1e-12
"""Slack of S(t) <= 1 - q, so that 0.1 + 0.2 style rounding moves no quantile."""


@dataclass(frozen=True, slots=True)
class RiskTable:
    """Distinct rising exit times; events, exits and number at risk (entry < t <= exit) at each."""

    time: FloatArray
    events: IntArray
    exits: IntArray
    at_risk: IntArray

    @property
    def last_follow_up(self) -> float:
        """The largest exit time."""
        return float(self.time[-1])


def usable_spells(reduced: pl.DataFrame) -> pl.DataFrame:
    """Reduced rows with a duration from 0 that were at risk at some time: without entry, or entered before the end."""
    lowest = reduced["duration"].min()
    sound = reduced["duration"].null_count() == 0 and isinstance(lowest, int | float) and lowest >= 0
    # A filter takes longer than the rest of a small group, and there is hardly ever something to leave out.
    seen = reduced if sound else reduced.filter(pl.col("duration").is_not_null() & (pl.col("duration") >= 0))
    if "entry" in seen.columns and seen["entry"].null_count() < seen.height:
        seen = seen.filter(pl.col("entry").is_null() | (pl.col("entry") < pl.col("duration")))
    return seen


def risk_table(duration: FloatArray, events: IntArray, rows: IntArray, entry: FloatArray | None = None) -> RiskTable:
    """Risk table of spells that end at ``duration``: ``rows`` of them, of which ``events`` end with the event.

    ``entry`` is when they came under observation (minus infinity: from the start). Spells with entry >= duration were
    never seen at risk and must be left out before.
    """
    if (duration[1:] > duration[:-1]).all():  # as reduced without entries: nothing to sort or to add up
        time, d, exits = duration, events, rows
    else:
        time, index = np.unique(duration, return_inverse=True)
        d = np.bincount(index, weights=events, minlength=len(time)).astype(np.int64)
        exits = np.bincount(index, weights=rows, minlength=len(time)).astype(np.int64)
    at_risk = exits[::-1].cumsum()[::-1]
    if entry is not None:
        # A spell that enters at or after t is not at risk at t although its exit lies beyond.
        late = np.bincount(np.searchsorted(time, entry, side="right"), weights=rows, minlength=len(time) + 1)
        at_risk = at_risk - (int(rows.sum()) - late.astype(np.int64).cumsum()[: len(time)])
    return RiskTable(time, d, exits, at_risk)


def spell_table(seen: pl.DataFrame, events: IntArray | None = None) -> RiskTable:
    """Risk table of reduced rows with ``duration``, ``n_rows`` and, if any, ``entry``.

    ``events`` are those of each row; left out, its ``n_events``.
    """
    duration = seen["duration"].cast(pl.Float64).to_numpy()
    events = seen["n_events"].to_numpy() if events is None else events
    return risk_table(duration, events, seen["n_rows"].to_numpy(), entries(seen))


def entries(seen: pl.DataFrame) -> FloatArray | None:
    """When each row came under observation, minus infinity where from the start; None where that holds for all."""
    if "entry" not in seen.columns or seen["entry"].null_count() == seen.height:
        return None
    entry = seen["entry"].cast(pl.Float64).to_numpy()  # a null becomes not-a-number
    return np.where(np.isnan(entry), -math.inf, entry)


def spell_caveats(reduced: pl.DataFrame, missing: int, events: int | None) -> tuple[str, ...]:
    """What has to be said of spells: some not observed, a stale extract, few events (None: nothing was observed)."""
    caveats: tuple[str, ...] = ()
    if missing:
        caveats += (f"not observed: {missing} rows have no usable duration or ended before they could be seen",)
    if "n_stale" in reduced.columns and reduced["n_stale"].sum():
        caveats += ("extract stale: nothing new for more than twice the register's period",)
    if events is not None and events < FEW_EVENTS:
        caveats += (f"few: {events} events, fewer than {FEW_EVENTS}",)
    return caveats


@dataclass(frozen=True, slots=True)
class Curve:
    """Product-limit curve at the times of ``table``: S, Greenwood's sum, and the 95 % interval.

    ``table`` holds the times at which the curve steps, the first and the last time; without any event all times.
    """

    table: RiskTable
    survival: FloatArray
    greenwood: FloatArray
    lower: FloatArray
    upper: FloatArray

    def at_risk(self, t: float) -> int:
        """Number at risk at ``t``, for ``t`` at or below the last follow-up."""
        return int(self.table.at_risk[int(np.searchsorted(self.table.time, t, side="left"))])


def product_limit(table: RiskTable, interval: Interval = "log-log") -> Curve:
    """S = prod(1 - d/n) (Kaplan & Meier 1958) with Greenwood's variance S^2 sum d/(n(n-d)), terms with d = n being 0.

    Interval log-log: S^exp(+-z se/log S) (Kalbfleisch & Prentice 1980); log: S exp(+-z se), cut at 1. Ahead of the
    first event both bounds are 1, as in R's ``survfit``. With no event at all S is 1 and the lower bound is
    0.025^(1/n), the exact binomial one, with n at risk at that time.
    """
    happens = table.events > 0
    some = bool(happens.any())
    if some:
        happens[[0, -1]] = True
        table = RiskTable(table.time[happens], table.events[happens], table.exits[happens], table.at_risk[happens])
    n, d = table.at_risk.astype(np.float64), table.events.astype(np.float64)
    survival: FloatArray = np.cumprod(1 - d / n, dtype=np.float64)
    greenwood = np.cumsum(np.divide(d, n * (n - d), out=np.zeros_like(n), where=d < n))
    if not some:
        return Curve(table, survival, greenwood, 0.025 ** (1 / n), np.ones_like(n))
    se = np.sqrt(greenwood)
    if interval == "log":
        return Curve(table, survival, greenwood, survival * np.exp(-Z * se), np.minimum(1.0, survival * np.exp(Z * se)))
    inside = (survival > 0) & (survival < 1)
    log = np.log(survival, where=inside, out=-np.ones_like(n))
    factor = np.exp(np.divide(Z * se, -log, where=inside, out=np.zeros_like(n)))
    lower = np.where(inside, np.exp(log * factor), survival)
    upper = np.where(inside, np.exp(log / factor), survival)
    return Curve(table, survival, greenwood, lower, upper)


def quantile_time(time: FloatArray, survival: FloatArray, q: float) -> float | None:
    """Smallest t with S(t) <= 1 - q, None where the curve does not come down to it.

    An interval's curve need not fall everywhere, so the first time at which it is low enough counts.
    """
    low = survival <= 1 - q + TOLERANCE
    first = int(low.argmax())
    return float(time[first]) if low[first] else None


def restricted_mean(curve: Curve, tau: float) -> tuple[float, float]:
    """Area under S up to ``tau``, and its variance: sum over events of (area from t to tau)^2 d / (n (n - d))."""
    table = curve.table
    inside = table.time < tau
    knots = np.concatenate([[0.0], table.time[inside], [tau]])
    heights = np.concatenate([[1.0], curve.survival[inside]])
    pieces = np.diff(knots) * heights
    area_right = pieces[::-1].cumsum()[::-1]  # from knot i to tau
    n, d = table.at_risk[inside].astype(np.float64), table.events[inside].astype(np.float64)
    weight = np.divide(d, n * (n - d), out=np.zeros_like(n), where=d < n)
    return float(pieces.sum()), float((area_right[1:] ** 2 * weight).sum())
