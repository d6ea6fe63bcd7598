"""``reciprocity``: hours that one side asks of the other, beside how long it takes to answer."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

import polars as pl

from reportmetrics.metrics.estimators.base import PER_UNIT, Estimate, Figure, Need, Param, Params, Reduction, positive
from reportmetrics.metrics.estimators.survival import (
    product_limit,
    quantile_time,
    spell_caveats,
    spell_table,
    usable_spells,
)


class Reciprocity:
    """Figures ``hours_per_week`` (n: reports) and ``median`` (n: requests; as for ``kaplan_meier``).

    Rows are of two kinds, told apart by ``asked``: reports with ``minutes`` and their assumed ``minutes_low`` and
    ``minutes_high``, and requests with ``duration``, ``event`` and, if any, ``entry``. Reports are of ``weeks`` weeks.
    """

    name = "reciprocity"
    version = 1
    scope: Literal["group"] = "group"
    needs: tuple[Need, ...] = (
        Need("asked", "true for a report that was asked for, false for a request"),
        Need("minutes", "of a report"),
        Need("minutes_low", "least minutes assumed"),
        Need("minutes_high", "most minutes assumed"),
        Need("duration", "of a request: time from start to event or censoring"),
        Need("event", "of a request: true where it ended with the event"),
        Need("entry", "of a request: time from start until it could first be seen", optional=True),
    )
    params: tuple[Param, ...] = (Param("weeks", 13, positive, "weeks that the reports are of"), PER_UNIT)

    def reduction(self, columns: Collection[str], params: Params) -> Reduction:  # noqa: ARG002 (the protocol's)
        """Requests at each duration (and entry); reports added up."""
        aggregates = {
            "n_rows": "CAST(sum(CASE WHEN asked THEN 0 ELSE 1 END) AS BIGINT)",
            "n_events": "CAST(sum(CASE WHEN event AND NOT asked THEN 1 ELSE 0 END) AS BIGINT)",
            "n_reports": "CAST(sum(CASE WHEN asked THEN 1 ELSE 0 END) AS BIGINT)",
            "n_known": "CAST(sum(CASE WHEN asked AND minutes IS NOT NULL THEN 1 ELSE 0 END) AS BIGINT)",
        }
        for name in ("minutes", "minutes_low", "minutes_high"):
            aggregates[f"sum_{name}"] = f"CAST(coalesce(sum(CASE WHEN asked THEN {name} END), 0) AS DOUBLE)"
        return Reduction(("duration", "entry") if "entry" in columns else ("duration",), aggregates)

    def finish(self, reduced: pl.DataFrame, params: Params) -> Estimate:
        """The two figures of one group."""
        return Estimate([self._hours(reduced, params), self._median(reduced, params)])

    @staticmethod
    def _hours(reduced: pl.DataFrame, params: Params) -> Figure:
        n, known = int(reduced["n_reports"].sum()), int(reduced["n_known"].sum())
        scale = 60 * float(params["weeks"])
        value, low, high = (
            float(reduced[f"sum_{c}"].sum()) / scale for c in ("minutes", "minutes_low", "minutes_high")
        )
        if n and not known:
            return Figure("hours_per_week", None, 0, n, unit="hours", reason="no minutes known")
        return Figure("hours_per_week", value, known, n - known, lower=low, upper=high, unit="hours")

    @staticmethod
    def _median(reduced: pl.DataFrame, params: Params) -> Figure:
        rows = int(reduced["n_rows"].sum())
        seen = usable_spells(reduced.filter(pl.col("n_rows") > 0))
        if seen.is_empty():
            return Figure("median", None, 0, rows, reason="no request" if rows == 0 else "nothing observed")
        curve = product_limit(spell_table(seen))
        scale = float(params["per_unit"])

        def when(values: pl.Series) -> float | None:
            t = quantile_time(curve.table.time, values.to_numpy(), 0.5)
            return None if t is None else t / scale

        value, lower, upper = (when(pl.Series(v)) for v in (curve.survival, curve.lower, curve.upper))
        n = int(seen["n_rows"].sum())
        caveats = spell_caveats(reduced, rows - n, int(curve.table.events.sum()))
        reason = "not reached" if value is None else None
        return Figure("median", value, n, rows - n, lower=lower, upper=upper, reason=reason, caveats=caveats)
