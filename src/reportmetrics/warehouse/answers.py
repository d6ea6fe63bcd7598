"""What became of refused rows: mended by a later delivery, refused once more, or still open (then not listed).

A refused row is answered in one of three ways. It comes back in a returned workbook, which names it, or a correction of
its file is accepted (``resent``). Or a later file, which is not known from an earlier day, tells of the same record all
that the row would have told, be it anew or as it was known before; where a row is several records, files tell all of
them, since one that nobody told would be lost else. A later revision of a report tells all that an earlier one would
have. A row that stands in the place of an older one is no later file (``told.STANDING``), nor is one an answer of which
a newer file still holds the refused row as it was. So an event is no answer for another event, nor a log for a register
with more columns; of an event that no mapping knew, nobody can say what it tells, and it is answered by one of its
moment. An event that was told so before the refused row came is no answer however often it is told again. A file that
could not be read is answered by a later file of the same name that could.

Belongs here: finding answers. Not here: recording them at ingest (``ingest.write``), showing them (``senders``, pages).
"""

from __future__ import annotations

import duckdb
import polars as pl

from reportmetrics.profile.intake import CORRECTED, RETURNED
from reportmetrics.warehouse.frames import keyed_schema
from reportmetrics.warehouse.keys import row_key
from reportmetrics.warehouse.schema import CONTENT
from reportmetrics.warehouse.shape import Table
from reportmetrics.warehouse.store import has_rows
from reportmetrics.warehouse.tables import SOURCE_TABLES, TABLES
from reportmetrics.warehouse.told import MOMENT, MOMENT_PLACE, PLACES, STANDS_SEQ, TELLS

SENT_SQL = "coalesce(l.sent_file, l.source_file)"
"""Hash of a file as it was sent, whatever was forgotten of it since. ``l``: its line of the ledger."""

REFERENCE_SQL = f"left({SENT_SQL}, 12) || '-' || r.source_row || coalesce('-' || r.sheet, '')"
"""Name of a refused row that a returned workbook carries: start of the file's hash, row, sheet. ``r``: reject,
``l``: its line of the ledger. It is the same after the warehouse was made anew, and after rows were forgotten."""


def answers(connection: duckdb.DuckDBPyConnection, position: int) -> pl.DataFrame:
    """Answers known at ledger ``position``, at most one per refused row: ``reject_answer`` with ``row_key``."""
    if not has_rows(connection, "reject"):
        return pl.DataFrame(schema=keyed_schema(TABLES["reject_answer"]))
    found: pl.DataFrame = connection.sql(_sql(), params={"position": position}).pl()
    return found


def same_source(one: str, other: str) -> str:
    """SQL of whether two deliveries are of one declared source, be they mended or corrected."""
    return " = ".join(f"replace(replace({n}.source, '.{RETURNED}', ''), '.{CORRECTED}', '')" for n in (one, other))


_TELLS_IT = f"""
    c.{TELLS} IS NULL OR c.{TELLS} & o.{TELLS} = o.{TELLS}
    OR ({same_source("o", "c")} AND o.{TELLS} = -1 AND c.{MOMENT} = o.{MOMENT})
"""
"""SQL of whether an accepted row ``c`` tells all that the refused row ``o`` would have told."""


_SAME_EVENT = f"c.{MOMENT} = o.{MOMENT} AND c.kind = o.{MOMENT_PLACE} % {PLACES}"

_IS_NEWS = f"""
    CASE
        WHEN {same_source("o", "c")} AND o.{TELLS} <> -1 AND {_SAME_EVENT} THEN c.so_told > o.file_seq
        ELSE
            c.event_told > o.file_seq AND (o.{MOMENT} IS NULL OR c.{MOMENT} = o.{MOMENT})
            AND (
                o.{TELLS} IS NOT DISTINCT FROM -1 OR o.{MOMENT_PLACE} IS NULL OR NOT {same_source("o", "c")}
                OR c.kind = o.{MOMENT_PLACE} % {PLACES}
            )
    END
"""
"""SQL of whether an accepted event ``c`` was told after the refused row ``o`` came, and is the same event, if o is one.

The same event counts where it is told otherwise than before; any other of its moment where it was not told at all.
"""


