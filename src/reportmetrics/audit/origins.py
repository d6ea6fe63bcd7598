"""Where a row came from: table, file, sheet and row, and the records that it was judged by.

Belongs here: following ``row_key`` from a metric's rows to the snapshot's tables and their files. Not here: the cells
of the archived file (``raw``).
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from reportmetrics.engines.base import Engine
from reportmetrics.metrics.metric import Metric
from reportmetrics.warehouse.made_tables import LEDGER, REJECT, TALLY_TWICE
from reportmetrics.warehouse.shape import Table
from reportmetrics.warehouse.tables import TABLES

SCHEMA: dict[str, pl.DataType] = {
    "row_key": pl.String(),
    "table": pl.String(),
    "source": pl.String(),
    "file": pl.String(),
    "row": pl.Int64(),
    "known_from": pl.Datetime("us"),
    "file_seq": pl.Int64(),
    "sha256": pl.String(),
}
"""Origin of a row. Rows of the profile have a table and nothing else: they were declared, not sent."""

SUPPORT_LIMIT = 1_000
"""Records that rows were judged by, shown at most."""


def origins(metric: Metric, engine: Engine, keys_sql: str) -> pl.DataFrame:
    """Origin (``SCHEMA``) of each row whose key ``keys_sql`` (a SELECT of ``row_key``) returns.

    A key with something behind its 20 digits is that of a row which a view made of another one; it leads to that one.
    Rows that tell of the ledger or of a refused row have a key that opens with delivery and table, and lead to the file
    (and, of a refused row, to the row in it).
    """
    tables = [TABLES[name] for name in metric.tables if name in TABLES]
    parts = [_origin_sql(table) for table in tables if table not in (*_WITHOUT_KEY, *_BESIDE)]
    if not parts or any(TABLES.get(name) in _WITHOUT_KEY for name in metric.tables):
        parts.append(_DELIVERY)
    found = engine.frame(
        "WITH wanted AS MATERIALIZED (SELECT DISTINCT row_key, left(row_key, 20) AS origin_key "
        f"FROM ({keys_sql}) AS keys) {' UNION ALL '.join(parts)} ORDER BY ALL"
    )
    return found.cast(SCHEMA)  # type: ignore[arg-type]


_WITHOUT_KEY = (LEDGER, REJECT)

_BESIDE = (TALLY_TWICE,)
"""Tables that say more of rows of another table, by their keys: the rows came with that one."""

_DELIVERY = (
    "SELECT wanted.row_key, 'ledger' AS \"table\", l.source, l.original_name AS file, "
    "try_cast(split_part(wanted.row_key, '|', 3) AS BIGINT) AS row, "
    "l.known_from, l.file_seq, l.source_file AS sha256 FROM wanted INNER JOIN ledger AS l "
    "ON split_part(wanted.row_key, '|', 1) = CAST(l.file_seq AS VARCHAR) "
    "AND split_part(wanted.row_key, '|', 2) = l.table_name"
)


def _origin_sql(table: Table) -> str:
    if table.origin != "source":
        types = {pl.String: "VARCHAR", pl.Int64: "BIGINT", pl.Datetime: "TIMESTAMP"}
        blank = ", ".join(
            f'NULL::{types[t.base_type()]} AS "{c}"' for c, t in SCHEMA.items() if c not in ("row_key", "table")
        )
        found = f"SELECT wanted.row_key, '{table.name}' AS \"table\", {blank}"
        return f"{found} FROM wanted INNER JOIN {table.name} AS t ON t.row_key = wanted.origin_key"
    return (
        f"SELECT wanted.row_key, '{table.name}' AS \"table\", l.source, l.original_name AS file, t.source_row AS row, "
        "t.known_from, t.file_seq, t.source_file AS sha256 "
        f"FROM wanted INNER JOIN {table.name} AS t ON t.row_key = wanted.origin_key "
        f"LEFT JOIN ledger AS l ON t.file_seq = l.file_seq AND l.table_name = '{table.name}'"
    )


def judged_by(metric: Metric, engine: Engine, keys_sql: str, tables: Sequence[str]) -> pl.DataFrame:
    """Sent records that share the key of rows that were not sent themselves.

    A report that was due is a row of the profile's calendar: what it is judged by is the report of that form, unit and
    period. An indicator is judged by its readings. Records are matched by all key columns of the row's table that the
    other table has too; ``for_row`` names the row that a record belongs to.
    """
    parts = []
    for name in tables:
        own = TABLES[name]
        if own.origin == "source":
            continue
        for other in (TABLES[t] for t in metric.tables if t in TABLES and TABLES[t].origin == "source"):
            shared = [c for c in own.key if c in other.by_name]
            if not shared or any(c not in other.by_name for c in own.key if own.by_name[c].type == "date"):
                continue
            match = " AND ".join(f"o.{c} = s.{c}" for c in shared)
            parts.append(
                f"SELECT o.row_key AS for_row, s.row_key FROM {name} AS o INNER JOIN {other.name} AS s ON {match} "
                f"WHERE o.row_key IN (SELECT wanted.row_key FROM ({keys_sql}) AS wanted)"
            )
    if not parts:
        return pl.DataFrame(schema={"for_row": pl.String(), **SCHEMA})
    pairs = f"SELECT for_row, row_key FROM ({' UNION '.join(parts)}) AS pair ORDER BY ALL LIMIT {SUPPORT_LIMIT}"
    found = engine.frame(pairs)
    if found.is_empty():
        return pl.DataFrame(schema={"for_row": pl.String(), **SCHEMA})
    keys = ", ".join(f"('{key}')" for key in found["row_key"].unique().sort())  # digits of a hash
    where = origins(metric, engine, f"SELECT row_key FROM (VALUES {keys}) AS pair (row_key)")
    return found.join(where, on="row_key", how="inner").sort("for_row", "known_from", "row_key")
