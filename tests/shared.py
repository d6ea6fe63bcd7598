"""What several tests read and none changes, made once for a run of the suite, also where several workers share it.

The first worker that asks makes it, under a lock; the others wait and find it made.

Belongs here: who makes. Not here: what is made.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder ``name`` as ``make`` left it, called with the empty folder.

    One that could not be made is tried again by whoever asks next, in another folder: it fails for each of them.
    """
    base = factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        base = base.parent  # the run's; a worker has a folder of its own below it
    shared = base / "shared"
    shared.mkdir(exist_ok=True)
    with (shared / f"{name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = shared / f"{name}.made"
        if not done.exists():
            folder = Path(factory.mktemp(f"made-{name}", numbered=True))
            make(folder)
            done.write_text(str(folder), encoding="utf-8")
        return Path(done.read_text(encoding="utf-8"))
