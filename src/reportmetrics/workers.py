"""Processes that work beside this one, for steps that are done for many dates.

Belongs here: starting and ending them. Not here: what they do (``several``, ``issuing``).
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.synchronize import Event

WORTH_PROCESSES = 4
"""From so many dates on, processes of their own save more than they cost to start."""
MOST_PROCESSES = 8
"""Each holds up to 1 GB for its engine."""
LOOKS_EVERY = 0.5
"""Seconds after which a process notices that the one that started it is gone."""

_given_up: Event | None = None
"""Set, in a process of a pool, when nobody waits for its work any more."""


def worth_processes(dates: int) -> bool:
    """Whether so many dates are worked on side by side."""
    return dates >= WORTH_PROCESSES


def processes(dates: int) -> int:
    """How many processes work on so many dates."""
    return min(os.cpu_count() or 1, MOST_PROCESSES, dates)


@contextlib.contextmanager
def pool(number: int) -> Iterator[ProcessPoolExecutor]:
    """So many processes, each with one thread for polars.

    When the block ends, by an error too, what has not begun is not begun, and :func:`given_up` is true in the others.
    """
    context = multiprocessing.get_context("spawn")
    ended = context.Event()
    with ProcessPoolExecutor(number, context, initializer=_begin, initargs=(ended, os.getpid())) as executor:
        try:
            with _one_thread_each():  # processes start with the first jobs, which are not handed over before
                for _ in range(number):
                    executor.submit(int)
            yield executor
        finally:
            ended.set()
            executor.shutdown(wait=True, cancel_futures=True)


def given_up() -> bool:
    """Whether, in a process of a pool, nobody waits for what it does."""
    return _given_up is not None and _given_up.is_set()


def _begin(ended: Event, parent: int) -> None:
    global _given_up
    _given_up = ended
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """End this process when the one that started it was killed: what it does would be for nobody."""
    while os.getppid() == parent:
        time.sleep(LOOKS_EVERY)
    os._exit(1)


@contextlib.contextmanager
def _one_thread_each() -> Iterator[None]:
    """Processes that are started meanwhile find one thread for polars: there are as many of them as processors."""
    name = "POLARS_MAX_THREADS"
    before = os.environ.get(name)
    os.environ[name] = before or "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
