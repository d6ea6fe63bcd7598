"""Mended rows that stand for rows which were forgotten while their workbook was out: they do not come back.

Belongs here: finding and leaving them out. Not here: forgetting (``upkeep``), where other mended rows stand
(``standing``).
"""

from __future__ import annotations

import duckdb

from reportmetrics.ingest.batch import Batch
from reportmetrics.ingest.references import leave_out, with_references
from reportmetrics.profile.intake import is_returned
from reportmetrics.warehouse.answers import REFERENCE_SQL, SENT_SQL
from reportmetrics.warehouse.notes import row_numbers
from reportmetrics.warehouse.shape import Table


def leave_out_forgotten(connection: duckdb.DuckDBPyConnection, table: Table, batch: Batch) -> None:
    """Move such rows from ``typed`` to ``filtered``; a note on their delivery says so.

    A reference to a file that was forgotten, or lost rows to that, means such a row, where the warehouse knows neither
    a refused row by it nor an accepted one.
    """
    for group in with_references(connection, table, batch, is_returned):
        connection.execute(_FORGOTTEN.format(table=table.name, group=group.number))
        for seq, numbers in connection.execute(_BY_FILE).fetchall():
            said = (
                f"{row_numbers(numbers)} left out: what {'it stands' if len(numbers) == 1 else 'they stand'} for was "
                "forgotten; forget this workbook too, for the archive holds it"
            )
            batch.note(seq, table.name, said)
        leave_out(connection, "forgotten", "stands for a row that was forgotten")


_FORGOTTEN = f"""
CREATE OR REPLACE TEMP TABLE forgotten AS
WITH lost AS (
    SELECT l.file_seq, left({SENT_SQL}, 12) AS file
    FROM ledger AS l
    WHERE l.table_name = '{{table}}' AND (l.status = 'forgotten' OR l.sent_file IS NOT NULL)
),
asked AS (
    SELECT t.row_id, t.row_key, trim(r.ref) AS ref, split_part(trim(r.ref), '-', 1) AS file,
        try_cast(split_part(trim(r.ref), '-', 2) AS BIGINT) AS row
    FROM typed AS t JOIN "references" AS r USING (file_seq, source_row)
    WHERE t.grp = {{group}} AND r.ref IS NOT NULL
)
SELECT DISTINCT a.row_id
FROM asked AS a SEMI JOIN lost USING (file)
ANTI JOIN (
    SELECT {REFERENCE_SQL} AS ref
    FROM reject AS r JOIN ledger AS l USING (file_seq, table_name) WHERE r.table_name = '{{table}}'
) AS refused USING (ref)
-- By the key as well, since rows of two sheets have the same numbers.
ANTI JOIN (
    SELECT lost.file, c.row_key, c.source_row AS row FROM core.{{table}} AS c JOIN lost USING (file_seq)
) AS there USING (file, row_key, row)
"""

_BY_FILE = """
SELECT file_seq, list(DISTINCT source_row ORDER BY source_row) FROM typed SEMI JOIN forgotten USING (row_id)
GROUP BY file_seq ORDER BY file_seq
"""
