"""``quantile``: quantiles of a value by inverse CDF, with order-statistic intervals, and the mean beside them."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Literal

import numpy as np
import polars as pl

from reportmetrics.metrics.estimators.base import (
    PER_UNIT,
    Estimate,
    Figure,
    Need,
    Param,
    Params,
    Reduction,
    one_of,
    present,
    probabilities,
    quantile_name,
    yes_or_no,
)
from reportmetrics.metrics.estimators.distributions import t_quantile
from reportmetrics.metrics.estimators.order_statistics import (
    FloatArray,
    IntArray,
    at_rank,
    averaged_quantile,
    inverse_cdf,
    rank_interval,
)


def _finite(bound: float | None) -> float | None:
    """A bound, or None where it is unbounded."""
    return None if bound is None or math.isinf(bound) else bound


class Quantile:
    """Figures ``median``, ``q25``, ... and, on request, ``mean`` with a t interval, of ``value`` / ``per_unit``.

    Series ``survival``, on request: x value, y share of values above it, n values from it on; without interval.
    """

    name = "quantile"
    version = 1
    scope: Literal["group"] = "group"
    needs: tuple[Need, ...] = (Need("value", "the number whose quantiles are wanted"),)
    params: tuple[Param, ...] = (
        Param("at", [0.25, 0.5, 0.75], probabilities, "which quantiles"),
        Param("mean", False, yes_or_no, "whether the mean is given too"),
        Param("curve", False, yes_or_no, "whether the share of values above each is given too"),
        Param(
            "method",
            "inverse-cdf",
            one_of("inverse-cdf", "averaged"),
            "inverse-cdf equals Kaplan-Meier without censoring; averaged is what spreadsheets give",
        ),
        Param(
            "null_means",
            "missing",
            one_of("missing", "infinite"),
            "a row without a value is unknown, or longer than any (the latest reading of what was never read)",
        ),
        PER_UNIT,
    )

    def reduction(self, columns: Collection[str], params: Params) -> Reduction:  # noqa: ARG002 (the protocol's)
        """How often each value occurs."""
        return Reduction(("value",), {"n_rows": "CAST(count(*) AS BIGINT)"})

    def finish(self, reduced: pl.DataFrame, params: Params) -> Estimate:
        """Quantiles of all values, and how many rows have none."""
        known = present(reduced, "value").sort("value")
        counts = known["n_rows"].to_numpy().astype(np.int64)
        values = known["value"].cast(pl.Float64).to_numpy() / float(params["per_unit"])
        n, total = int(counts.sum()), int(reduced["n_rows"].sum())
        if params["null_means"] == "infinite" and n < total:
            values, counts, n = np.append(values, np.inf), np.append(counts, total - n), total
        names = [quantile_name(q) for q in params["at"]] + (["mean"] if params["mean"] else [])
        if n == 0:
            return Estimate([Figure(name, None, 0, total, reason="no value") for name in names])
        figures = [self._quantile(values, counts, q, total - n, params["method"]) for q in params["at"]]
        if params["mean"]:
            figures.append(self._mean(values, counts, total - n))
        return Estimate(figures, {"survival": self._curve(values, counts)} if params["curve"] else {})

    @staticmethod
    def _curve(values: FloatArray, counts: IntArray) -> pl.DataFrame:
        """Points at 0 and at each value that is not infinite."""
        n = int(counts.sum())
        x, left = values[np.isfinite(values)], n - counts.cumsum()[np.isfinite(values)]
        at_risk = left + counts[: len(x)]
        if not len(x) or x[0] > 0:
            x, left, at_risk = np.append(0.0, x), np.append(n, left), np.append(n, at_risk)
        none = pl.Series([None] * len(x), dtype=pl.Float64)
        return pl.DataFrame({"x": x, "y": left / n, "lower": none, "upper": none, "n": at_risk})

    @staticmethod
    def _quantile(values: FloatArray, counts: IntArray, q: float, missing: int, method: str) -> Figure:
        n = int(counts.sum())
        value = (averaged_quantile if method == "averaged" else inverse_cdf)(values, counts, q)
        ranks = rank_interval(n, q)
        lower, upper = (at_rank(values, counts, ranks[0]), at_rank(values, counts, ranks[1])) if ranks else (None, None)
        caveats = () if ranks else (f"few: {n} values are too few for an interval",)
        if math.isinf(value):
            return Figure(quantile_name(q), None, n, missing, lower=_finite(lower), reason="infinite", caveats=caveats)
        return Figure(quantile_name(q), value, n, missing, lower=_finite(lower), upper=_finite(upper), caveats=caveats)

    @staticmethod
    def _mean(values: FloatArray, counts: IntArray, missing: int) -> Figure:
        n = int(counts.sum())
        mean = float((values * counts).sum()) / n
        if math.isinf(mean):
            return Figure("mean", None, n, missing, reason="infinite")
        if n < 2:
            return Figure("mean", mean, n, missing, caveats=("few: one value is too few for an interval",))
        variance = float((counts * (values - mean) ** 2).sum()) / (n - 1)
        half = t_quantile(0.975, n - 1) * math.sqrt(variance / n)
        return Figure("mean", mean, n, missing, lower=mean - half, upper=mean + half)
