"""The reference mission's snapshot in memory, whose tables a test may spoil and put back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb
import polars as pl


class SpoiledEngine:
    """An engine over tables in memory. Within ``spoiling`` tables hold what other SELECTs give."""

    name = "spoiled"

    def __init__(self, snapshot: Path) -> None:
        self.connection = duckdb.connect(":memory:")
        self.tables = sorted(p.name for p in snapshot.iterdir() if p.is_dir())
        for table in self.tables:
            files = str(snapshot / table / "*.parquet")
            self.connection.execute(f"CREATE TABLE whole_{table} AS SELECT * FROM read_parquet('{files}')")
            self.connection.execute(f"CREATE VIEW {table} AS SELECT * FROM whole_{table}")

    @contextmanager
    def spoiling(self, selects: Mapping[str, str]) -> Iterator[None]:
        """Each table of ``selects`` is its SELECT, which reads the table as ``whole_<table>``."""
        for table, sql in selects.items():
            self.connection.execute(f"CREATE TABLE spoiled_{table} AS {sql}")
            self.connection.execute(f"CREATE OR REPLACE VIEW {table} AS SELECT * FROM spoiled_{table}")
        try:
            yield
        finally:
            for table in selects:
                self.connection.execute(f"CREATE OR REPLACE VIEW {table} AS SELECT * FROM whole_{table}")
                self.connection.execute(f"DROP TABLE spoiled_{table}")

    def columns(self, table: str) -> dict[str, str]:
        """Types by column."""
        rows = self.connection.execute(f"DESCRIBE whole_{table}").fetchall()
        return {str(r[0]): str(r[1]) for r in rows}

    def frame(self, sql: str) -> pl.DataFrame:
        """Rows of ``sql``."""
        frame: pl.DataFrame = self.connection.sql(sql).pl()
        return frame

    @contextmanager
    def holding(self, name: str, sql: str) -> Iterator[None]:
        """Keep the rows of ``sql``."""
        self.connection.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS {sql}')
        try:
            yield
        finally:
            self.connection.execute(f'DROP TABLE "{name}"')

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
