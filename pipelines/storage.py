"""The event log in SQLite, with connections and answers that are kept.

Dagster's own opens a database anew for each statement of each event, and asks it before each event which tables and
columns it has and whether the run's date is still a partition; for a run over some 150 assets that costs about as much
as all metrics together, and a year of dates is 150 assets times 52. The files and their format are Dagster's: the
webserver and the daemon may read the same folder with either class, and going back is a line less in ``dagster.yaml``.

Belongs here: how connections and answers are kept, how many events are written at a time. Not here: what is stored.
"""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any, Self

from dagster import StringSource
from dagster._core.events import (
    ASSET_CHECK_EVENTS,
    ASSET_EVENTS,
    EVENT_TYPE_TO_PIPELINE_RUN_STATUS,
    DagsterEventType,
)
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.schema import AssetKeyTable, SqlEventLogStorageTable
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME
from dagster._core.storage.sql import create_engine
from dagster._serdes import ConfigurableClassData
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.engine import Connection, CursorResult, Engine

KEPT = 8
"""Databases kept open: the index of all runs, and the runs of which pages or steps speak at the moment."""
BUSY_SECONDS = 60
FRESH_SECONDS = 1.0
"""So long a partition that was there is taken to be there still; another process may have deleted it since."""


MOST_HELD = 500
_IN_BURSTS = {
    DagsterEventType.STEP_OUTPUT,
    DagsterEventType.ASSET_MATERIALIZATION,
    DagsterEventType.ASSET_CHECK_EVALUATION,
}
"""What a step tells when its work is done, one after the other for each of its assets, until it says that it is done.
Written together they cost a fifth. Every other event is written at once, and whoever reads sees all."""


