"""``count_distinct``: how many different values."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

import polars as pl

from reportmetrics.metrics.estimators.base import Estimate, Figure, Need, Param, Params, Reduction, present


class CountDistinct:
    """Figure ``distinct``: the number of different ``value``; n counts the rows that have one, the others are missing.

    No row with a value is a number of 0 only where no row lacks one; otherwise nothing is known and the figure is
    null.
    """

    name = "count_distinct"
    version = 1
    scope: Literal["group"] = "group"
    needs: tuple[Need, ...] = (Need("value", "what is told apart"),)
    params: tuple[Param, ...] = ()

    def reduction(self, columns: Collection[str], params: Params) -> Reduction:  # noqa: ARG002 (the protocol's)
        """How often each value occurs."""
        return Reduction(("value",), {"n_rows": "CAST(count(*) AS BIGINT)"})

    def finish(self, reduced: pl.DataFrame, params: Params) -> Estimate:  # noqa: ARG002 (the protocol's)
        """The number of values."""
        known = present(reduced, "value")
        n = int(known["n_rows"].sum())
        missing = int(reduced["n_rows"].sum()) - n
        if n == 0:
            return Estimate([Figure("distinct", None, 0, missing, reason="no value")])
        return Estimate([Figure("distinct", float(known.height), n, missing)])
