"""New reports beside all that came before: of something else under the same identifier, or from another person.

Belongs here: reports that take the place of others. Not here: those that no profile expects (``sql/checks``).
"""

from __future__ import annotations

import duckdb
import polars as pl

from reportmetrics.warehouse.told import IN_ORDER

_SAME_REPORT = f"""
WITH said AS (
    SELECT *, concat_ws(', ', unit_id, template_id, period_start) AS is_of
    FROM core.report
    WHERE row_key IN (SELECT row_key FROM core.report WHERE file_seq > $since)
),
steps AS (
    SELECT
        report_id, revision, is_of, lag(is_of) OVER told AS was_of, greatest(file_seq, lag(file_seq) OVER told) AS seq
    FROM said
    WINDOW told AS (PARTITION BY row_key ORDER BY {IN_ORDER})
)
SELECT
    'report: ' || report_id || ' (revision ' || revision || ') was of ' || was_of || ' and is now of ' || is_of
        AS row_key,
    'report' AS table_name, 'same_report' AS kind, FALSE AS holds
FROM steps WHERE seq > $since AND was_of != is_of ORDER BY ALL
"""


def same_report(connection: duckdb.DuckDBPyConnection, since: int) -> pl.DataFrame:
    """Reports that replace one of another unit, form or period: two reports with one identifier, or a correction."""
    found: pl.DataFrame = connection.sql(_SAME_REPORT, params={"since": since}).pl()
    return found


def two_reporters(connection: duckdb.DuckDBPyConnection, since: int) -> pl.DataFrame:
    """New reports that another person had sent in the same revision: of the two only the one known last counts."""
    found: pl.DataFrame = connection.sql(
        """
        SELECT
            'report: ' || n.report_id || ', revision ' || n.revision || ', of ' || n.unit_id || ' came in '
                || new_file.original_name || ' and from another person in ' || old_file.original_name AS row_key,
            'report' AS table_name, 'two_reporters' AS kind, false AS holds
        FROM core.report AS n
        JOIN core.report AS o ON o.row_key = n.row_key AND o.file_seq < n.file_seq AND o.reporter_id <> n.reporter_id
        JOIN ledger AS new_file ON new_file.file_seq = n.file_seq AND new_file.table_name = 'report'
        JOIN ledger AS old_file ON old_file.file_seq = o.file_seq AND old_file.table_name = 'report'
        WHERE n.file_seq > $since
        GROUP BY ALL ORDER BY ALL
        """,
        params={"since": since},
    ).pl()
    return found
