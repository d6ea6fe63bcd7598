"""``age_profile``: how many are open and how old they are."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise
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
    present,
    quantile_name,
    rising_numbers,
)
from reportmetrics.metrics.estimators.order_statistics import inverse_cdf


class AgeProfile:
    """Figures ``open``, ``q25``, ``median``, ``q75``, ``max`` and ``bin`` (label such as ``31-90``) of ages.

    All that is open is counted, so there is no interval. A bin holds completed units: with bins up to 30, an age of
    30.9 days lies in ``0-30``. Empty bins are zero: everything open has an age.
    """

    name = "age_profile"
    version = 1
    scope: Literal["group"] = "group"
    needs: tuple[Need, ...] = (Need("duration", "age"),)
    params: tuple[Param, ...] = (
        Param("bins", [30, 90, 180], rising_numbers, "last completed unit of each bin but the open-ended one"),
        PER_UNIT,
    )

    def reduction(self, columns: Collection[str], params: Params) -> Reduction:  # noqa: ARG002 (the protocol's)
        """How often each age occurs."""
        return Reduction(("duration",), {"n_rows": "CAST(count(*) AS BIGINT)"})

    def finish(self, reduced: pl.DataFrame, params: Params) -> Estimate:
        """Number, quantiles, maximum and bins."""
        known = present(reduced, "duration").sort("duration")
        counts = known["n_rows"].to_numpy().astype(np.int64)
        ages = known["duration"].cast(pl.Float64).to_numpy() / float(params["per_unit"])
        n, total = int(counts.sum()), int(reduced["n_rows"].sum())
        figures = [Figure("open", float(total), total, unit="number")]
        if n == 0:
            names = ["q25", "median", "q75", "max"]
            return Estimate(figures + [Figure(name, None, 0, total, reason="no age") for name in names])
        figures += [Figure(quantile_name(q), inverse_cdf(ages, counts, q), n, total - n) for q in (0.25, 0.5, 0.75)]
        figures.append(Figure("max", float(ages[-1]), n, total - n))
        edges = [0, *(b + 1 for b in params["bins"])]
        labels = [f"{a:g}-{b - 1:g}" for a, b in pairwise(edges)] + [f"{edges[-1]:g}+"]
        which = np.searchsorted(np.asarray(edges[1:], dtype=np.float64), ages, side="right")
        held = np.bincount(which, weights=counts, minlength=len(labels))
        figures += [
            Figure("bin", float(held[i]), n, total - n, label=label, unit="number") for i, label in enumerate(labels)
        ]
        return Estimate(figures)
