"""One run at a time in a mission's home: two would empty each other's workspace.

Belongs here: the lock around whole runs. Not here: DuckDB's own lock on the warehouse (``warehouse.store``), the
publisher's on its folder (``publish``).
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from reportmetrics.settings import Settings


@contextmanager
def alone(settings: Settings, *, waiting: Callable[[str], None] | None = None) -> Iterator[None]:
    """Wait until no other run works in this home, and keep others out. A process that is killed lets go of it.

    ``waiting`` is told, once, when there is another run to wait for.
    """
    settings.staging.mkdir(parents=True, exist_ok=True)
    with (settings.staging / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if waiting is not None:
                waiting(f"another run works in {settings.home}; waiting until it has ended")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
