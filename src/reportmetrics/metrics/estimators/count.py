"""``count``: how many rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Literal

import polars as pl

from reportmetrics.metrics.estimators.base import Estimate, Figure, Need, Param, Params, Reduction


class Count:
    """Figure ``count``: the number of rows."""

    name = "count"
    version = 1
    scope: Literal["group"] = "group"
    needs: tuple[Need, ...] = ()
    params: tuple[Param, ...] = ()

    def reduction(self, columns: Collection[str], params: Params) -> Reduction:  # noqa: ARG002 (the protocol's)
        """Rows per group."""
        return Reduction((), {"n_rows": "CAST(count(*) AS BIGINT)"})

    def finish(self, reduced: pl.DataFrame, params: Params) -> Estimate:
        """The number, as value and as n."""
        return self.finish_row(reduced.row(0, named=True), params)

    def finish_row(self, row: Mapping[str, Any], params: Params) -> Estimate:  # noqa: ARG002 (the protocol's)
        """The same of a row."""
        n = int(row["n_rows"])
        return Estimate([Figure("count", float(n), n)])
