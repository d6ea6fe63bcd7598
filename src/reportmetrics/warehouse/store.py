"""The warehouse: one DuckDB file with core tables, rejects and ledger.

Belongs here: opening and closing it, and its positions. Not here: what goes in (``ingest``) or comes out (``staged``,
``snapshot``).

One process at a time may write. The connection lives for one step only, so that nothing else is locked out for longer.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb

from reportmetrics.warehouse.instances import INSTANCES, Config, Instance
from reportmetrics.warehouse.schema import HASH_CHECK, VERSION, statements

MEMORY_LIMIT = "1GB"
"""Above this DuckDB spills to disk, beside the warehouse."""


PASSED = (
    "SELECT max(position) FROM (SELECT position FROM check_history WHERE as_of IS NULL "
    "AND position <= (SELECT position FROM state) GROUP BY run_at, position "
    "HAVING bool_and(success OR severity <> 'critical'))"
)
"""SQL of the ledger position of the last batch that passed its checks, by their history; null where none did."""


class StoreError(Exception):
    """The warehouse cannot be opened; the text says why and what to do."""


def is_locked(error: Exception) -> bool:
    """Whether a database cannot be opened because another process has it open."""
    return "could not set lock" in str(error).lower()


def may_come_back(error: Exception) -> bool:
    """Whether what cannot be opened may be whole: somebody else has it open, or this user may not read it."""
    return is_locked(error) or "permission denied" in str(error).lower()


def not_opened(path: Path, error: duckdb.Error) -> str:
    """Why a database cannot be opened, and what to do."""
    said = str(error).splitlines()[0]
    if is_locked(error):
        return f"{path}: another process has it open ({said}); wait until the other run has ended, and try again"
    if may_come_back(error):
        return f"{path}: this user may not read and write it ({said}); run as its owner, or correct its access rights"
    return f"{path}: cannot be opened ({said}); make it anew from the archive: reportmetrics rebuild"


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All or nothing. An error is told as it is, also where it has ended the transaction already (a full disk)."""
    connection.begin()
    try:
        yield
        connection.commit()
    except BaseException:
        with suppress(duckdb.TransactionException):
            connection.rollback()
        raise


def has_rows(connection: duckdb.DuckDBPyConnection, relation: str) -> bool:
    """Whether there is any; a query that has nothing to do costs ten times as much as to ask."""
    return bool(connection.execute(f"SELECT count(*) FROM {relation}").fetchall()[0][0])


class Store:
    """A warehouse, open for reading and writing inside a ``with`` block."""

    def __init__(self, path: Path, *, threads: int | None = None) -> None:
        self.path = path
        self._threads = threads
        self._instance: Instance | None = None
        self._connection: duckdb.DuckDBPyConnection | None = None

    def __enter__(self) -> Self:
        """Open, making the file and its tables when they are missing. Raises ``StoreError``."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        is_new = not self.path.exists()
        try:
            self._instance = INSTANCES.open(self.path, self._config())
        except duckdb.Error as error:
            raise StoreError(not_opened(self.path, error)) from error
        try:
            self._connection = self.cursor()
            if is_new or not self._is_made(self._connection):
                self._make_tables(self._connection)
        except BaseException as error:
            self.__exit__(type(error), error, error.__traceback__)
            raise
        return self

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Another connection to the open warehouse, to be closed before it is."""
        if self._instance is None:
            raise self._not_open()
        connection = self._instance.connect()
        connection.execute("SET enable_progress_bar = false")
        connection.execute("SET TimeZone = 'UTC'")
        return connection

    def _make_tables(self, connection: duckdb.DuckDBPyConnection) -> None:
        with transaction(connection):
            for statement in statements():
                connection.execute(statement)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close, whatever happened; an open transaction is rolled back."""
        if self._connection is not None:
            self._connection.close()
        if self._instance is not None:
            INSTANCES.close(self._instance, keep=kind is None)
        self._connection = self._instance = None

    def _config(self) -> Config:
        config: Config = {
            "memory_limit": MEMORY_LIMIT,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            # A TRY_CAST pushed down into a scan raises on a bad cell instead of giving null.
            "disabled_optimizers": "type_pushdown",
            # What it holds of files beside the warehouse would outlive the step; the system holds them too.
            "enable_external_file_cache": False,
        }
        if self._threads is not None:
            config["threads"] = self._threads
        return config

    def _is_made(self, connection: duckdb.DuckDBPyConnection) -> bool:
        """Whether all tables are there. A warehouse of another make is refused, not altered: it can be made anew.

        The row of ``state`` is made last, with them. It is asked for, not looked for in the catalogue, which would take
        as long as all else that opening does.
        """
        try:
            found = connection.execute(f"SELECT version, hash_check = {HASH_CHECK} FROM state").fetchall()
        except duckdb.CatalogException:  # there is no such table
            return False
        except duckdb.BinderException:  # the table lacks a column
            said = "its tables are of an older make"
        else:
            if not found:
                return False
            [(version, same)] = found
            if version == VERSION and same:
                return True
            said = f"its tables are of version {version}, this program's of {VERSION}"
            if version == VERSION:
                said = "it was made with a version of DuckDB that hashes otherwise"
        raise StoreError(f"{self.path}: {said}; make it anew from the archive: reportmetrics rebuild")

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The open connection."""
        if self._connection is None:
            raise self._not_open()
        return self._connection

    def _not_open(self) -> StoreError:
        return StoreError(f"{self.path}: the warehouse is not open; use it in a 'with' block")

    def _state(self, column: str) -> int:
        # All rows are fetched: DuckDB refuses other work on a connection with an unfinished result.
        rows = self.connection.execute(f"SELECT {column} FROM state").fetchall()
        return int(rows[0][0])

    def position(self) -> int:
        """``file_seq`` of the last delivery in the ledger; 0 when there is none."""
        return self._state("position")

    def validated_position(self) -> int:
        """Up to which ``file_seq`` the rows have passed validation."""
        return self._state("validated_position")

    def claim_key(self, check: str) -> None:
        """Make sure that one key makes all pseudonyms. ``check`` tells keys apart (``ingest.pseudonyms.key_check``).

        Raises ``StoreError`` for another key: the same person would then have two pseudonyms.
        """
        known = self.connection.execute("SELECT key_check FROM state").fetchall()[0][0]
        if known is None:
            self.connection.execute("UPDATE state SET key_check = $check", {"check": check})
        elif known != check:
            raise StoreError(
                f"{self.path}: its pseudonyms were made with another key; restore that key, or go over to the new one: "
                "reportmetrics rebuild --drop-old (rebuild --new-key, where that was stopped)"
            )

    def passed_position(self) -> int:
        """The ledger position of the last batch that passed its checks.

        That is the validated position; or beyond it, in a warehouse that was made anew and is yet to be validated as a
        whole. What came up to it is no part of what is new.
        """
        found = self.connection.execute(PASSED).fetchall()
        return max(self.validated_position(), found[0][0] or 0)

    def mark_validated(self, position: int) -> None:
        """Record that all rows up to ``position`` have passed. It never moves back, nor past the ledger."""
        self.connection.execute(
            "UPDATE state SET validated_position = greatest(validated_position, least(position, $position))",
            {"position": position},
        )
