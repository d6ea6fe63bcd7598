"""Snapshots of a size that no mission has: tables by SQL over ``range``, written as Parquet; what is not told is empty.

Belongs here: what every drawn snapshot has. Not here: how the rows of one benchmark are drawn.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb

from reportmetrics.warehouse.shape import Table
from reportmetrics.warehouse.tables import TABLES

PROFILE = Path(__file__).parents[1] / "data" / "profiles" / "nmi"
AS_OF = dt.date(2022, 1, 31)
ORIGIN = "'f' AS source_file, 1 AS source_row, 1 AS file_seq, TIMESTAMP '2021-01-01' AS known_from"
_TYPES = {"text": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN", "date": "DATE"}


def columns(table: Table, told: Mapping[str, str]) -> str:
    """The columns of a table for a SELECT: expressions where told, else null."""
    return ", ".join(
        f'CAST({told.get(c.name, "NULL")} AS {_TYPES.get(c.type, "TIMESTAMP")}) AS "{c.name}"' for c in table.columns
    )


def write_tables(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    told: Mapping[str, str],
    *,
    zone: str,
    left_out: Iterable[str] = (),
) -> None:
    """Write every table of a snapshot of :data:`AS_OF` below ``folder``, by the SELECT that is told, else empty.

    Tables ``left_out`` are whoever calls to write.
    """
    every = {name: _empty(table) for name, table in TABLES.items()} | {"as_of": _as_of(zone)} | dict(told)
    for name, sql in every.items():
        if name not in left_out:
            write(connection, folder / name / "all.parquet", sql)


def write(connection: duckdb.DuckDBPyConnection, path: Path, sql: str) -> None:
    """Rows of a SELECT as Parquet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection.execute(f"COPY ({sql}) TO '{path}' (FORMAT parquet)")


def _empty(table: Table) -> str:
    origin = f", {ORIGIN}" if table.origin == "source" else ""
    return f"SELECT CAST(NULL AS VARCHAR) AS row_key, {columns(table, {})}{origin} WHERE false"


def _as_of(zone: str) -> str:
    midnight = f"timezone('UTC', timezone('{zone}', TIMESTAMP '{AS_OF}'))"
    return f"SELECT DATE '{AS_OF}' AS as_of, {midnight} AS as_of_at, '{zone}' AS time_zone"
