"""``divergence``: whether activity and progress go apart over time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

import numpy as np
import polars as pl

from reportmetrics.metrics.estimators.base import Estimate, Figure, Need, Param, Params, Reduction, positive
from reportmetrics.metrics.estimators.kendall import Numbers, ranks, tau_b, tau_of_ranks
from reportmetrics.metrics.estimators.mean import t_interval
from reportmetrics.metrics.estimators.paired import NEEDS, FloatArray, IntArray, Pair, pair, reduction

MIN_READINGS = 8
WEEKS_PER_BLOCK, READINGS_PER_BLOCK = 4, 2


def trend_of(time: Numbers, values: Numbers) -> FloatArray:
    """Kendall's tau-b with time; 0 where nothing changes at all, which is no trend."""
    return _or_none(tau_b(time, values))


def _or_none(tau: FloatArray) -> FloatArray:
    return np.asarray(np.nan_to_num(tau, nan=0.0))


def block_indices(n: int, block: int, starts: FloatArray) -> IntArray:
    """Indices of resampled blocks (Kuensch 1989), shape (draws, n).

    ``starts`` are numbers in [0, 1), shape (draws, k): the same numbers give the same places in series of other
    lengths, so that series that move together are resampled together.
    """
    block = min(block, n)
    needed = -(-n // block)
    first = np.floor(starts[:, :needed] * (n - block + 1)).astype(np.int64)
    return (first[:, :, None] + np.arange(block)).reshape(len(starts), -1)[:, :n]


class Divergence:
    """tau-b(activity, time) - tau-b(progress, time) of each objective, and the mean over objectives.

    Progress is what was read, never carried forward; of several indicators, the median of their taus counts, each
    with at least 8 readings. A series that does not change has tau 0. The interval comes from resampling blocks of 4
    weeks and of 2 readings, each with its own time, ``draws`` times from ``seed`` (2.5 and 97.5 per cent points).

    Figures: ``divergence``, ``tau_activity``, ``tau_progress``, n the readings; null under 8 readings or 8 weeks. For
    the whole mission ``mean`` with Student's t interval over objectives, n the objectives.
    """

    name = "divergence"
    version = 1
    scope: Literal["family"] = "family"
    needs: tuple[Need, ...] = NEEDS
    params: tuple[Param, ...] = (
        Param("draws", 999, positive, "how many resamples"),
        Param("seed", 20220131, positive, "start of the random numbers"),
    )

    def reduction(self, columns: Collection[str], params: Params) -> Reduction:  # noqa: ARG002 (the protocol's)
        """Activity of each week, and the distinct readings."""
        return reduction()

    def finish_family(
        self, reduced: pl.DataFrame, groups: Sequence[str], params: Params
    ) -> list[tuple[dict[str, str | None], Estimate]]:
        """Figures of each group, and the mean over groups."""
        if reduced.is_empty():
            return []
        results: list[tuple[dict[str, str | None], Estimate]] = []
        known = []
        parts = reduced.partition_by(list(groups), maintain_order=True)
        for part in parts:
            figures = _objective(pair(part), params)
            results.append(({g: part[g][0] for g in groups}, Estimate(figures)))
            known += [figures[0].value] if figures[0].value is not None else []
        missing = len(parts) - len(known)
        known.sort()  # so that the order of names does not move the last digit
        mean = float(np.mean(known)) if known else None
        lower, upper = t_interval(np.array(known)) or (None, None)
        reason = None if known else f"no objective with {MIN_READINGS} readings"
        figure = Figure("mean", mean, len(known), missing, lower=lower, upper=upper, reason=reason)
        return [*results, ({}, Estimate([figure]))]


def _objective(found: Pair, params: Params) -> list[Figure]:
    weeks = np.flatnonzero(~np.isnan(found.activity)).astype(np.float64)
    activity = found.activity[~np.isnan(found.activity)]
    paths = [p for p in found.paths if len(p.days) >= MIN_READINGS]
    readings = sum(len(p.days) for p in paths)
    missing = int(np.isnan(found.activity).sum())
    reason = None
    if not paths:
        reason = f"fewer than {MIN_READINGS} readings"
    elif len(activity) < MIN_READINGS:
        reason = f"fewer than {MIN_READINGS} weeks reported"
    if reason:
        names = ("divergence", "tau_activity", "tau_progress")
        return [Figure(name, None, readings, missing, unit="tau-b", reason=reason) for name in names]
    tau_activity = float(trend_of(weeks, activity))
    tau_progress = float(np.median([float(trend_of(p.days.astype(np.float64), p.progress)) for p in paths]))
    # Every objective is given the same random numbers: a figure does not depend on names or on its neighbours.
    rng = np.random.default_rng(int(params["seed"]))
    draws = int(params["draws"])
    longest = max(len(activity), *(len(p.days) for p in paths))
    chosen = block_indices(len(activity), WEEKS_PER_BLOCK, rng.random((draws, longest)))
    drawn_activity = _or_none(tau_of_ranks(ranks(weeks)[chosen], ranks(activity)[chosen]))
    starts = rng.random((draws, longest))
    drawn = []
    for path in paths:
        chosen = block_indices(len(path.days), READINGS_PER_BLOCK, starts)
        drawn.append(_or_none(tau_of_ranks(ranks(path.days)[chosen], ranks(path.progress)[chosen])))
    lower, upper = np.quantile(drawn_activity - np.median(drawn, axis=0), [0.025, 0.975])
    value = tau_activity - tau_progress
    return [
        Figure("divergence", value, readings, missing, lower=float(lower), upper=float(upper), unit="tau-b"),
        Figure("tau_activity", tau_activity, len(activity), missing, unit="tau-b"),
        Figure("tau_progress", tau_progress, readings, unit="tau-b"),
    ]
