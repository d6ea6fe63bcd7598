"""``share``: how many of the denominator's rows are in the numerator, with an interval that knows of clusters."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from reportmetrics.metrics.estimators.base import (
    Estimate,
    EstimatorError,
    Figure,
    Need,
    Param,
    Params,
    Reduction,
    positive_rows,
    yes_or_no,
)
from reportmetrics.metrics.estimators.distributions import t_quantile

MIN_CLUSTERS = 8
"""Below it the variance between clusters is too uncertain for an interval."""


def wilson(p: float, n: float, quantile: float) -> tuple[float, float]:
    """Score interval of a proportion ``p`` of ``n`` trials (Wilson 1927), ``quantile`` in units of its standard error.

    ``n`` need not be an integer (an effective number).
    """
    z2 = quantile * quantile
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = quantile / (1 + z2 / n) * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return max(0.0, min(p, centre - half)), min(1.0, max(p, centre + half))


def design_effect(numerators: npt.NDArray[np.float64], denominators: npt.NDArray[np.float64]) -> float:
    """How many times larger the variance is than that of independent rows, at least 1.

    Variance of the ratio between clusters by linearisation, k/(k-1) sum (y - p n)^2 / N^2, over p (1 - p) / N (Kish
    1965). Where the clusters do not differ from the ratio at all because it is 0 or 1, the effect cannot be
    estimated: the largest possible one, the mean size of a cluster, is taken.
    """
    k = len(denominators)
    total = float(denominators.sum())
    p = float(numerators.sum()) / total
    if p in (0.0, 1.0):
        return max(1.0, total / k)
    residuals = numerators - p * denominators
    variance = k / (k - 1) * float((residuals**2).sum()) / total**2
    return max(1.0, variance / (p * (1 - p) / total))


class Share:
    """Figures ``share`` and ``numerator``; n is the denominator.

    ``numerator`` and ``denominator`` are true/false, or counts where a row stands for several things; a row without
    either is missing. With a ``cluster`` column: Wilson's interval with n divided by the design effect and Student's t
    on clusters - 1, null below 8 clusters. Without one the rows are a complete count of what there is: no interval.
    ``excess`` counts things that were received beyond the denominator; they are left out and named in a caveat.
    With ``of_all`` also ``share_of_all``: rows with a denominator but no numerator count as not in the numerator.
    """

    name = "share"
    version = 1
    scope: Literal["group"] = "group"
    needs: tuple[Need, ...] = (
        Need("numerator", "part of the denominator that counts"),
        Need("denominator", "what it is a share of"),
        Need("cluster", "unit or reporter within which rows resemble each other", optional=True),
        Need("excess", "received beyond what was expected", optional=True),
    )
    params: tuple[Param, ...] = (
        Param("of_all", False, yes_or_no, "whether the share that counts the missing as not in it is given too"),
    )

    def reduction(self, columns: Collection[str], params: Params) -> Reduction:
        """Totals per cluster."""
        known = "numerator IS NOT NULL AND denominator IS NOT NULL"
        aggregates = {
            "top": f"CAST(coalesce(sum(CASE WHEN {known} THEN CAST(numerator AS BIGINT) END), 0) AS BIGINT)",
            "bottom": f"CAST(coalesce(sum(CASE WHEN {known} THEN CAST(denominator AS BIGINT) END), 0) AS BIGINT)",
            "n_missing": f"CAST(sum(CASE WHEN {known} THEN 0 ELSE 1 END) AS BIGINT)",
            "n_outside": "CAST(sum(CASE WHEN CAST(numerator AS BIGINT) > CAST(denominator AS BIGINT) THEN 1 ELSE 0 END)"
            " AS BIGINT)",
        }
        if params["of_all"]:
            aggregates["unknown"] = (
                "CAST(coalesce(sum(CASE WHEN numerator IS NULL THEN CAST(denominator AS BIGINT) END), 0) AS BIGINT)"
            )
        if "excess" in columns:
            aggregates["n_excess"] = "CAST(coalesce(sum(CAST(excess AS BIGINT)), 0) AS BIGINT)"
        return Reduction(("cluster",) if "cluster" in columns else (), aggregates)

    def finish(self, reduced: pl.DataFrame, params: Params) -> Estimate:
        """The share over all clusters, and its interval."""
        if reduced["n_outside"].sum():
            raise EstimatorError(
                f"{reduced['n_outside'].sum()} rows have a numerator larger than their denominator; a share counts a "
                "part of the denominator (a ratio of different things is not a share)"
            )
        top, bottom = int(reduced["top"].sum()), int(reduced["bottom"].sum())
        missing = int(reduced["n_missing"].sum())
        caveats = self._excess(reduced)
        of_all = self._of_all(reduced, top, bottom) if params["of_all"] else []
        if bottom == 0:
            reason = "nothing to take a share of"
            return Estimate(
                [
                    Figure("share", None, 0, missing, unit="share", reason=reason, caveats=caveats),
                    Figure("numerator", None, 0, missing, unit="number", reason=reason),
                    *of_all,
                ]
            )
        lower, upper, few = self._interval(positive_rows(reduced, "bottom"))
        return Estimate(
            [
                Figure(
                    "share",
                    top / bottom,
                    bottom,
                    missing,
                    lower=lower,
                    upper=upper,
                    unit="share",
                    caveats=(*caveats, *few),
                ),
                Figure("numerator", float(top), bottom, missing, unit="number"),
                *of_all,
            ]
        )

    @staticmethod
    def _of_all(reduced: pl.DataFrame, top: int, bottom: int) -> list[Figure]:
        """The least that the share can be: what is not known counts as outside it."""
        everything = bottom + int(reduced["unknown"].sum())
        reason = None if everything else "nothing to take a share of"
        return [
            Figure("share_of_all", top / everything if everything else None, everything, unit="share", reason=reason)
        ]

    @staticmethod
    def _interval(clusters: pl.DataFrame) -> tuple[float | None, float | None, tuple[str, ...]]:
        if "cluster" not in clusters.columns:
            return None, None, ()
        k = clusters.height
        if k < MIN_CLUSTERS:
            return None, None, (f"few clusters: {k} clusters, fewer than {MIN_CLUSTERS}, so no interval",)
        tops = clusters["top"].cast(pl.Float64).to_numpy()
        bottoms = clusters["bottom"].cast(pl.Float64).to_numpy()
        total = float(bottoms.sum())
        t = t_quantile(0.975, k - 1)
        lower, upper = wilson(float(tops.sum()) / total, total / design_effect(tops, bottoms), t)
        return lower, upper, ()

    @staticmethod
    def _excess(reduced: pl.DataFrame) -> tuple[str, ...]:
        excess = int(reduced["n_excess"].sum()) if "n_excess" in reduced.columns else 0
        return (f"excess: {excess} received beyond what was expected are left out",) if excess else ()
