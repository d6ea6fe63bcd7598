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
    assert (VERSION, digest) == (8, "4facfb5a3922a544"), (
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
