"""``projection``: hours of reporting and number of requests, as they are and as they would be at another size."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

import polars as pl

from reportmetrics.metrics.estimators.base import (
    Estimate,
    Figure,
    Need,
    Param,
    Params,
    Reduction,
    positive,
    rising_numbers,
)

FIXED = "mission"
"""What is made once for the whole mission does not grow with it."""


class Projection:
    """Figures ``hours_per_week``, ``hours_per_advisor_week`` and ``requests_per_week`` (label: personnel).

    Rows are reports and requests of ``weeks`` weeks, told apart by ``is_report``, with the mission's ``personnel`` and
    ``advisors`` on each. At N people a report ``per`` advisor or unit comes N / personnel times as often: advisors stay
    the same part of personnel, and a unit keeps its size, so that units grow with advisors; a report per mission stays
    one. Requests grow with personnel. The bounds of hours are those of assumed minutes, no confidence interval.
    """

    name = "projection"
    version = 1
    scope: Literal["group"] = "group"
    needs: tuple[Need, ...] = (
        Need("is_report", "true for a report, false for a request"),
        Need("per", "what a report is made by: advisor, unit or mission"),
        Need("minutes", "of a report"),
        Need("minutes_low", "least minutes assumed"),
        Need("minutes_high", "most minutes assumed"),
        Need("personnel", "people of the mission today"),
        Need("advisors", "advisors among them"),
        Need("planned", "people that the mission is planned to have", optional=True),
    )
    params: tuple[Param, ...] = (
        Param("personnel", [], rising_numbers, "sizes beside today's and the planned one"),
        Param("weeks", 13, positive, "weeks that the rows are of"),
    )

    def reduction(self, columns: Collection[str], params: Params) -> Reduction:  # noqa: ARG002 (the protocol's)
        """Reports and their minutes added up by what they grow with; requests counted."""
        aggregates = {
            "n_requests": "CAST(count(CASE WHEN NOT is_report THEN 1 END) AS BIGINT)",
            "n_reports": "CAST(count(CASE WHEN is_report THEN 1 END) AS BIGINT)",
            "n_known": "CAST(count(CASE WHEN is_report AND minutes IS NOT NULL THEN 1 END) AS BIGINT)",
        }
        for name in ("minutes", "minutes_low", "minutes_high"):
            aggregates[f"sum_{name}"] = f"CAST(coalesce(sum(CASE WHEN is_report THEN {name} END), 0) AS DOUBLE)"
        keys = ("per", "personnel", "advisors", *(("planned",) if "planned" in columns else ()))
        return Reduction(keys, aggregates)

    def finish(self, reduced: pl.DataFrame, params: Params) -> Estimate:
        """Hours and requests a week of one group, today and at each size."""
        people, advisors = reduced["personnel"].max(), reduced["advisors"].max()
        reports, known = int(reduced["n_reports"].sum()), int(reduced["n_known"].sum())
        requests, weeks = int(reduced["n_requests"].sum()), float(params["weeks"])
        if not isinstance(people, int) or people < 1:
            return Estimate([Figure("hours_per_week", None, 0, reports, reason="size of the mission not known")])
        figures = []
        planned = reduced["planned"].max() if "planned" in reduced.columns else None
        sizes = {people, *params["personnel"], *([planned] if isinstance(planned, int) else [])}
        for size in sorted(map(float, sizes)):
            label, growth = f"{size:g}", size / people
            if reports:
                hours = [
                    _grown(reduced, name, growth) / 60 / weeks for name in ("minutes", "minutes_low", "minutes_high")
                ]
                posts = advisors * growth if isinstance(advisors, int) else 0.0
                figures += _hours(hours, label, known, reports - known, posts)
            if requests:
                figures.append(
                    Figure("requests_per_week", requests * growth / weeks, requests, 0, label, unit="requests")
                )
        return Estimate(figures)


def _grown(reduced: pl.DataFrame, name: str, growth: float) -> float:
    """Minutes at another size: those of reports made once for the mission stay."""
    grows = (pl.col("per") != FIXED).fill_null(True)
    factor = pl.when(grows).then(growth).otherwise(1.0)
    return float(reduced.select((pl.col(f"sum_{name}") * factor).sum()).item())


def _hours(hours: list[float], label: str, known: int, missing: int, advisors: float) -> list[Figure]:
    if not known:
        return [Figure("hours_per_week", None, 0, missing, label, reason="no minutes known")]
    value, low, high = hours
    figures = [Figure("hours_per_week", value, known, missing, label, low, high)]
    if advisors:
        each = [h / advisors for h in hours]
        figures.append(Figure("hours_per_advisor_week", each[0], known, missing, label, each[1], each[2]))
    return figures
