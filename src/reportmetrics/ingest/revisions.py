"""Which revision of its report an answer came with, where the mapping of answers does not say.

Where report and answers are rows of one sheet, the answers take the revision of their row (``profile.sources``).
Elsewhere they take that of the report with the same identifier in the same file. A mended or corrected row stands
alone: it takes that of the report in the file that it first came in, or else the one revision that is known of its
report; where several are known it has none, and is refused. An answer without any report is of the first revision, 0.

Belongs here: SQL that finds revisions. Not here: what a revision means (``sql/derived``).
"""

from __future__ import annotations

import duckdb

from reportmetrics.ingest.batch import Group
from reportmetrics.ingest.mapping import Fit
from reportmetrics.profile.intake import is_corrected, is_returned
from reportmetrics.warehouse.told import STANDS_SEQ

_COLUMN = "revision"


def keep_revisions(connection: duckdb.DuckDBPyConnection, *, filled: bool) -> None:
    """Keep what the reports of a batch say: the temporary table ``told_report``. ``filled``: ``typed`` is of them."""
    rows = (
        "SELECT file_seq, report_id, max(revision) AS revision FROM typed WHERE report_id IS NOT NULL GROUP BY ALL"
        if filled
        else "SELECT 0::BIGINT AS file_seq, '' AS report_id, 0::BIGINT AS revision LIMIT 0"
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE told_report AS {rows}")


def keep_refused(connection: duckdb.DuckDBPyConnection, *, filled: bool) -> None:
    """Keep which reports of a batch are refused, though another file has told of the same revision: ``refused_report``.

    Their answers would take the place of those of the report that stands. ``filled``: ``typed`` is of reports.
    """
    if not filled:
        nothing = "0::BIGINT AS file_seq, '' AS report_id, 0::BIGINT AS revision"
        connection.execute(f"CREATE OR REPLACE TEMP TABLE refused_report AS SELECT {nothing} LIMIT 0")
        return
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE refused_report AS
        WITH said AS (SELECT t.file_seq, t.report_id, t.revision, f.row_id IS NOT NULL AS faulty
            FROM typed AS t LEFT JOIN (SELECT DISTINCT row_id FROM fault) AS f USING (row_id)),
        sound AS (FROM said WHERE NOT faulty)
        SELECT DISTINCT file_seq, report_id, revision FROM said ANTI JOIN sound USING (file_seq, report_id, revision)
        WHERE (report_id, revision) IN (SELECT (report_id, revision) FROM core.report)
        -- Of the batch only what came before: what a file means must not depend on which others are in its batch.
        OR EXISTS (
            FROM sound AS s
            WHERE s.report_id = said.report_id AND s.revision = said.revision AND s.file_seq < said.file_seq
        )
        """
    )


def with_revision(part: str, group: Group, fitted: Fit) -> str:
    """SQL of the answers of one group, ``part``, with the revision filled in where the mapping leaves it out.

    Reads ``told_report`` and ``first_place`` (``standing``).
    """
    origin = fitted.origins.get(_COLUMN)
    if origin is not None and (origin.cell is not None or origin.made is not None or _stated(fitted)):
        return part
    alone = is_returned(group.source) or is_corrected(group.source)
    if not alone and all(t.table != "report" for t in group.source.tables):
        return f"SELECT p.* REPLACE ('0' AS {_COLUMN}) FROM ({part}) AS p"
    own = "LEFT JOIN told_report AS t ON t.file_seq = p.file_seq AND t.report_id = p.report_id"
    if not alone:
        told = f"CASE WHEN t.report_id IS NULL THEN '0' ELSE CAST(t.{_COLUMN} AS VARCHAR) END"
        return f"SELECT p.* REPLACE ({told} AS {_COLUMN}) FROM ({part}) AS p {own}"
    return f"""
        SELECT p.* REPLACE (CAST(
            CASE
                WHEN t.report_id IS NOT NULL THEN t.{_COLUMN}
                WHEN f.report_id IS NOT NULL THEN f.{_COLUMN}
                WHEN a.report_id IS NULL THEN 0
                WHEN a.lowest = a.highest THEN a.highest
            END AS VARCHAR) AS {_COLUMN})
        FROM ({part}) AS p {own}
        LEFT JOIN first_place AS o ON o.grp = p.grp AND o.file_seq = p.file_seq AND o.source_row = p.source_row
        LEFT JOIN (
            SELECT file_seq, report_id, max({_COLUMN}) AS {_COLUMN} FROM core.report GROUP BY ALL
        ) AS f ON f.file_seq = o.{STANDS_SEQ} AND f.report_id = p.report_id
        LEFT JOIN (
            SELECT report_id, min({_COLUMN}) AS lowest, max({_COLUMN}) AS highest FROM core.report GROUP BY ALL
        ) AS a ON a.report_id = p.report_id
    """


def _stated(fitted: Fit) -> bool:
    given = fitted.table.columns[_COLUMN]
    return given.value is not None or given.fact is not None
