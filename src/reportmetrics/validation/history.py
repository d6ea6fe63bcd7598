"""The history of checks: every result of every run, in the warehouse.

Belongs here: writing and reading it. Not here: what is checked (``suites``, ``sql/checks``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import duckdb
import polars as pl

from reportmetrics.validation.run import CheckResult
from reportmetrics.warehouse.store import Store

_SCHEMA = {
    "run_at": pl.Datetime("us"),
    "as_of": pl.Date(),
    "position": pl.Int64(),
    "table_name": pl.String(),
    "check_name": pl.String(),
    "severity": pl.String(),
    "success": pl.Boolean(),
    "failing_count": pl.Int64(),
    "message": pl.String(),
    "failing_keys": pl.List(pl.String()),
}


def record(
    store: Store, results: Sequence[CheckResult], *, position: int, now: dt.datetime, as_of: dt.date | None = None
) -> None:
    """Add the results of one run. ``as_of`` is that of the snapshot for rules between tables, null for a batch."""
    if not results:
        return
    rows = [
        (now, as_of, position, r.table, r.check, r.severity, r.success, r.failing_count, r.message, r.failing_keys)
        for r in results
    ]
    store.connection.register("recorded", pl.DataFrame(rows, schema=_SCHEMA, orient="row"))
    store.connection.execute("INSERT INTO check_history BY NAME SELECT * FROM recorded")
    store.connection.unregister("recorded")


def history(connection: duckdb.DuckDBPyConnection, *, through: dt.date) -> pl.DataFrame:
    """Per check: ``runs``, ``failed`` runs, ``last_failed_at``, ``since`` (first run), as of all recorded runs.

    Rules between tables count on snapshots up to ``through``: a run of many dates checks all before it publishes one.
    """
    found: pl.DataFrame = connection.sql(
        "SELECT table_name, check_name, count(*) AS runs, count(*) FILTER (WHERE NOT success) AS failed, "
        "max(run_at) FILTER (WHERE NOT success) AS last_failed_at, min(run_at) AS since "
        "FROM check_history WHERE as_of IS NULL OR as_of <= $through GROUP BY ALL ORDER BY ALL",
        params={"through": through},
    ).pl()
    return found
