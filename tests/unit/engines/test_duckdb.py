"""The DuckDB engine reads its snapshot and nothing else."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from reportmetrics.engines import duckdb as engine_module
from reportmetrics.engines.base import EngineError
from reportmetrics.engines.duckdb import DuckDBEngine
from tests.sql.tiny_snapshot import build

AS_OF = dt.date(2022, 1, 31)


def test_each_folder_of_parquet_is_a_table(tmp_path: Path) -> None:
    folder = build(tmp_path / "it's a snapshot", {"objective": [{"objective_id": "LO-01"}]}, as_of=AS_OF)
    with DuckDBEngine(folder, threads=1) as engine:
        assert engine.frame("SELECT objective_id FROM objective").rows() == [("LO-01",)]
        assert engine.frame("SELECT as_of FROM as_of").rows() == [(AS_OF,)]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('{outside}')",
        "COPY (SELECT 1 AS x) TO '{outside}.copy'",
        "ATTACH '{outside}.db' AS other",
        "SET enable_external_access = true",
    ],
)
def test_nothing_outside_the_snapshot_can_be_read_or_written(sql: str, tmp_path: Path) -> None:
    outside = tmp_path / "secret.txt"
    outside.write_text("secret")
    with DuckDBEngine(build(tmp_path / "s", {}, as_of=AS_OF)) as engine, pytest.raises(EngineError):
        engine.frame(sql.format(outside=outside))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["s", "secret.txt"]


def test_errors_show_the_query(tmp_path: Path) -> None:
    with (
        DuckDBEngine(build(tmp_path / "s", {}, as_of=AS_OF)) as engine,
        pytest.raises(EngineError, match="SELECT nope"),
    ):
        engine.frame("SELECT nope FROM request")


@pytest.mark.parametrize("exists", [True, False])
def test_a_folder_without_tables_is_no_snapshot(exists: bool, tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    if exists:
        folder.mkdir()
    with pytest.raises(EngineError, match="holds no snapshot"):
        DuckDBEngine(folder)


@pytest.mark.parametrize("held_below", [0, 2**40])
def test_rows_are_held_alike_over_a_small_and_a_large_snapshot(
    held_below: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "HELD_BELOW", held_below)
    given = {"objective": [{"objective_id": "LO-01"}, {"objective_id": "it's \u0627"}]}
    with DuckDBEngine(build(tmp_path / "s", given, as_of=AS_OF)) as engine:
        rows = (
            "SELECT objective_id, DATE '2022-01-30' AS day, TRUE AS yes, CAST(NULL AS DOUBLE) AS nothing, "
            "CAST(9007199254740993 AS BIGINT) AS large, 0.1 + 0.2 AS exact FROM objective"
        )
        with engine.holding("kept", rows):
            found = engine.frame("SELECT * FROM kept ORDER BY objective_id")
            assert found.equals(engine.frame(f"SELECT * FROM ({rows}) AS rows ORDER BY objective_id"))
            assert found["large"].to_list() == [9007199254740993] * 2
        with pytest.raises(EngineError):
            engine.frame("SELECT * FROM kept")
        with engine.holding("kept", "SELECT 1 AS one"):  # the name is free again
            assert engine.frame("SELECT one FROM kept").rows() == [(1,)]


def test_a_query_that_fails_is_told_with_what_was_to_be_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "HELD_BELOW", 0)
    with (
        DuckDBEngine(build(tmp_path / "s", {}, as_of=AS_OF)) as engine,
        pytest.raises(EngineError, match="SELECT nope"),
        engine.holding("kept", "SELECT nope FROM request"),
    ):
        pass


@pytest.mark.parametrize("where", ["true", "false"], ids=["rows", "no rows"])
def test_rows_of_any_type_are_the_same_over_a_small_snapshot_and_a_large_one(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They come to polars in two ways."""
    sql = f"""
        SELECT * FROM (
            SELECT
                i, CASE WHEN i > 0 THEN i END AS some, i = 1 AS flag, i / 3 AS share, 'اسم ' || i AS words,
                DATE '2022-01-31' + CAST(i AS INTEGER) AS day, TIMESTAMP '2022-01-31 10:00:00.123456' AS at,
                [i, NULL] AS several, CAST(i AS DECIMAL(18, 3)) AS exact, CAST(i AS TINYINT) AS little, NULL AS nothing,
                sum(i) OVER () AS total, {{'a': i, 'b': 'x'}} AS pair
            FROM range(3) AS t(i)
        ) WHERE {where} ORDER BY i
    """
    folder = build(tmp_path / "s", {}, as_of=AS_OF)
    frames = []
    for held_below in (0, 2**40):
        monkeypatch.setattr(engine_module, "HELD_BELOW", held_below)
        with DuckDBEngine(folder) as engine:
            frames.append(engine.frame(sql))
    large, small = frames
    assert small.schema == large.schema
    assert small.equals(large)
    assert small.height == (3 if where == "true" else 0)
