"""In whose place mended and corrected rows stand, in the order in which rows of one key count.

A mended row tells what its file told, on the day of that file, though it is known only from the day on which it comes
back. So it stands where the refused row stood: what files tell that came after, or are dated after, is newer, whenever
it comes or came. A corrected row stands where the row that it corrects was told last, since nothing newer tells
otherwise (``overtaken``); where that one was refused, in its place.

A corrected event of a log stands in its own place, since it undoes what was told of it until then
(``warehouse.told_state``). So do rows that a sender added to a workbook.

Belongs here: finding the places. Not here: which row of a key counts (``told_state``), verdicts (``verdicts``).
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from reportmetrics.ingest.batch import Batch
from reportmetrics.ingest.references import with_references
from reportmetrics.ingest.text import literal, literals
from reportmetrics.profile.intake import CORRECTED, RETURNED, declared_id, is_corrected, is_returned
from reportmetrics.profile.sources import FromColumn
from reportmetrics.warehouse.answers import SENT_SQL
from reportmetrics.warehouse.notes import row_numbers
from reportmetrics.warehouse.schema import columns_of
from reportmetrics.warehouse.shape import Table
from reportmetrics.warehouse.told import (
    IN_ORDER,
    MOMENT,
    SINCE,
    STANDING,
    STANDS_FROM,
    STANDS_IN,
    STANDS_ROW,
    STANDS_SEQ,
)


def first_places(connection: duckdb.DuckDBPyConnection, table: Table, batch: Batch) -> None:
    """Make the temporary table ``first_place``: where the rows that those of a batch stand for were sent first.

    By group and row (``grp``, ``file_seq``, ``source_row``), for those that stand in another place than their own.
    """
    connection.execute(_NONE)
    for group in with_references(connection, table, batch, lambda s: not (is_corrected(s) and s.has_events)):
        declared = declared_id(group.source.source)
        first_came = literals((declared, f"{declared}.{CORRECTED}"))
        of = {"source": literal(group.source.source), "first_came": first_came}
        connection.execute(_FIRST_PLACES.format(table=table.name, group=group.number, **of))


def find_places(
    connection: duckdb.DuckDBPyConnection, table: Table, batch: Batch, moments: Mapping[str, FromColumn | None]
) -> None:
    """Make the temporary table ``standing``: rows of ``typed`` that stand in another place than their own, and where.

    Needs ``first_place``. ``moments`` gives, for declared sources whose rows are known from a date of their own, where
    that stands; None: the event's time.
    """
    connection.execute(_STANDING)
    for group in batch.groups:
        declared = declared_id(group.source.source)
        if declared in moments:
            column = MOMENT if (own := moments[declared]) is None else own.column
            if column == MOMENT or column in table.by_name:
                connection.execute(_OWN_MOMENTS.format(group=group.number, column=column))
        if is_corrected(group.source):
            connection.execute(_TOLD_LAST.format(table=table.name, group=group.number))


_NONE = f"""
CREATE OR REPLACE TEMP TABLE first_place (grp BIGINT, file_seq BIGINT, source_row BIGINT, {columns_of(STANDING)})
"""

_STANDING = f"""
CREATE OR REPLACE TEMP TABLE standing AS
SELECT t.row_id, {", ".join(f"p.{name}" for name in STANDING)}
FROM typed AS t JOIN first_place AS p USING (grp, file_seq, source_row)
"""

_WHEN = "coalesce(l.known_from, l.arrived_at)"
"""SQL of the moment of a delivery: of two with the same content, the row stands in the newer one."""

_ROW = "try_cast(split_part(n.ref, '-', 2) AS BIGINT)"

_FIRST_PLACES = f"""
INSERT INTO first_place
WITH RECURSIVE named AS (
    -- A row that came back and was refused again is named by the workbook that it came back in.
    SELECT r.file_seq, r.source_row, trim(r.ref) AS ref FROM "references" AS r WHERE r.ref IS NOT NULL
    UNION
    SELECT n.file_seq, n.source_row, s.ref
    FROM named AS n
    -- A workbook with sheets of several sources is a delivery of each of them.
    JOIN ledger AS l
    ON
        left({SENT_SQL}, 12) = split_part(n.ref, '-', 1) AND l.table_name = '{{table}}'
        AND l.source = {{source}}
    JOIN resent AS s
    ON
        s.file_seq = l.file_seq AND s.table_name = l.table_name AND s.source_row = {_ROW}
        AND s.sheet IS NOT DISTINCT FROM nullif(regexp_extract(n.ref, '^[^-]*-[^-]*-(.*)$', 1), '')
)
SELECT
    {{group}}, n.file_seq, n.source_row, max({_WHEN}), arg_max(l.file_seq, ({_WHEN}, l.file_seq)),
    arg_max({_ROW}, ({_WHEN}, l.file_seq))
