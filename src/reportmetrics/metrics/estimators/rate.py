"""``rate``: a sum over a sum of different things, with a jackknife over clusters."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from reportmetrics.metrics.estimators.base import Estimate, Figure, Need, Param, Params, Reduction, positive_rows
from reportmetrics.metrics.estimators.distributions import t_quantile
from reportmetrics.metrics.estimators.share import MIN_CLUSTERS

FloatArray = npt.NDArray[np.float64]


def jackknife_error(tops: FloatArray, bottoms: FloatArray) -> float | None:
    """Standard error of sum(tops) / sum(bottoms), one entry per cluster, by leaving out one cluster at a time.

    sqrt((k-1)/k sum (r_i - mean r)^2) with r_i the ratio without cluster i (Efron & Tibshirani 1993, 11.5). None where
    a ratio cannot be formed because one cluster holds all of the denominator.
    """
    k = len(tops)
    rest = bottoms.sum() - bottoms
    if k < 2 or np.any(rest <= 1e-12 * abs(bottoms.sum())):
        return None
    ratios = (tops.sum() - tops) / rest
    return math.sqrt((k - 1) / k * float(((ratios - ratios.mean()) ** 2).sum()))


class Rate:
    """Figures ``rate`` and, beside it, the totals ``numerator`` and ``denominator``; n is the number of rows.

    ``numerator`` and ``denominator`` are numbers from 0 up; a row without either is missing. With a ``cluster`` column:
    delete-one-cluster jackknife and Student's t on clusters - 1, null below 8 clusters. Without one the rows are a
    complete count: no interval. Where ``part`` is true the numerator is a part of the denominator, and the interval is
    cut at 0 and 1.
    """

    name = "rate"
    version = 1
    scope: Literal["group"] = "group"
    needs: tuple[Need, ...] = (
        Need("numerator", "what is counted"),
        Need("denominator", "what it is counted per"),
        Need("cluster", "unit or reporter within which rows resemble each other", optional=True),
    )
    params: tuple[Param, ...] = (
        Param(
            "part",
            False,
            lambda v: None if isinstance(v, bool) else f"must be true or false, not {v!r}",
            "whether the numerator is a part of the denominator",
        ),
    )

    def reduction(self, columns: Collection[str], params: Params) -> Reduction:  # noqa: ARG002 (the protocol's)
        """Totals per cluster."""
        known = "numerator IS NOT NULL AND denominator IS NOT NULL"
        aggregates = {
            "top": f"coalesce(sum(CASE WHEN {known} THEN CAST(numerator AS DOUBLE) END), CAST(0 AS DOUBLE))",
            "bottom": f"coalesce(sum(CASE WHEN {known} THEN CAST(denominator AS DOUBLE) END), CAST(0 AS DOUBLE))",
            "n_known": f"CAST(sum(CASE WHEN {known} THEN 1 ELSE 0 END) AS BIGINT)",
            "n_rows": "CAST(count(*) AS BIGINT)",
        }
        return Reduction(("cluster",) if "cluster" in columns else (), aggregates)

    def finish(self, reduced: pl.DataFrame, params: Params) -> Estimate:
        """The rate over all clusters, and its interval."""
        top, bottom = float(reduced["top"].sum()), float(reduced["bottom"].sum())
        n = int(reduced["n_known"].sum())
        missing = int(reduced["n_rows"].sum()) - n
        totals = [
            Figure("numerator", top if n else None, n, missing, unit="total", reason=None if n else "no value"),
            Figure("denominator", bottom if n else None, n, missing, unit="total", reason=None if n else "no value"),
        ]
        if bottom == 0:
            reason = "nothing to take a rate of" if n else "no value"
            return Estimate([Figure("rate", None, n, missing, reason=reason), *totals])
        lower, upper, caveats = self._interval(positive_rows(reduced, "n_known"), top / bottom, params["part"])
        rate = Figure("rate", top / bottom, n, missing, lower=lower, upper=upper, caveats=caveats)
        return Estimate([rate, *totals])

    @staticmethod
    def _interval(
        clusters: pl.DataFrame, rate: float, part: bool
    ) -> tuple[float | None, float | None, tuple[str, ...]]:
        if "cluster" not in clusters.columns:
            return None, None, ()
        k = clusters.height
        if k < MIN_CLUSTERS:
            return None, None, (f"few clusters: {k} clusters, fewer than {MIN_CLUSTERS}, so no interval",)
        error = jackknife_error(clusters["top"].to_numpy(), clusters["bottom"].to_numpy())
        if error is None:
            return None, None, ("few clusters: one cluster holds all of the denominator, so no interval",)
        half = t_quantile(0.975, k - 1) * error
        lower, upper = max(0.0, rate - half), rate + half
        return lower, min(1.0, upper) if part else upper, ()
