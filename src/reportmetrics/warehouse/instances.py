"""Instances of DuckDB that a process keeps: to make one takes ten times as long as to open a warehouse in it.

Belongs here: which instance a database file is opened in, and how long it lives. Not here: what is in the file
(``store``).

A file is attached to an instance for as long as somebody uses it, and detached after, so that it is closed and unlocked
as ever. What one keeps is an instance without a file: no rows, no lock, no spilled data.
"""

from __future__ import annotations

import atexit
import os
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb

Config = dict[str, str | bool | int | float | list[str]]

_NAME = "warehouse"


@dataclass(slots=True)
class Instance:
    """An instance with one file attached. ``users`` are those who have it open at once in this process.

    It has ``failed`` when anything went wrong for one of them.
    """

    connection: duckdb.DuckDBPyConnection
    config: Config
    file: Path | None = None
    users: int = 0
    failed: bool = False

    @property
    def spill(self) -> Path:
        """Where it puts what does not fit into memory: beside the file."""
        return Path(f"{self.file}.tmp")

    def attach(self, file: Path) -> None:
        """Open ``file``, making it when it is missing. Raises ``duckdb.Error``."""
        self.file = file
        self.connection.execute(f"SET temp_directory = {_quoted(self.spill)}")
        self.connection.execute(f"ATTACH {_quoted(file)} AS {_NAME}")
        self.users = 1

    def connect(self) -> duckdb.DuckDBPyConnection:
        """A connection of its own, in which names are those of the file."""
        connection = self.connection.cursor()
        connection.execute(f"USE {_NAME}")
        return connection

    def detach(self) -> bool:
        """Close the file; returns whether the instance is as good as new."""
        is_clean = not self.spill.exists()
        try:
            self.connection.execute(f"DETACH {_NAME}")
        except duckdb.Error:  # a failure that has made all of the instance unusable
            return False
        self.file = None
        return is_clean

    def close(self) -> None:
        """End it, and with it all that it has open."""
        self.connection.close()


class Instances:
    """The instances of this process: those in use, by file, and at most one that waits for the next file."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._used: dict[Path, Instance] = {}
        self._idle: Instance | None = None

    def open(self, file: Path, config: Config) -> Instance:
        """An instance with ``file`` attached: the one that has it open, or the idle one, or a new one.

        Raises ``duckdb.Error`` when the file cannot be opened.
        """
        place = file.absolute()
        with self._lock:
            instance = self._used.get(place)
            if instance is not None:
                instance.users += 1
                return instance
            instance = self._reused(place, config) or _made(place, config)
            self._used[place] = instance
            return instance

    def _reused(self, file: Path, config: Config) -> Instance | None:
        """The idle instance, where it will do. One that has failed is told by that it does not take the file either."""
        idle, self._idle = self._idle, None
        if idle is None:
            return None
        if idle.config == config:
            with suppress(duckdb.Error):
                idle.attach(file)
                return idle
        idle.close()
        return None

    def close(self, instance: Instance, *, keep: bool) -> None:
        """One user less; with the last one the file is closed. ``keep`` is false when something went wrong."""
        with self._lock:
            instance.users -= 1
            instance.failed |= not keep
            if instance.users:
                return
            assert instance.file is not None
            del self._used[instance.file]
            if instance.detach() and not instance.failed and self._idle is None:
                self._idle = instance
            else:
                instance.close()

    def let_go(self) -> None:
        """Keep none. A process that was forked could not use one, and would wait for its threads in vain."""
        with self._lock:
            idle, self._idle = self._idle, None
        if idle is not None:
            idle.close()


def _made(file: Path, config: Config) -> Instance:
    instance = Instance(duckdb.connect(":memory:", config=config), config)
    try:
        instance.attach(file)
    except BaseException:
        instance.close()
        raise
    return instance


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


INSTANCES = Instances()

atexit.register(INSTANCES.let_go)
os.register_at_fork(before=INSTANCES.let_go)