FROM named AS n
JOIN ledger AS l ON left({SENT_SQL}, 12) = split_part(n.ref, '-', 1) AND l.table_name = '{{table}}'
WHERE l.source IN ({{first_came}}) AND {_ROW} IS NOT NULL
GROUP BY n.file_seq, n.source_row
"""

_OWN_MOMENTS = f"""
UPDATE standing SET {STANDS_FROM} = coalesce(CAST(t."{{column}}" AS TIMESTAMP), {STANDS_FROM})
FROM typed AS t WHERE t.row_id = standing.row_id AND t.grp = {{group}}
"""

_TELLINGS = f"""
SELECT row_key, known_from, file_seq, source_row, {MOMENT}, {", ".join(STANDING)} FROM core.{{table}}
UNION ALL
SELECT row_key, known_from, file_seq, source_row, {MOMENT}, {", ".join(STANDING)}
FROM repeated WHERE table_name = '{{table}}'
"""

_TOLD_LAST = f"""
WITH tellings AS (
    SELECT *, {SINCE} AS since, {STANDS_IN} AS seq, coalesce({STANDS_ROW}, source_row) AS row
    FROM ({_TELLINGS}) SEMI JOIN (FROM typed WHERE grp = {{group}}) AS t USING (row_key)
    WHERE {MOMENT} IS NULL
),
sound AS (
    SELECT p.row_id, t.row_key, d.known_from AS until
    FROM standing AS p JOIN typed AS t USING (row_id) JOIN delivery AS d USING (file_seq)
    -- By its file: of rows that are alike in one file, the first one was told. One that was refused beside them cannot
    -- be corrected (``overtaken``).
    SEMI JOIN tellings AS c ON c.row_key = t.row_key AND c.seq = p.{STANDS_SEQ}
    WHERE t.grp = {{group}}
),
told_last AS (
    SELECT s.row_id, last({{{{'since': since, 'seq': seq, 'row': row}}}} ORDER BY {IN_ORDER}) AS place
    FROM sound AS s JOIN tellings AS c ON c.row_key = s.row_key AND c.known_from <= s.until
    GROUP BY s.row_id
)
UPDATE standing SET {STANDS_FROM} = place.since, {STANDS_SEQ} = place.seq, {STANDS_ROW} = place.row
FROM told_last AS l WHERE l.row_id = standing.row_id
"""


def note_newer(connection: duckdb.DuckDBPyConnection, table: Table, batch: Batch) -> None:
    """Say on the deliveries of mended rows which of these came back after newer files had told of their records.

    Other mended or corrected rows are no newer files, nor is a log that tells what happened before the row's file.
    """
    if not any(is_returned(g.source) for g in batch.groups):
        return
    for seq, rows, by_file in connection.execute(_NEWER.format(table=table.name)).fetchall():
        said = (
            f"{row_numbers(rows)} came back after newer files, such as {by_file}, had told of the same records: what "
            "these tell counts; where the mended row is right, have it sent in a new file"
        )
        batch.note(seq, table.name, said)


_NEWER = f"""
WITH mended AS (
    SELECT j.row_key, j.file_seq, j.source_row, p.{STANDS_FROM} AS since, p.{STANDS_SEQ} AS seq, p.{STANDS_ROW} AS row
    FROM judged AS j JOIN standing AS p USING (row_id) WHERE j.verdict = 'accepted'
)
SELECT
    m.file_seq, list(DISTINCT m.source_row ORDER BY m.source_row),
    arg_max(l.original_name, (coalesce(l.known_from, l.arrived_at), l.file_seq))
FROM mended AS m
JOIN (SELECT *, {SINCE} AS since, {STANDS_IN} AS seq, coalesce({STANDS_ROW}, source_row) AS row FROM ({_TELLINGS})) AS c
ON c.row_key = m.row_key AND (c.since, c.seq, c.row) > (m.since, m.seq, m.row)
JOIN ledger AS l ON l.file_seq = c.file_seq AND l.table_name = '{{table}}'
WHERE
    l.source NOT LIKE '%.{RETURNED}' AND l.source NOT LIKE '%.{CORRECTED}'
    AND (c.{MOMENT} IS NULL OR c.{MOMENT} >= m.since) AND c.seq <> m.seq
GROUP BY m.file_seq
ORDER BY m.file_seq
"""
