"""DuckDB over a snapshot's Parquet files, inside this process.

The connection is in memory, with a table or a view per table; it may read the snapshot's folder and nothing else.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self, cast

import duckdb
import polars as pl

from reportmetrics.engines.base import EngineError

# ``frame`` says why the copy is wanted.
warnings.filterwarnings("ignore", "Arrow output on a DB-API result makes an extra copy", UserWarning)

MEMORY_LIMIT = "2GB"
"""What one engine may hold before it spills to disk."""


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


HELD_BELOW = 64 * 2**20
"""A snapshot of fewer bytes of Parquet is read into memory once: a metric's query on it takes half the time. What is
held over a larger one goes to a file of Parquet: a tenth of the size, and a query reads only the columns it needs."""


ONE_THREAD_BELOW = 8 * 2**20
"""On a snapshot of fewer bytes a second thread finds nothing to do, and costs a fifth more to hand work to."""


class DuckDBEngine:
    """An engine over the snapshot in ``snapshot_folder`` (one folder of Parquet files per table).

    ``only`` leaves out all tables but these. Raises :class:`EngineError` where the folder holds no table. Use as a
    context manager, or call ``close``.
    """

    name = "duckdb"

    def __init__(
        self,
        snapshot_folder: Path,
        *,
        only: Collection[str] | None = None,
        memory_limit: str = MEMORY_LIMIT,
        threads: int | None = None,
    ) -> None:
        folder = snapshot_folder.resolve()
        tables = sorted(p.name for p in folder.iterdir() if any(p.glob("*.parquet"))) if folder.is_dir() else []
        tables = [t for t in tables if only is None or t in only]
        if not tables:
            raise EngineError(f"{folder} holds no snapshot: expected one folder of Parquet files per table")
        self._spill = tempfile.TemporaryDirectory(prefix="reportmetrics-")
        self._connection = duckdb.connect(":memory:")
        try:
            self._settle(folder, memory_limit, threads)
            size = sum(p.stat().st_size for table in tables for p in (folder / table).glob("*.parquet"))
            self._large = size >= HELD_BELOW
            if size < ONE_THREAD_BELOW and threads is None:
                self._connection.execute("SET threads = 1")
            if self._large:
                self._connection.execute("SET preserve_insertion_order = false")  # what keeps it takes memory
            kind = "VIEW" if self._large else "TABLE"
            for table in tables:
                files = _quoted(str(folder / table / "*.parquet"))
                self._connection.execute(f'CREATE {kind} "{table}" AS SELECT * FROM read_parquet({files})')
            self._connection.execute("SET lock_configuration = true")
        except BaseException:
            self.close()
            raise

    def _settle(self, folder: Path, memory_limit: str, threads: int | None) -> None:
        run = self._connection.execute
        run("SET enable_progress_bar = false")
        run(f"SET memory_limit = {_quoted(memory_limit)}")
        run(f"SET temp_directory = {_quoted(self._spill.name)}")
        if threads is not None:
            run(f"SET threads = {int(threads)}")
        run(f"SET allowed_directories = [{_quoted(str(folder))}, {_quoted(self._spill.name)}]")
        run("SET enable_external_access = false")

    def frame(self, sql: str) -> pl.DataFrame:
        """Rows of ``sql``; raises :class:`EngineError` with DuckDB's message and the query."""
        try:
            if self._large:
                frame: pl.DataFrame = self._connection.sql(sql).pl()
                return frame
            # A relation is parsed and bound once to know its columns and again to be run. A third of the time goes
            # into that where there are few rows; to copy them, as happens here, takes less.
            return cast("pl.DataFrame", pl.from_arrow(self._connection.execute(sql).to_arrow_table()))
        except duckdb.Error as error:
            raise EngineError(f"DuckDB could not run a query: {error}\n{sql}") from error

    @contextmanager
    def holding(self, name: str, sql: str) -> Iterator[None]:
        """Keep the rows of ``sql`` as a temporary table, or as a file beside what is spilled."""
        run = self._connection.execute
        file = Path(self._spill.name) / f"{name}.parquet"
        try:
            if self._large:
                run(f"COPY ({sql}) TO {_quoted(str(file))} (FORMAT parquet)")
                run(f'CREATE OR REPLACE TEMP VIEW "{name}" AS SELECT * FROM read_parquet({_quoted(str(file))})')
            else:
                run(f'CREATE OR REPLACE TEMP TABLE "{name}" AS {sql}')
        except duckdb.Error as error:
            raise EngineError(f"DuckDB could not run a query: {error}\n{sql}") from error
        try:
            yield
        finally:
            run(f'DROP {"VIEW" if self._large else "TABLE"} "{name}"')
            file.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the connection and remove what was spilled."""
        self._connection.close()
        self._spill.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