class KeptConnections(SqliteEventLogStorage):
    """``SqliteEventLogStorage`` below ``home`` (as Dagster lays it out) that keeps its connections."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        self._there: set[str] = set()
        self._partitions: dict[tuple[str, str], float] = {}
        self._held: list[EventLogEntry] = []
        self._holding = threading.Lock()
        # Dagster hands events over in batches only where it is told that the storage writes them so.
        os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", "1000")
        super().__init__(base_dir, inst_data)

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """One setting: the folder that ``DAGSTER_HOME`` names."""
        return {"home": StringSource}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> Self:
        """The storage that ``dagster.yaml`` describes."""
        return cls(str(Path(config_value["home"]) / "history" / "runs"), inst_data)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        self._write_held()
        with self._db_lock, self._engine(shard).connect() as connection, connection.begin():
            yield connection

    def _engine(self, shard: str) -> Engine:
        engine = self._engines.get(shard)
        if engine is None or not Path(self.path_for_shard(shard)).exists():
            engine = create_engine(self.conn_string_for_shard(shard), connect_args={"timeout": BUSY_SECONDS})
            sqlalchemy_event.listen(engine, "connect", _settle)
            self._initdb(engine)
            self._initialized_dbs.add(shard)
            self._engines[shard] = engine
        self._engines.move_to_end(shard)
        while len(self._engines) > KEPT:
            self._engines.popitem(last=False)[1].dispose()
        return engine

    def store_event(self, event: EventLogEntry) -> None:
        """Write an event; what a step tells of its assets when it ends waits for the step's last word."""
        with self._holding:
            self._held.append(event)
        if event.dagster_event_type not in _IN_BURSTS or not event.step_key or len(self._held) >= MOST_HELD:
            self._write_held()

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Write events of one run."""
        with self._holding:
            self._held.extend(events)
        self._write_held()

    def _write_held(self) -> None:
        with self._holding:
            held, self._held = self._held, []
        for _, events in groupby(held, key=lambda event: event.run_id):
            self._write(list(events))

    def _write(self, events: Sequence[EventLogEntry]) -> None:
        """All into the run's file, and into the index what is looked for across runs."""
        rows = [(event, self._event_to_row(event)) for event in events]
        with self.run_connection(events[0].run_id) as connection:
            connection.execute(_INSERT, [row for _, row in rows])
        mirrored = [(event, row) for event, row in rows if event.dagster_event_type in _IN_THE_INDEX]
        if not mirrored:
            return
        with self.index_transaction() as index:
            ids = [_number(index.execute(_INSERT, row)) for _, row in mirrored]
            numbered = list(zip((event for event, _ in mirrored), ids, strict=True))
            self._note_assets([n for n in numbered if n[0].dagster_event_type in ASSET_EVENTS], index)
        for event, number in (n for n in numbered if n[0].dagster_event_type in ASSET_CHECK_EVENTS):
            self.store_asset_check_event(event, number)

    def _note_assets(self, numbered: Sequence[tuple[EventLogEntry, int]], index: Connection) -> None:
        """Note what events say of their assets; of several of an asset, the last counts."""
        self._store_asset_event_tags(index, [event for event, _ in numbered], [number for _, number in numbered])
        last = {(_asset(event), event.dagster_event_type): (event, number) for event, number in numbered}
        for event, number in last.values():
            self._store_asset_event(index, event, number)

    def _store_asset_event(self, conn: Connection, event: EventLogEntry, event_id: int) -> None:
        # Dagster's own inserts and, when that fails, updates; after the first run it always fails.
        values = self._get_asset_entry_values(event, event_id, self._has_asset_key_index_cols_on_connection(conn))
        known = AssetKeyTable.update().where(AssetKeyTable.c.asset_key == _asset(event))
        if values and conn.execute(known, values).rowcount == 0:
            super()._store_asset_event(conn, event, event_id)

    # A schema only grows (by ``dagster instance migrate``): what is there stays; what is not is asked for again.

    def has_table(self, table_name: str) -> bool:
        """Whether the index has a table."""
        return self._once(f"table {table_name}", lambda: _has_table(self._engine(INDEX_SHARD_NAME), table_name))

    def has_secondary_index(self, name: str) -> bool:
        """Whether a migration of data has been made."""
        return self._once(f"index {name}", lambda: super(KeptConnections, self).has_secondary_index(name))

    def has_asset_key_col(self, column_name: str) -> bool:
        """Whether the table of assets has a column."""
        return self._once(f"column {column_name}", lambda: super(KeptConnections, self).has_asset_key_col(column_name))

    def _has_asset_key_col_on_connection(self, conn: Connection, column_name: str) -> bool:
        asked = super()._has_asset_key_col_on_connection
        return self._once(f"column {column_name}", lambda: asked(conn, column_name))

    def _once(self, what: str, asked: Callable[[], bool]) -> bool:
        if what not in self._there and asked():
            self._there.add(what)
        return what in self._there

    def has_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> bool:
        """Whether a date is a partition; a yes is good for :data:`FRESH_SECONDS`."""
        now, asked = time.monotonic(), (partitions_def_name, partition_key)
        if now - self._partitions.get(asked, -FRESH_SECONDS) < FRESH_SECONDS:
            return True
        found = super().has_dynamic_partition(partitions_def_name, partition_key)
        if found:
            self._partitions[asked] = now
        return found

    def delete_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> None:
        """Take a date out of the partitions."""
        self._partitions.pop((partitions_def_name, partition_key), None)
        super().delete_dynamic_partition(partitions_def_name, partition_key)

    def wipe(self) -> None:
        """Delete all that is stored."""
        self._there.clear()
        self._partitions.clear()
        super().wipe()

    def dispose(self) -> None:
        """Close what was kept."""
        self._write_held()
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()
        super().dispose()


_INSERT = SqlEventLogStorageTable.insert()
_IN_THE_INDEX = {*ASSET_EVENTS, *ASSET_CHECK_EVENTS, *EVENT_TYPE_TO_PIPELINE_RUN_STATUS}


def _asset(event: EventLogEntry) -> str:
    """The asset that an event of an asset is about, as it stands in the database."""
    assert event.dagster_event is not None
    assert event.dagster_event.asset_key is not None
    return event.dagster_event.asset_key.to_string()


def _number(inserted: CursorResult[Any]) -> int:
    assert inserted.inserted_primary_key is not None
    return int(inserted.inserted_primary_key[0])


def _has_table(engine: Engine, name: str) -> bool:
    with engine.connect() as connection:
        return bool(engine.dialect.has_table(connection, name))


def _settle(connection: Any, _record: Any) -> None:
    # With a write-ahead log a killed process loses nothing that was committed; a power cut may cost the last events. It
    # is asked for before Dagster does, as making the tables of a run waits for the disk some seventy times without it.
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
