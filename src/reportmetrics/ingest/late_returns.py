"""Rows that come back mended when newer files have told of their records since.

A mended row tells what its file told, on the day of that file, though it counts from the day on which it comes back. So
it tells nothing of a column that a delivery has told since which came after that file and is not known from an earlier
day: what is newer stays. What is left of it is told, and a row of which nothing is left is *superseded*, with a note on
the delivery. A record of the row that was sound from the start, and comes back as it was, is a *duplicate*.

Events of a log count by their moments, whenever they come, and are not touched. Other mended or corrected rows are not
newer, whenever they came: they stand for the files that they were in.

Belongs here: what of a mended row still counts. Not here: verdicts of all other rows (``verdicts``).
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from reportmetrics.ingest.batch import Batch, Group
from reportmetrics.ingest.references import references
from reportmetrics.profile.intake import CORRECTED, RETURNED, declared_id, is_returned
from reportmetrics.warehouse.answers import SENT_SQL
from reportmetrics.warehouse.notes import joined
from reportmetrics.warehouse.shape import Table
from reportmetrics.warehouse.told import MOMENT, TELLS, bits

_SHOWN = 10


def mind_newer(connection: duckdb.DuckDBPyConnection, table: Table, batch: Batch) -> bool:
    """Narrow what mended rows of ``typed`` tell, and set those apart of which nothing is left: ``came_late``.

    Returns whether there are any of the latter (``row_id``, ``verdict``). ``fault`` loses theirs; ``batch`` gets notes.
    """
    any_late = False
    for group in _returned(batch, table):
        rows = references(connection, group, batch)
        if rows is None:
            continue
        connection.register("references", rows)
        of = {"source": group.source.source, "declared": declared_id(group.source.source)}
        connection.execute(_ROOT.format(table=table.name, group=group.number, **of))
        connection.unregister("references")
        own = {name for f in group.fits if f.table.table == table.name for name in (*table.key, *(f.table.key or ()))}
        names = {"table": table.name, "every": bits(table, table.by_name), "key": bits(table, own)}
        connection.execute(_NEWER.format(**names))
        connection.execute(_NARROWED.format(**names))
        _note(connection, table, batch)
        connection.execute(_APART if not any_late else _APART_TOO)
        any_late = True
    if any_late:
        connection.execute("DELETE FROM fault WHERE row_id IN (SELECT row_id FROM came_late)")
    return any_late


def _returned(batch: Batch, table: Table) -> Iterator[Group]:
    for group in batch.groups:
        fills = any(f.table.table == table.name for f in group.fits)
        if fills and is_returned(group.source) and not group.source.has_events:
            yield group


_ROOT = f"""
CREATE OR REPLACE TEMP TABLE named AS
WITH RECURSIVE named AS (
    -- A row that came back and was refused again is named by the workbook that it came back in.
    SELECT t.row_id, trim(r.ref) AS ref
    FROM typed AS t JOIN "references" AS r USING (file_seq, source_row)
    WHERE t.grp = {{group}} AND r.ref IS NOT NULL
    UNION
    SELECT n.row_id, s.ref
    FROM named AS n
    -- A workbook with sheets of several sources is a delivery of each of them.
    JOIN ledger AS l
    ON
        left({SENT_SQL}, 12) = split_part(n.ref, '-', 1) AND l.table_name = '{{table}}'
        AND l.source = '{{source}}'
    JOIN resent AS s
    ON
        s.file_seq = l.file_seq AND s.table_name = l.table_name
        AND s.source_row = try_cast(split_part(n.ref, '-', 2) AS BIGINT)
)
FROM named;

CREATE OR REPLACE TEMP TABLE came_back AS
SELECT n.row_id, max(l.file_seq) AS first_seq, max_by(l.known_from, l.file_seq) AS since
FROM named AS n
JOIN ledger AS l ON left({SENT_SQL}, 12) = split_part(n.ref, '-', 1) AND l.table_name = '{{table}}'
WHERE l.source IN ('{{declared}}', '{{declared}}.{CORRECTED}')
GROUP BY ALL
"""

_NEWER = f"""
CREATE OR REPLACE TEMP TABLE newer AS
SELECT
    t.row_id, bit_or(coalesce(c.{TELLS}, {{every}})) AS columns,
    arg_max(l.original_name, (c.known_from, c.file_seq)) AS by_file
FROM typed AS t
JOIN came_back AS b USING (row_id)
JOIN core.{{table}} AS c ON c.row_key = t.row_key AND c.file_seq > b.first_seq
JOIN ledger AS l ON l.file_seq = c.file_seq AND l.table_name = '{{table}}' AND l.known_from >= b.since
    -- A mended or corrected row stands for an older file; what happened before the day of the file is no news to it.
    AND l.source NOT LIKE '%.{RETURNED}' AND l.source NOT LIKE '%.{CORRECTED}'
    AND (c.{MOMENT} IS NULL OR c.{MOMENT} >= b.since)
GROUP BY t.row_id
"""

_NARROWED = f"""
CREATE OR REPLACE TEMP TABLE narrowed AS
SELECT
    t.row_id, t.file_seq, t.source_row, n.by_file, (coalesce(t.{TELLS}, {{every}}) & ~n.columns) | {{key}} AS tells,
    (coalesce(t.{TELLS}, {{every}}) & ~n.columns & ~{{key}}) = 0 AS nothing_left,
    EXISTS (
        FROM core.{{table}} AS c JOIN came_back AS b ON b.row_id = t.row_id AND b.first_seq = c.file_seq
        WHERE c.row_key = t.row_key AND c.content = t.content
    ) AS as_it_was
FROM newer AS n JOIN typed AS t USING (row_id);

UPDATE typed SET
    content = xor(xor(typed.content, coalesce(hash(typed.{TELLS}), 0::UBIGINT)), hash(n.tells)), {TELLS} = n.tells
FROM narrowed AS n WHERE n.row_id = typed.row_id AND NOT n.nothing_left AND NOT n.as_it_was AND typed.{MOMENT} IS NULL
"""

_LATE = """
SELECT row_id, CASE WHEN as_it_was THEN 'duplicate' ELSE 'superseded' END AS verdict
FROM narrowed WHERE nothing_left OR as_it_was
"""
_APART = f"CREATE OR REPLACE TEMP TABLE came_late AS {_LATE}"
_APART_TOO = f"INSERT INTO came_late {_LATE}"


def _note(connection: duckdb.DuckDBPyConnection, table: Table, batch: Batch) -> None:
    found = connection.execute(
        "SELECT file_seq, list(DISTINCT source_row ORDER BY source_row), max(by_file) FROM narrowed "
        "WHERE NOT as_it_was AND (nothing_left OR row_id NOT IN (SELECT row_id FROM fault)) "
        "GROUP BY file_seq ORDER BY file_seq"
    ).fetchall()
    for seq, rows, by_file in found:
        shown = ", ".join(map(str, rows[:_SHOWN])) + (", ..." if len(rows) > _SHOWN else "")
        said = (
            f"row{'' if len(rows) == 1 else 's'} {shown} came back after newer files, such as {by_file}, had told of "
            "the same records: what these tell counts; where the mended row is right, have it sent in a new file"
        )
        place = (seq, table.name)
        batch.notes[place] = joined([said, *([batch.notes[place]] if place in batch.notes else [])])
