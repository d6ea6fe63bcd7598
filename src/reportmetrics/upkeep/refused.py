"""Whether the refusals that the ledger counts are those that are listed: a row that is gone there would not be missed.

The ledger counts records, the list has a line for each fault of one. Where a source makes several records of a row of
the file, they are told apart by the key that each would have; where that could not be read, they may be as many as
there are lines.

Belongs here: the table ``reject`` beside the ledger. Not here: what was accepted (``fsck``), cells (``thorough``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from reportmetrics.ingest.faults import UNTOLD
from reportmetrics.upkeep.finding import REBUILD, Finding
from reportmetrics.warehouse.tables import SOURCE_TABLES
from reportmetrics.words import counted

_SHOWN = 20

# ``most``: how many records a place may stand for. Lines that were merged (``ingest.as_sent``) set it no limit.
_COUNTED = """
WITH line AS (
    SELECT
        file_seq, table_name, any_value(source) AS source, any_value(original_name) AS original_name,
        max(rejected) AS rejected, bool_or(status = 'unreadable') AS unreadable
    FROM ledger GROUP BY file_seq, table_name
),
place AS (
    SELECT
        file_seq, table_name, source_row IS NULL AS whole, any_value(source) AS source,
        any_value(original_name) AS original_name,
        CASE WHEN bool_or(starts_with(message, $untold)) THEN 2e9::BIGINT
            ELSE count(DISTINCT subject_key) + count(*) FILTER (subject_key IS NULL) END AS most,
        count(DISTINCT subject_key) > 1 OR count(*) > count(DISTINCT (column_name, code)) AS several
    FROM reject GROUP BY file_seq, table_name, sheet, source_row
),
listed AS (
    SELECT
        file_seq, table_name, any_value(source) AS source, any_value(original_name) AS original_name,
        count(*) FILTER (NOT whole) AS rows, count(*) FILTER (whole) AS wholes, sum(most) AS most
    FROM place GROUP BY file_seq, table_name
),
of_several AS (SELECT DISTINCT source, table_name FROM place WHERE several),
compared AS (
    SELECT
        file_seq, table_name, coalesce(line.source, listed.source) AS source,
        coalesce(line.original_name, listed.original_name) AS original_name,
        coalesce(rejected, 0) AS rejected, coalesce(unreadable, false) AS unreadable,
        coalesce(rows, 0) AS rows, coalesce(wholes, 0) AS wholes, coalesce(most, 0) AS most
    FROM line FULL JOIN listed USING (file_seq, table_name)
)
SELECT
    file_seq, table_name, source, original_name, rejected, unreadable, rows, wholes, most,
    (source, table_name) IN (FROM of_several SELECT (source, table_name)) AS several
FROM compared
WHERE CASE WHEN unreadable THEN wholes = 0 OR rejected NOT BETWEEN rows AND rows + wholes - 1
    ELSE rejected <> rows + wholes END
ORDER BY file_seq, table_name
"""
_SEVERAL = """
SELECT 1 FROM core.{table} SEMI JOIN (FROM ledger WHERE source = $source AND table_name = '{table}') USING (file_seq)
GROUP BY file_seq, source_row HAVING count(*) > 1 LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class _Differing:
    """A line of the ledger whose refusals are not as many as the places that the list has of it."""

    file_seq: int
    table: str
    source: str
    name: str
    rejected: int
    unreadable: bool
    rows: int
    wholes: int
    most: int
    several: bool


def refusals(connection: duckdb.DuckDBPyConnection) -> Iterator[Finding]:
    """Deliveries of which the list of refusals has others than the ledger counts; the first of them."""
    lines = (_Differing(*line) for line in connection.execute(_COUNTED, {"untold": UNTOLD}).fetchall())
    known: dict[tuple[str, str], bool] = {}
    found = 0
    for line in lines:
        if line.rows + line.wholes < line.rejected <= line.most and not (line.unreadable and not line.wholes):
            of = (line.source, line.table)
            if of not in known:
                known[of] = line.several or _makes_several(connection, line)
            if known[of]:
                continue
        yield Finding(f"delivery {line.file_seq} ({line.name})", _said(line), REBUILD)
        found += 1
        if found == _SHOWN:
            return


def _makes_several(connection: duckdb.DuckDBPyConnection, line: _Differing) -> bool:
    """Whether the source was seen to make several records of a row of its files."""
    if line.table not in {table.name for table in SOURCE_TABLES}:
        return False
    return bool(connection.execute(_SEVERAL.format(table=line.table), {"source": line.source}).fetchall())


def _said(line: _Differing) -> str:
    if line.unreadable and not line.wholes:
        return f"the ledger says that it could not be read for {line.table}, and the list of refusals has no reason"
    listed = line.rows + (0 if line.unreadable else line.wholes)
    return (
        f"{counted(listed, 'row')} of {line.table} in the list of refusals, the ledger says {line.rejected} (rejected)"
    )
