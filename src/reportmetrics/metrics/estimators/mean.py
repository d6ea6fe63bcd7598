"""``mean``: the average of a value, with Student's t interval."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from reportmetrics.metrics.estimators.base import PER_UNIT, Estimate, Figure, Need, Param, Params, Reduction, present
from reportmetrics.metrics.estimators.distributions import t_quantile


def t_interval(values: npt.NDArray[np.float64]) -> tuple[float, float] | None:
    """95 % interval of the mean of independent values (Student 1908); None below two values."""
    n = len(values)
    if n < 2:
        return None
    half = t_quantile(0.975, n - 1) * float(values.std(ddof=1)) / math.sqrt(n)
    mean = float(values.mean())
    return mean - half, mean + half


class Mean:
    """Figure ``mean`` of ``value`` / ``per_unit`` over the rows that have one; the others are n_missing, never zero.

    The interval takes rows as independent of each other; rows that come in clusters belong to ``rate``.
    """

    name = "mean"
    version = 1
    scope: Literal["group"] = "group"
    needs: tuple[Need, ...] = (Need("value", "what is averaged"),)
    params: tuple[Param, ...] = (PER_UNIT,)

    def reduction(self, columns: Collection[str], params: Params) -> Reduction:  # noqa: ARG002 (the protocol's)
        """How often each value occurs: sums of squares would lose digits where values are large and alike."""
        return Reduction(("value",), {"n_rows": "CAST(count(*) AS BIGINT)"})

    def finish(self, reduced: pl.DataFrame, params: Params) -> Estimate:
        """The mean and its interval."""
        known = present(reduced, "value").sort("value")
        counts = known["n_rows"].to_numpy()
        n, missing = int(counts.sum()), int(reduced["n_rows"].sum() - counts.sum())
        if n == 0:
            return Estimate([Figure("mean", None, 0, missing, reason="no value")])
        values = np.repeat(known["value"].cast(pl.Float64).to_numpy() / float(params["per_unit"]), counts)
        bounds = t_interval(values)
        lower, upper = bounds or (None, None)
        caveats = () if bounds else ("few: one value is too few for an interval",)
        return Estimate([Figure("mean", float(values.mean()), n, missing, lower=lower, upper=upper, caveats=caveats)])
