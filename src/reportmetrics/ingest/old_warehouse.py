"""The warehouse that a rebuild replaces: held open meanwhile, compared with, and set aside.

Belongs here: what the old database tells, and where it goes. Not here: making the new one (``rebuild``).
"""

from __future__ import annotations

import datetime as dt
import itertools
import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

import duckdb
import polars as pl

from reportmetrics.ingest.places import note_left_places
from reportmetrics.ingest.sidecars import NO_NAME, Sidecar
from reportmetrics.settings import Settings
from reportmetrics.warehouse.made_tables import LEDGER
from reportmetrics.warehouse.store import StoreError, may_come_back, not_opened
from reportmetrics.warehouse.tables import SOURCE_TABLES

_ASIDE = "warehouse.before-rebuild"
_HISTORY = ("set_aside", "check_history")
_COUNTS = ("status", "rows_read", "accepted", "rejected", "duplicate", "superseded", "filtered")
_TOLD = 20


def _content(connection: duckdb.DuckDBPyConnection | None, table: str) -> object:
    """A number for what a table of core holds, whatever the order of its rows; None where it cannot be read."""
    if connection is None:
        return None
    try:
        return connection.execute(f"SELECT count(*), sum(hash(t)::HUGEINT) FROM core.{table} AS t").fetchall()
    except duckdb.Error:  # a warehouse of older make
        return None


def _keys_in(connection: duckdb.DuckDBPyConnection | None, keys: pl.Series) -> set[str]:
    """Those of the keys that a table of core has; all of them where that cannot be read."""
    if connection is None or keys.is_empty():
        return set(keys)
    every = " UNION ".join(f"SELECT row_key FROM core.{t.name}" for t in SOURCE_TABLES)
    connection.register("asked_keys", keys.to_frame("row_key"))
    try:
        found = connection.execute(f"SELECT row_key FROM asked_keys SEMI JOIN ({every}) USING (row_key)").fetchall()
    except duckdb.Error:  # a warehouse of older make
        return set(keys)
    finally:
        connection.unregister("asked_keys")
    return {key for (key,) in found}


