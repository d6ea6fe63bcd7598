"""Reports that their sender has taken back: none of it counts from then on, and what was published before stays true.

A revision that says that it is withdrawn takes back itself and all earlier revisions of the report. A later one that
does not say so stands: the report was sent again. What a revision told goes with it (its answers), and with the whole
report what else is known through it only: the activities that name it, and what came back for it.

Belongs here: which revisions are withdrawn, as known at a date. Not here: what says so (``report_tables``), leaving
rows out (``snapshot``).
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import polars as pl

from reportmetrics.warehouse.frames import keyed_schema
from reportmetrics.warehouse.tables import TABLES

SCHEMA = keyed_schema(TABLES["withdrawn_report"])
"""Columns of ``withdrawn_report``."""

TAKEN_BACK = "taken_back"
"""Temporary table of :func:`find_withdrawn`, while a snapshot is made."""

LEFT_OUT: Mapping[str, tuple[str, str]] = {
    "report": ("", f"row_key NOT IN (SELECT row_key FROM {TAKEN_BACK})"),
    "report_field": (
        f"NOT EXISTS (FROM {TAKEN_BACK} AS b WHERE b.report_id = report_field.report_id "
        "AND b.revision >= report_field.revision)",
        "",
    ),
    "activity": (f"coalesce(report_id NOT IN (SELECT report_id FROM {TAKEN_BACK} WHERE NOT stands), true)", ""),
    "feedback": (f"report_id NOT IN (SELECT report_id FROM {TAKEN_BACK} WHERE NOT stands)", ""),
}
"""By table what its rows must fulfil to count: as they were told, and as they stand at the date.

A row that a withdrawn report told gives way to what was told of the same record otherwise, so it is left out before the
latest is taken; a report is judged by what is known of it last.
"""

_FIND = f"""
CREATE OR REPLACE TEMP TABLE {TAKEN_BACK} AS
WITH report AS ({{visible}}),
said AS (
    SELECT
        report_id, revision,
        coalesce(withdrawn_at, greatest(known_from, submitted_at)) AS withdrawn_at
    FROM report
    WHERE withdrawn OR withdrawn_at IS NOT NULL
),
gone AS (
    SELECT r.row_key, min(s.withdrawn_at) AS withdrawn_at
    FROM report AS r JOIN said AS s ON s.report_id = r.report_id AND s.revision >= r.revision
    GROUP BY r.row_key
)
SELECT
    r.row_key, r.report_id, r.revision, r.template_id, r.unit_id, r.reporter_id, r.period_start, r.period_end,
    r.submitted_at, g.withdrawn_at,
    bool_or(g.row_key IS NULL) OVER (PARTITION BY r.report_id) AS stands,
    r.file_seq, r.source_row
FROM report AS r LEFT JOIN gone AS g ON g.row_key = r.row_key
WHERE r.report_id IN (SELECT report_id FROM said)
QUALIFY g.row_key IS NOT NULL
"""


def find_withdrawn(
    connection: duckdb.DuckDBPyConnection, visible: str, given: Mapping[str, object]
) -> pl.DataFrame | None:
    """Rows of ``withdrawn_report`` by key, which the temporary table ``taken_back`` then holds; None where none are.

    ``visible`` is the SELECT of the reports as they were known, ``given`` its parameters. The moment of a withdrawal
    that states none is when it became known.
    """
    if not connection.execute(
        "SELECT 1 FROM core.report WHERE withdrawn OR withdrawn_at IS NOT NULL LIMIT 1"
    ).fetchall():
        return None
    connection.execute(_FIND.format(visible=visible), dict(given))
    found: pl.DataFrame = connection.sql(f"SELECT * FROM {TAKEN_BACK} ORDER BY row_key").pl()
    return found.cast(dict(SCHEMA)) if found.height else None  # type: ignore[arg-type] # polars' own names
