"""Columns that went blank because nothing has happened yet: a headquarters that no longer answers is no broken file.

That is what requests are asked about, and must not stop what shows it. So where a file has the column, and few records
lose what was known in them, all blanks together are warned of like other shares. A column that the mapping allows to be
absent may have been renamed, and a register that takes back dates is wrong: these go blank as other columns do.

Belongs here: telling the two apart. Not here: counting blanks (``earlier_rows``), when they are too many
(``earlier_shares``).
"""

from __future__ import annotations

from collections.abc import Collection

import duckdb
import polars as pl

from reportmetrics.warehouse.aside import WENT_BLANK
from reportmetrics.warehouse.shape import Table
from reportmetrics.warehouse.told import IN_ORDER

MOST_TAKEN_BACK = 0.2
"""Up to this share of new rows may be of requests that were opened again; with more, the file itself is in doubt."""

Columns = Collection[tuple[str, str]]
"""Sources and columns."""


def without_waits(
    connection: duckdb.DuckDBPyConnection, table: Table, told: pl.DataFrame, there: Columns, since: int
) -> pl.DataFrame:
    """``told`` (as of ``compared``) with columns that wait for something as ``blanks``.

    ``there`` are the columns that each file of a source has; ``since`` is the last ledger position before the new rows.
    """
    waits = told.filter(
        pl.col("kind") == WENT_BLANK, ~pl.col("holds"), pl.col("column_name").is_in(list(table.awaited))
    )
    pairs = {(s, c) for s, c in waits.select("source", "column_name").iter_rows() if (s, c) in there}
    losing = {(s, c): _losing(connection, table, s, c, since) for s, c in pairs}
    kinds = [
        "blanks" if kind == WENT_BLANK and not holds and (s, c) in losing and not _among(seq, losing[s, c]) else kind
        for kind, holds, seq, s, c in told.select("kind", "holds", "file_seq", "source", "column_name").iter_rows()
    ]
    told = told.with_columns(kind=pl.Series(kinds, dtype=pl.String))
    # Beside them stands that a share which went blank is not told of as one that moved.
    failed = pl.col("holds").not_().any().over("kind", "source", "column_name", "code", "file_seq")
    return told.filter((pl.col("kind") != "blanks") | ~pl.col("holds") | ~failed)


def _among(file_seq: int | None, losing: Collection[int]) -> bool:
    return bool(losing) if file_seq is None else file_seq in losing


def _losing(connection: duckdb.DuckDBPyConnection, table: Table, source: str, column: str, since: int) -> set[int]:
    """New deliveries that take back what was known last in the column, of too many of their records."""
    found = connection.execute(
        f"""
        WITH blank AS (
            SELECT row_key, file_seq FROM core.{table.name}
            SEMI JOIN (FROM ledger WHERE source = $source) USING (file_seq)
            WHERE file_seq > $since AND "{column}" IS NULL
        ),
        told AS (
            SELECT
                row_key, file_seq,
                lag("{column}" IS NOT NULL) OVER (PARTITION BY row_key ORDER BY {IN_ORDER}) AS known
            FROM core.{table.name} WHERE row_key IN (SELECT row_key FROM blank)
        )
        SELECT file_seq FROM told SEMI JOIN blank USING (row_key, file_seq) GROUP BY file_seq
        HAVING count(*) FILTER (known) > $most * count(*)
        """,
        {"source": source, "since": since, "most": MOST_TAKEN_BACK},
    ).fetchall()
    return {seq for (seq,) in found}
