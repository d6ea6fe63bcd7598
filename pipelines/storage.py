"""The event log in SQLite, with connections that are kept.

Dagster's own opens a database anew for each statement of each event; for a run over some 150 assets that costs about
as much as all metrics together. The files and their format are Dagster's: the webserver and the daemon may read the
same folder with either class, and going back is a line less in ``dagster.yaml``.

Belongs here: how connections are kept. Not here: what is stored.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from dagster import StringSource
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.sql import create_engine
from dagster._serdes import ConfigurableClassData
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

KEPT = 8
"""Databases kept open: the index of all runs, and the runs of which pages or steps speak at the moment."""
BUSY_SECONDS = 60


class KeptConnections(SqliteEventLogStorage):
    """``SqliteEventLogStorage`` below ``home`` (as Dagster lays it out) that keeps its connections."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        super().__init__(base_dir, inst_data)

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """One setting: the folder that ``DAGSTER_HOME`` names."""
        return {"home": StringSource}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: dict[str, str]) -> Self:
        """The storage that ``dagster.yaml`` describes."""
        return cls(str(Path(config_value["home"]) / "history" / "runs"), inst_data)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock, self._engine(shard).connect() as connection, connection.begin():
            yield connection

    def _engine(self, shard: str) -> Engine:
        engine = self._engines.get(shard)
        if engine is None or not Path(self.path_for_shard(shard)).exists():
            engine = create_engine(self.conn_string_for_shard(shard), connect_args={"timeout": BUSY_SECONDS})
            event.listen(engine, "connect", _settle)
            self._initdb(engine)
            self._initialized_dbs.add(shard)
            self._engines[shard] = engine
        self._engines.move_to_end(shard)
        while len(self._engines) > KEPT:
            self._engines.popitem(last=False)[1].dispose()
        return engine

    def dispose(self) -> None:
        """Close what was kept."""
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()
        super().dispose()


def _settle(connection: Any, _record: Any) -> None:
    # With a write-ahead log a killed process loses nothing that was committed; a power cut may cost the last events.
    connection.execute("PRAGMA synchronous=NORMAL")