_SAME_KEY = f"""
SELECT '{{table}}' AS table_name, row_key, file_seq, {TELLS}, {MOMENT}, {MOMENT_PLACE}, {STANDS_SEQ}, {CONTENT}
FROM core.{{table}} SEMI JOIN keys ON row_key = keys.subject_key
UNION ALL
SELECT r.table_name, r.row_key, r.file_seq, c.{TELLS}, r.{MOMENT}, r.{MOMENT_PLACE}, r.{STANDS_SEQ}, r.{CONTENT}
FROM repeated AS r SEMI JOIN keys ON row_key = keys.subject_key
JOIN (SELECT DISTINCT row_key, content, {TELLS} FROM core.{{table}}) AS c USING (row_key, content)
WHERE r.table_name = '{{table}}'
"""

_MOST_REVISIONS = 50
"""Of a report that a sender numbers higher, only so many revisions before the accepted one count as told by it."""


def _earlier_revisions(table: Table) -> str:
    """SQL of the keys that accepted rows of a revision would have in the revisions before it."""
    if "revision" not in table.key:
        return ""
    before = f"CAST(unnest(range(greatest(revision - {_MOST_REVISIONS}, 0), revision)) AS VARCHAR)"
    return f"""
UNION ALL
SELECT '{table.name}', key_before, file_seq, {TELLS}, {MOMENT}, {MOMENT_PLACE}, {STANDS_SEQ}, {CONTENT}
FROM (
    SELECT *, {row_key(table, {0: table.key})} AS key_before
    FROM (
        SELECT * REPLACE ({before} AS revision) FROM (
            FROM core.{table.name}
            UNION ALL
            SELECT c.* REPLACE (r.file_seq AS file_seq, r.{STANDS_SEQ} AS {STANDS_SEQ})
            FROM repeated AS r
            JOIN (SELECT DISTINCT ON (row_key, content) * FROM core.{table.name}) AS c USING (row_key, content)
            WHERE r.table_name = '{table.name}'
        ) WHERE revision > 0
    )
) SEMI JOIN keys ON key_before = keys.subject_key
"""


