"""The rows of a group of sheets: in memory, or in Parquet files when one of the sheets is too large to be held.

Belongs here: keeping and numbering rows. Not here: which rows belong together (``batch``), what they mean (``typed``).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl

from reportmetrics.ingest.chunks import counted_column
from reportmetrics.ingest.text import literals


class GroupRows:
    """Rows in the order in which they were added, numbered by ``rid`` (0, 1, ...)."""

    def __init__(self) -> None:
        self._frames: list[pl.DataFrame] = []
        self._paths: list[Path] = []
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self.height = 0

    def add(self, rows: pl.DataFrame, *, spool: bool = False) -> None:
        """Add rows; with ``spool`` these and all others are kept on disk from now on."""
        if spool and self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="reportmetrics-")
            held, self._frames, self.height = self._frames, [], 0
            for frame in held:
                self._write(frame)
        if self._folder is not None:
            self._write(rows)
        else:
            self._frames.append(rows)
            self.height += rows.height

    def _write(self, rows: pl.DataFrame) -> None:
        assert self._folder is not None
        path = Path(self._folder.name) / f"{len(self._paths):06}.parquet"
        _numbered(rows, self.height).write_parquet(path, compression="lz4")
        self._paths.append(path)
        self.height += rows.height

    def register(self, connection: duckdb.DuckDBPyConnection, name: str) -> None:
        """Make the rows known to DuckDB under ``name``."""
        if self._paths:
            files = literals(str(p) for p in self._paths)
            connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT * FROM read_parquet([{files}])")
        else:
            # Views of strings are what both sides have: any other form would be a copy of all text.
            connection.register(name, self._all().to_arrow(compat_level=pl.CompatLevel.newest()))

    def select(self, *columns: str | pl.Expr, **named: str) -> pl.DataFrame:
        """Some columns of all rows."""
        return pl.concat([part.select(*columns, **named) for part in self._parts()])

    def _parts(self) -> Iterator[pl.DataFrame]:
        if self._paths:
            yield from (pl.read_parquet(path) for path in self._paths)
        else:
            yield self._all()

    def _all(self) -> pl.DataFrame:
        if len(self._frames) != 1:
            self._frames = [pl.concat(self._frames)]
        return _numbered(self._frames[0], 0)


def _numbered(rows: pl.DataFrame, first: int) -> pl.DataFrame:
    return pl.DataFrame([counted_column(rows, "rid", first), *rows.get_columns()])
