"""``association``: whether activity goes before change, objective by objective and over all."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Literal

import numpy as np
import polars as pl

from reportmetrics.metrics.estimators.base import Estimate, Figure, Need, Param, Params, Reduction, positive
from reportmetrics.metrics.estimators.paired import NEEDS, FloatArray, Pair, pair, reduction
from reportmetrics.metrics.estimators.shifts import benjamini_hochberg, correlations, mean_test, studentised_test

MIN_WEEKS, LEAST_SHIFT = 160, 26


def _lags(value: Any) -> str | None:
    fine = isinstance(value, list) and value and all(type(v) is int and v >= 0 for v in value)
    return (
        None if fine and len(set(value)) == len(value) else f"must be a list of different weeks from 0, not {value!r}"
    )


class Association:
    """Correlation of activity a week with the change of progress a week that follows, at several lags.

    Figures per objective: ``rho`` by lag (label, weeks), the mean over its indicators, descriptive and without a test.
    For the whole mission by lag: ``mean_rho`` over objectives, its ``p_value`` from circular shifts of each
    objective's activity on its own (``draws`` from ``seed``), and ``q_value``, adjusted over the lags. From 160 weeks
    on also per objective ``p_value`` of the largest correlation over lags, in units of the standard error that shifts
    by 26 weeks or more show (``shifts.studentised_test``), and ``q_value``, adjusted over objectives; with fewer weeks
    there are too few such shifts to tell that error, so they are null.
    """

    name = "association"
    version = 2
    scope: Literal["family"] = "family"
    needs: tuple[Need, ...] = NEEDS
    params: tuple[Param, ...] = (
        Param("lags", [0, 4, 8, 12], _lags, "weeks by which activity goes ahead"),
        Param("draws", 9999, positive, "how many random shifts"),
        Param("seed", 20220131, positive, "start of the random numbers"),
    )

    def reduction(self, columns: Collection[str], params: Params) -> Reduction:  # noqa: ARG002 (the protocol's)
        """Activity of each week, and the distinct readings."""
        return reduction()

    def finish_family(
        self, reduced: pl.DataFrame, groups: Sequence[str], params: Params
    ) -> list[tuple[dict[str, str | None], Estimate]]:
        """Correlations of each group, tests over all."""
        if reduced.is_empty():
            return []
        lags: list[int] = params["lags"]
        found = [
            ({g: part[g][0] for g in groups}, pair(part))
            for part in reduced.partition_by(list(groups), maintain_order=True)
        ]
        by_lag = [[correlations(one, lag) for lag in lags] for _, one in found]
        tested = _objective_tests(found, by_lag)
        results: list[tuple[dict[str, str | None], Estimate]] = [
            (dims, Estimate([*_rho(one, curves, lags), *test]))
            for (dims, one), curves, test in zip(found, by_lag, tested, strict=True)
        ]
        # Drawn in order of content, so that renaming an objective moves no figure.
        order = sorted(range(len(found)), key=lambda k: found[k][1].content)
        rng = np.random.default_rng(int(params["seed"]))
        means = [mean_test([by_lag[k][i] for k in order], int(params["draws"]), rng) for i in range(len(lags))]
        with_rho = [sum(not np.isnan(curves[i][0]) for curves in by_lag) for i in range(len(lags))]
        return [*results, ({}, Estimate(_mission(lags, means, with_rho, len(found))))]


def _rho(one: Pair, curves: list[FloatArray], lags: list[int]) -> list[Figure]:
    readings, missing = sum(len(p.days) for p in one.paths), int(np.isnan(one.activity).sum())
    figures = []
    for lag, curve in zip(lags, curves, strict=True):
        rho = None if np.isnan(curve[0]) else float(curve[0])
        reason = None if rho is not None else "too few readings, or no variation"
        figures.append(Figure("rho", rho, readings, missing, label=str(lag), unit="correlation", reason=reason))
    return figures


def _objective_tests(found: list[tuple[dict[str, Any], Pair]], by_lag: list[list[FloatArray]]) -> list[list[Figure]]:
    p_values = [
        studentised_test(curves, LEAST_SHIFT) if len(one.activity) >= MIN_WEEKS else None
        for (_, one), curves in zip(found, by_lag, strict=True)
    ]
    known = [k for k, p in enumerate(p_values) if p is not None]
    adjusted = (
        dict(zip(known, benjamini_hochberg([p for p in p_values if p is not None]), strict=True)) if known else {}
    )
    tests = []
    for k, (_, one) in enumerate(found):
        n, p = len(one.activity), p_values[k]
        few = f"fewer than {MIN_WEEKS} weeks"
        reason = None if p is not None else few if n < MIN_WEEKS else "too few readings, or no variation"
        q = float(adjusted[k]) if p is not None else None
        tests.append(
            [
                Figure("p_value", p, n, unit="probability", reason=reason),
                Figure("q_value", q, n, unit="probability", reason=reason),
            ]
        )
    return tests


def _mission(
    lags: list[int], means: list[tuple[float, float] | None], with_rho: list[int], objectives: int
) -> list[Figure]:
    known = [k for k, m in enumerate(means) if m is not None]
    adjusted = dict(zip(known, benjamini_hochberg([m[1] for m in means if m is not None]), strict=True))
    figures = []
    for k, (lag, tested) in enumerate(zip(lags, means, strict=True)):
        n, missing = with_rho[k], objectives - with_rho[k]
        reason = None if tested else "no objective has a correlation"
        mean, p = tested or (None, None)
        q = float(adjusted[k]) if tested else None
        label = str(lag)
        figures += [
            Figure("mean_rho", mean, n, missing, label=label, unit="correlation", reason=reason),
            Figure("p_value", p, n, missing, label=label, unit="probability", reason=reason),
            Figure("q_value", q, n, missing, label=label, unit="probability", reason=reason),
        ]
    return figures
