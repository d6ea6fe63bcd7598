"""``request_log``: what has to be known of a request log before its waits are believed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

import numpy as np
import polars as pl

from reportmetrics.metrics.estimators.base import Estimate, Figure, Need, Param, Params, Reduction, present
from reportmetrics.metrics.estimators.log_rules import Log, caveats, selection, silence


class RequestLog:
    """Figures ``days_since_decision``, ``expected_since`` and ``expected_before_first``; caveats of all figures.

    Runs beside another estimator of the same metric and marks its figures: *silent*, *recess*, *selected on closing*
    (see ``log_rules``). ``expected_since`` is the number of decisions that were to be expected since the last one,
    ``expected_before_first`` that before the first one.
    """

    name = "request_log"
    version = 1
    scope: Literal["group"] = "group"
    needs: tuple[Need, ...] = (
        Need("raised_day", "day it was raised"),
        Need("end_day", "day of the decision, the withdrawal, or the last day on which it was heard of"),
        Need("entry_day", "day since when the register could show it; null: from the start"),
        Need("event", "true where it was decided"),
        Need("is_open", "true where it is neither decided nor withdrawn"),
        Need("days_without_work", "days before as_of on which headquarters did not work, by its calendar"),
    )
    params: tuple[Param, ...] = ()

    def reduction(self, columns: Collection[str], params: Params) -> Reduction:  # noqa: ARG002 (the protocol's)
        """How many requests are alike, to the day."""
        return Reduction(
            ("raised_day", "end_day", "entry_day", "event", "is_open"),
            {
                "n_rows": "CAST(count(*) AS BIGINT)",
                "without_work": "CAST(max(days_without_work) AS BIGINT)",
            },
        )

    def finish(self, reduced: pl.DataFrame, params: Params) -> Estimate:  # noqa: ARG002 (the protocol's)
        """Findings about the log of one group."""
        total = int(reduced["n_rows"].sum())
        usable = present(reduced, "end_day", "raised_day")
        if (usable["end_day"] < usable["raised_day"]).any():
            usable = usable.filter(pl.col("end_day") >= pl.col("raised_day"))
        log, n = _log(usable), int(usable["n_rows"].sum())
        quiet, chosen = silence(log), selection(log)
        recess = reduced["without_work"].max()
        values = {
            "days_since_decision": (quiet.days if quiet else None, "days"),
            "expected_since": (quiet.expected if quiet else None, "number"),
            "expected_before_first": (chosen.expected if chosen else None, "number"),
        }
        reason = "no decision" if chosen is None else "nothing open"
        figures = [
            Figure(name, value, n, total - n, unit=unit, reason=reason if value is None else None)
            for name, (value, unit) in values.items()
        ]
        return Estimate(figures, caveats=caveats(log, recess if isinstance(recess, int) else None))


def _log(rows: pl.DataFrame) -> Log:
    def day(name: str, missing: float = np.nan) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        days = rows[name].cast(pl.Date).cast(pl.Int32).cast(pl.Float64).to_numpy()  # since 1970-01-01; null: nan
        return np.where(np.isnan(days), missing, days)

    return Log(
        day("raised_day"),
        day("end_day"),
        day("entry_day", -np.inf),
        rows["event"].to_numpy(),
        rows["is_open"].to_numpy(),
        rows["n_rows"].to_numpy(),
    )
