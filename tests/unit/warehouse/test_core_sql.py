"""``sql/core`` gives the declared columns with the declared types, and nulls for what cannot be cast."""

from __future__ import annotations

import duckdb
import pytest

from reportmetrics.ingest.typed import core_sql
from reportmetrics.settings import sql_folder
from reportmetrics.warehouse.shape import SQL_TYPES, Table
from reportmetrics.warehouse.tables import SOURCE_TABLES


def mapped(table: Table, value: str) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    columns = ", ".join(f"{value} AS {c.name}" for c in table.columns)
    connection.execute(f"CREATE TABLE mapped AS SELECT 7::BIGINT AS row_id, {columns}")
    return connection


def test_there_is_one_file_for_each_source_table() -> None:
    assert {p.stem for p in (sql_folder() / "core").glob("*.sql")} == {t.name for t in SOURCE_TABLES}


@pytest.mark.parametrize("table", SOURCE_TABLES, ids=lambda t: t.name)
def test_columns_are_those_declared(table: Table) -> None:
    with mapped(table, "CAST(NULL AS VARCHAR)") as connection:
        found = connection.sql(core_sql(table.name))
        types = dict(zip(found.columns, map(str, found.types), strict=True))
    assert types == {"row_id": "BIGINT"} | {c.name: SQL_TYPES[c.type] for c in table.columns}


@pytest.mark.parametrize("table", SOURCE_TABLES, ids=lambda t: t.name)
def test_what_is_marked_as_not_understood_never_casts(table: Table) -> None:
    with mapped(table, "chr(26) || '1'") as connection:
        found = connection.sql(core_sql(table.name))
        row = dict(zip(found.columns, found.fetchall()[0], strict=True))
    assert all(row[c.name] is None for c in table.columns if c.type != "text")
