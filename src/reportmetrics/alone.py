"""One run at a time in a mission's home: two would empty each other's workspace.

Belongs here: the lock around whole runs. Not here: DuckDB's own lock on the warehouse (``warehouse.store``), the
publisher's on its folder (``publish``).
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from reportmetrics.settings import Settings


@contextmanager
def alone(settings: Settings, *, waiting: Callable[[str], None] | None = None) -> Iterator[None]:
    """Wait until no other run works in this home, and keep others out. A process that is killed lets go of it.

    ``waiting`` is told, once, when there is another run to wait for.
    """
    with locked(settings.staging / ".lock", waiting=waiting):
        yield


def is_busy(settings: Settings) -> bool:
    """Whether a run works in this home just now. Nothing is written."""
    path = settings.staging / ".lock"
    if not path.is_file():
        return False
    with path.open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@contextmanager
def locked(path: Path, *, waiting: Callable[[str], None] | None = None) -> Iterator[None]:
    """Hold the lock of a file, which is made when it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if waiting is not None:
                waiting(f"another run works in {path.parent}; waiting until it has ended")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
