"""Lines of entry forms of which one part was mended before, and which came back once more for the other part.

A line has a number and a text, which two sources read. Where both were refused and only the number came back mended,
the line goes out again as it was sent: its number is then what it was, and nobody is asked for it any more.

Belongs here: leaving such parts out. Not here: which rows go out (``senders``), what became of a refusal
(``warehouse.answers``).
"""

from __future__ import annotations

import duckdb

from reportmetrics.ingest.batch import Batch
from reportmetrics.ingest.references import leave_out, with_references
from reportmetrics.ingest.text import literal
from reportmetrics.profile.intake import is_returned, reads_forms
from reportmetrics.warehouse.answers import REFERENCE_SQL, same_source
from reportmetrics.warehouse.schema import CONTENT
from reportmetrics.warehouse.shape import Table


def leave_out_mended(connection: duckdb.DuckDBPyConnection, table: Table, batch: Batch) -> None:
    """Move such parts from ``typed`` to ``filtered``: they are as they were refused, and that refusal was mended."""
    for group in with_references(connection, table, batch, lambda s: reads_forms(s) and is_returned(s)):
        connection.execute(_MENDED.format(table=table.name, group=group.number, source=literal(group.source.source)))
        leave_out(connection, "mended_before", "was mended before")


_MENDED = f"""
CREATE OR REPLACE TEMP TABLE mended_before AS
SELECT DISTINCT t.row_id
FROM typed AS t
JOIN "references" AS n USING (file_seq, source_row)
JOIN ledger AS own ON own.file_seq < t.file_seq AND own.table_name = '{{table}}'
JOIN resent AS s ON s.file_seq = own.file_seq AND s.table_name = '{{table}}' AND s.ref = trim(n.ref)
SEMI JOIN (
    SELECT {REFERENCE_SQL} AS ref, r.{CONTENT}, l.source
    FROM reject AS r JOIN ledger AS l USING (file_seq, table_name) WHERE r.table_name = '{{table}}'
) AS f ON f.ref = s.ref AND f.{CONTENT} = t.{CONTENT} AND {same_source("f", "own")}
WHERE t.grp = {{group}} AND s.answer = 'mended' AND own.source = {{source}}
"""
