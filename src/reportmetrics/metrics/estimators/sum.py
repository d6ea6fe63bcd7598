"""``sum``: a total, with bounds where part of it is assumed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Literal

import polars as pl

from reportmetrics.metrics.estimators.base import PER_UNIT, Estimate, Figure, Need, Param, Params, Reduction


class Sum:
    """Figure ``sum``: the total of ``value`` over rows that have one; the others are n_missing, never zero.

    ``low`` and ``high`` are each row's bounds (equal to the value where it was measured); their totals bound the
    figure. ``assumed`` marks rows whose value was assumed: the caveat gives their share of the total.
    """

    name = "sum"
    version = 1
    scope: Literal["group"] = "group"
    needs: tuple[Need, ...] = (
        Need("value", "what is added up"),
        Need("low", "the least that the row may stand for", optional=True),
        Need("high", "the most that the row may stand for", optional=True),
        Need("assumed", "true where the value was not measured", optional=True),
    )
    params: tuple[Param, ...] = (PER_UNIT,)

    def reduction(self, columns: Collection[str], params: Params) -> Reduction:  # noqa: ARG002 (the protocol's)
        """Totals, and the number of rows with and without a value."""
        aggregates = {
            "n_rows": "CAST(count(*) AS BIGINT)",
            "n_value": "CAST(count(value) AS BIGINT)",
            "total": "sum(CAST(value AS DOUBLE))",
        }
        for bound in ("low", "high"):
            if bound in columns:
                present = f"CASE WHEN value IS NOT NULL THEN CAST({bound} AS DOUBLE) END"
                aggregates[f"total_{bound}"] = f"sum({present})"
        if "assumed" in columns:
            aggregates["n_assumed"] = "CAST(count(CASE WHEN assumed THEN value END) AS BIGINT)"
            aggregates["total_assumed"] = "sum(CASE WHEN assumed THEN CAST(value AS DOUBLE) END)"
        return Reduction((), aggregates)

    def finish(self, reduced: pl.DataFrame, params: Params) -> Estimate:
        """The total divided by ``per_unit``."""
        return self.finish_row(reduced.row(0, named=True), params)

    def finish_row(self, row: Mapping[str, Any], params: Params) -> Estimate:
        """The same of a row."""
        scale = float(params["per_unit"])
        n, missing = int(row["n_value"]), int(row["n_rows"] - row["n_value"])
        if n == 0:
            return Estimate([Figure("sum", None, 0, missing, reason="no value")])

        def scaled(name: str) -> float | None:
            return None if row.get(name) is None else float(row[name]) / scale

        caveats: tuple[str, ...] = ()
        if row.get("n_assumed"):
            share = (row["total_assumed"] or 0.0) / row["total"] if row["total"] else row["n_assumed"] / n
            caveats = (
                f"assumed: {share:.0%} of the total is assumed; the interval runs from its low to its high value",
            )
        figure = Figure(
            "sum",
            float(row["total"]) / scale,
            n,
            missing,
            lower=scaled("total_low"),
            upper=scaled("total_high"),
            caveats=caveats,
        )
        return Estimate([figure])