def _sql() -> str:
    same_key = " UNION ALL ".join(_SAME_KEY.format(table=t.name) + _earlier_revisions(t) for t in SOURCE_TABLES)
    return f"""
WITH refused AS (
    SELECT DISTINCT
        r.file_seq, r.table_name, r.sheet, r.source_row, r.subject_key, r.{TELLS}, r.{MOMENT}, r.{MOMENT_PLACE},
        r.{CONTENT}, l.source, l.source_file, l.original_name, l.known_from, l.status,
        {REFERENCE_SQL} AS ref
    FROM reject AS r JOIN ledger AS l USING (file_seq, table_name)
    WHERE r.file_seq <= $position
),
still_there AS (
    -- Where files held a row last that is refused, up to where it was refused anew.
    SELECT
        o.file_seq, o.table_name, o.sheet, o.source_row, o.subject_key,
        max((l.known_from, l.file_seq)) AS held
    FROM (
        SELECT *, lead(file_seq, 1, $position + 1) OVER (
            PARTITION BY table_name, subject_key, {MOMENT}, {MOMENT_PLACE}, {CONTENT} ORDER BY file_seq, source_row
        ) AS until
        FROM refused WHERE {CONTENT} IS NOT NULL
    ) AS o
    JOIN refused_again AS r ON
        r.table_name = o.table_name AND r.row_key = o.subject_key AND r.{CONTENT} = o.{CONTENT}
        AND r.{MOMENT} IS NOT DISTINCT FROM o.{MOMENT} AND r.{MOMENT_PLACE} IS NOT DISTINCT FROM o.{MOMENT_PLACE}
        AND r.file_seq > o.file_seq AND r.file_seq < o.until
    JOIN ledger AS l ON l.file_seq = r.file_seq AND l.table_name = r.table_name
    WHERE l.source NOT LIKE '%.{RETURNED}' AND l.source NOT LIKE '%.{CORRECTED}'
    GROUP BY ALL
),
keys AS (SELECT DISTINCT subject_key FROM refused WHERE subject_key IS NOT NULL),
named AS (
    SELECT o.file_seq, o.table_name, o.sheet, o.source_row, s.file_seq AS answered_seq, s.answer
    FROM refused AS o JOIN resent AS s USING (ref, table_name)
    -- Two sources may read the same row: what one of them took is no answer to what the other one refused.
    JOIN ledger AS m ON m.file_seq = s.file_seq AND m.table_name = s.table_name AND {same_source("o", "m")}
    WHERE s.file_seq > o.file_seq AND s.file_seq <= $position
),
same_key AS ({same_key}),
-- A form is read by two sources: what one of them took is no answer to what the other one refused of the same file.
told AS (
    SELECT
        c.*, l.source, l.source_file, coalesce(p.known_from, l.known_from) AS since,
        c.{MOMENT_PLACE} % {PLACES} AS kind,
        min(c.file_seq) OVER (PARTITION BY c.table_name, c.row_key, c.{MOMENT}, kind) AS event_told,
        min(c.file_seq) OVER (PARTITION BY c.table_name, c.row_key, c.{MOMENT}, kind, c.{CONTENT}) AS so_told
    FROM same_key AS c JOIN ledger AS l USING (file_seq, table_name)
    LEFT JOIN ledger AS p ON p.file_seq = c.{STANDS_SEQ} AND p.table_name = c.table_name
    WHERE c.file_seq <= $position
),
records AS (
    SELECT o.file_seq, o.table_name, o.sheet, o.source_row, o.subject_key, min(c.file_seq) AS answered_seq
    FROM refused AS o
    LEFT JOIN still_there AS h ON
        h.file_seq = o.file_seq AND h.table_name = o.table_name AND h.sheet IS NOT DISTINCT FROM o.sheet
        AND h.source_row = o.source_row AND h.subject_key = o.subject_key
    LEFT JOIN told AS c ON
        c.table_name = o.table_name AND c.row_key = o.subject_key AND c.file_seq > o.file_seq
        AND (c.source_file <> o.source_file OR c.source = o.source)
        AND (c.{MOMENT} IS NULL OR ({_IS_NEWS}))
        AND (c.since, coalesce(c.{STANDS_SEQ}, c.file_seq)) > greatest((o.known_from, o.file_seq), h.held)
        AND ({_TELLS_IT})
    GROUP BY ALL
),
told_again AS (
    SELECT file_seq, table_name, sheet, source_row, max(answered_seq) AS answered_seq, 'mended' AS answer
    FROM records GROUP BY file_seq, table_name, sheet, source_row HAVING bool_and(answered_seq IS NOT NULL)
),
file_again AS (
    SELECT o.file_seq, o.table_name, o.sheet, o.source_row, t.file_seq AS answered_seq, 'mended' AS answer
    FROM refused AS o
    JOIN ledger AS t ON
        t.table_name = o.table_name AND t.source = o.source AND t.original_name = o.original_name
    WHERE
        o.status = 'unreadable' AND o.source_row IS NULL
        AND t.file_seq > o.file_seq AND t.file_seq <= $position AND t.status = 'stored'
),
every AS (FROM named UNION ALL BY NAME FROM told_again UNION ALL BY NAME FROM file_again),
-- A row that was mended stays mended; before that, the latest refusal counts.
ranked AS (
    SELECT *, row_number() OVER (
        PARTITION BY file_seq, table_name, sheet, source_row
        ORDER BY answer = 'mended' DESC, CASE WHEN answer = 'mended' THEN answered_seq ELSE -answered_seq END
    ) AS place
    FROM every
)
SELECT
    left(md5(concat_ws('|', 'reject_answer', a.file_seq, a.table_name, coalesce(a.sheet, ''), a.source_row)), 20)
        AS row_key,
    a.file_seq, a.table_name, a.sheet, a.source_row, a.answer, a.answered_seq, min(l.arrived_at) AS answered_at
FROM ranked AS a JOIN ledger AS l ON l.file_seq = a.answered_seq
WHERE a.place = 1
GROUP BY ALL
ORDER BY ALL
"""
