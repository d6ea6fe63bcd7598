"""The tables of a warehouse and their version: a warehouse with others is refused before anything fails in it."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import duckdb
import pytest

from reportmetrics.warehouse.schema import VERSION, statements
from reportmetrics.warehouse.store import Store, StoreError
from reportmetrics.warehouse.tables import SOURCE_TABLES


def test_other_tables_have_another_version() -> None:
    keys = [f"{t.name} {' '.join(t.key)}" for t in SOURCE_TABLES]
    tables = "\n".join([*(s for s in statements() if s.startswith("CREATE")), *keys])
    digest = hashlib.sha256(tables.encode()).hexdigest()[:16]
    assert (VERSION, digest) == (13, "3ea04b1bb5e0aeac"), (
        "the tables or their keys have changed: raise VERSION, and write both here"
    )


def test_warehouse_of_another_version_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    with Store(path):
        pass
    with duckdb.connect(str(path)) as connection:
        connection.execute("UPDATE state SET version = version - 1")
    said = re.escape(
        f"its tables are of version {VERSION - 1}, this program's of {VERSION}; make it anew from the archive"
    )
    with pytest.raises(StoreError, match=said), Store(path):
        pass


def test_warehouse_of_an_older_make_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE state (position BIGINT)")
    with pytest.raises(StoreError, match="its tables are of an older make; make it anew"), Store(path):
        pass


def test_warehouse_is_made_as_a_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "warehouse.duckdb"
    tables = "SELECT count(*) FROM duckdb_tables()"
    with monkeypatch.context() as patched:
        patched.setattr("reportmetrics.warehouse.store.statements", lambda: [*list(statements())[:5], "not SQL"])
        with pytest.raises(duckdb.ParserException), Store(path):
            pass
    with duckdb.connect(str(path)) as connection:
        assert connection.execute(tables).fetchall() == [(0,)]
    for _ in range(2):
        with Store(path) as store:
            assert store.connection.execute(tables).fetchall()[0][0] > len(SOURCE_TABLES)
            assert store.position() == 0