class OldWarehouse:
    """The old warehouse, held open so that nobody writes to it meanwhile; it may be missing, broken or of old make."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: duckdb.DuckDBPyConnection | None = None
        self.validated = 0
        self._deliveries: list[tuple[int, str, str, str]] | None = None
        self._lines: pl.DataFrame | None = None
        self._history: dict[str, pl.DataFrame] = {}

    def __enter__(self) -> OldWarehouse:
        """Raises ``StoreError`` while another process has it open, or where this user may not read it."""
        if not self._path.exists():
            self._deliveries = []
            return self
        try:
            self._connection = duckdb.connect(str(self._path))
        except duckdb.Error as error:
            if may_come_back(error):
                raise StoreError(not_opened(self._path, error)) from error
            return self
        try:
            self._deliveries = self._connection.execute(
                "SELECT DISTINCT file_seq, source_file, source, original_name FROM ledger ORDER BY ALL"
            ).fetchall()
            self.validated = int(self._connection.execute("SELECT validated_position FROM state").fetchall()[0][0])
            names = ", ".join(("file_seq", "table_name", "original_name", *_COUNTS))
            self._lines = self._connection.sql(f"SELECT {names} FROM ledger ORDER BY file_seq, table_name").pl()
            self._history = {t: self._connection.sql(f"SELECT * FROM {t}").pl() for t in _HISTORY}
        except duckdb.Error:
            # A warehouse of older make, or a broken one: then there is nothing (more) to compare with.
            pass
        return self

    def __exit__(self, *_: object) -> None:
        if self._connection is not None:
            self._connection.close()

    @property
    def is_unknown(self) -> bool:
        """Whether there is a database whose ledger cannot be read: nobody can tell what the archive should hold."""
        return self._deliveries is None

    def note_left_places(self, archive: Path) -> bool:
        """Have sidecars tell the places that they have in the ledger, where a run was stopped before it noted them.

        Returns whether there were any.
        """
        return self._connection is not None and bool(self._deliveries) and note_left_places(self._connection, archive)

    def without_sidecar(self, archive: Path, sidecars: Iterable[Sidecar]) -> Iterator[str]:
        """Deliveries of the ledger that the archive does not describe, in words; those without bytes say so.

        A sidecar that has no place yet is one of a run that stopped between storing the rows and noting it.
        """
        known = list(sidecars)
        places = {s.file_seq for s in known}
        unplaced = {(s.sha256, s.source) for s in known if s.file_seq is None}
        for seq, sha256, source, name in self._deliveries or []:
            if seq not in places and (sha256, source) not in unplaced:
                also = "" if (archive / sha256).is_file() else " and its bytes"
                yield (
                    f"{name}: place {seq} of the ledger; its sidecar {archive / sha256}.*.json{also} "
                    f"{'are' if also else 'is'} missing"
                )

    def compare(self, connection: duckdb.DuckDBPyConnection) -> list[str] | None:
        """What the ledger's lines and the rows of core say otherwise than before; None when there were none to be read.

        Rows are spoken of only where the ledger is the same: a mapping may read other values from as many rows.
        """
        if self._lines is None:
            return None
        assert set(self._lines.columns) <= set(LEDGER.by_name)
        names = ", ".join(self._lines.columns)
        now: pl.DataFrame = connection.sql(f"SELECT {names} FROM ledger ORDER BY file_seq, table_name").pl()
        on = ["file_seq", "table_name"]
        both = self._lines.join(now, on=on, how="full", coalesce=True, suffix="_now", maintain_order="left_right")
        said = []
        for row in both.iter_rows(named=True):
            differing = [c for c in _COUNTS if row[c] != row[f"{c}_now"]]
            if differing:
                told = ", ".join(f"{c} {row[c]} -> {row[f'{c}_now']}" for c in differing)
                said.append(f"{row['original_name'] or row['original_name_now']} ({row['table_name']}): {told}")
        return said or [
            f"{table.name}: as many rows as before, of which some read otherwise"
            for table in SOURCE_TABLES
            if _content(connection, table.name) != _content(self._connection, table.name)
        ]

    def _without_gone(
        self, told: pl.DataFrame, connection: duckdb.DuckDBPyConnection, forgotten: Collection[str]
    ) -> pl.DataFrame:
        """The history of checks, without keys of rows that are gone and sentences that name files which are."""
        names = [name for _, sha256, _, name in self._deliveries or [] if sha256 in forgotten]
        keys = told["failing_keys"].explode().drop_nulls().unique()
        gone = _keys_in(self._connection, keys) - _keys_in(connection, keys)
        gone |= {key for key in keys if any(name in key for name in names)}
        if not gone:
            return told
        lost = pl.col("failing_keys").list.eval(pl.element().is_in(list(gone))).list.any()
        return told.with_columns(
            message=pl.when(lost).then(pl.lit(NO_NAME)).otherwise("message"),
            failing_keys=pl.col("failing_keys").list.set_difference(pl.lit(sorted(gone))),
        )

    def copy_history(
        self, connection: duckdb.DuckDBPyConnection, now: dt.datetime, forgotten: Collection[str], *, keep_old: bool
    ) -> None:
        """What no file tells: which batches were set aside, and what checks have found; nothing of it after ``now``.

        Files with one of the hashes ``forgotten`` lose their name. Where the old warehouse is not kept, checks say no
        longer what they found of rows that are gone with it.
        """
        for table, told in self._history.items():
            if table == "check_history" and not keep_old:
                told = self._without_gone(told, connection, forgotten)
            times = [name for name, of in told.schema.items() if of == pl.Datetime]
            rows = told.with_columns(pl.min_horizontal(name, pl.lit(now)).alias(name) for name in times)
            if "original_name" in rows.columns:
                gone = pl.col("source_file").is_in(list(forgotten))
                rows = rows.with_columns(original_name=pl.when(gone).then(pl.lit(NO_NAME)).otherwise("original_name"))
            connection.register("history", rows)
            connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM history")
            connection.unregister("history")


def shortened(lines: list[str]) -> list[str]:
    """The first lines of many, and how many more there are."""
    return lines if len(lines) <= _TOLD else [*lines[:_TOLD], f"and {len(lines) - _TOLD} more"]


def exchange(settings: Settings, fresh: Path, *, keep_old: bool) -> Path | None:
    """Put the new file in the old one's place in one step; the old one stays beside it under another name, or goes.

    What was set aside before stays too, under its own name: it may be the better one. Without ``keep_old`` all of them
    go, since they hold what is to be gone.
    """
    old = settings.warehouse
    aside = next(p for p in _names(settings.home) if not p.exists()) if keep_old and old.exists() else None
    if aside is not None:
        os.link(old, aside)
    fresh.replace(old)
    Path(f"{old}.wal").unlink(missing_ok=True)
    Path(f"{fresh}.wal").unlink(missing_ok=True)
    if not keep_old:
        remove(*settings.home.glob(f"{_ASIDE}*.duckdb"))
    return aside


def _names(home: Path) -> Iterator[Path]:
    yield home / f"{_ASIDE}.duckdb"
    for number in itertools.count(2):
        yield home / f"{_ASIDE}-{number}.duckdb"


def remove(*paths: Path) -> None:
    """Remove databases, each with what is written ahead of it."""
    for path in paths:
        path.unlink(missing_ok=True)
        Path(f"{path}.wal").unlink(missing_ok=True)
