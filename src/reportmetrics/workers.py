"""Processes that work beside this one, for steps that are done for many dates.

Belongs here: starting and ending them. Not here: what they do (``several``, ``issuing``).
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor, wait
from multiprocessing.synchronize import Event
from typing import Any, ParamSpec, Self, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

WORTH_PROCESSES = 4
"""From so many dates on, processes of their own save more than they cost to start."""
MOST_PROCESSES = 8
"""Each holds up to 1 GB for its engine."""
LOOKS_EVERY = 0.5
"""Seconds after which a process notices that the one that started it is gone."""

_given_up: Event | None = None
"""Set, in a process of a pool, when nobody waits for its work any more."""

_kept: Pool | None = None
"""The processes that :func:`kept` lends to one step after the other."""


def worth_processes(dates: int) -> bool:
    """Whether so many dates are worked on side by side."""
    return dates >= WORTH_PROCESSES


def processes(dates: int) -> int:
    """How many processes work on so many dates."""
    return min(os.cpu_count() or 1, MOST_PROCESSES, dates)


class Pool:
    """Processes, each with one thread for polars. Close it after use."""

    def __init__(self, number: int, prepare: Callable[[], object] = int) -> None:
        context = multiprocessing.get_context("spawn")
        self._ended = context.Event()
        self._processes = ProcessPoolExecutor(number, context, initializer=_begin, initargs=(self._ended, os.getpid()))
        self._jobs: list[Future[Any]] = []
        with _one_thread_each():  # processes start with the first jobs, which are not handed over before
            for _ in range(number):
                self._processes.submit(prepare)

    def submit(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """What ``work`` will have returned, called in one of the processes."""
        job = self._processes.submit(work, *args, **kwargs)
        self._jobs.append(job)
        return job

    @contextlib.contextmanager
    def lent(self) -> Iterator[Self]:
        """For one step. When it ends, by an error too, what has not begun is not begun.

        The rest is waited for, and :func:`given_up` is true in it.
        """
        self._ended.clear()
        try:
            yield self
        finally:
            self._ended.set()
            wait([job for job in self._jobs if not job.cancel()])
            self._jobs.clear()

    def close(self) -> None:
        """End the processes once they have done what they do."""
        self._ended.set()
        self._processes.shutdown(wait=True, cancel_futures=True)


@contextlib.contextmanager
def kept(number: int, prepare: Callable[[], object]) -> Iterator[None]:
    """Within the block, each :func:`pool` is the same so many processes.

    They start, and call ``prepare``, at once: beside work that has only one processor to do, it costs no time.
    """
    global _kept
    _kept = Pool(number, prepare)
    try:
        yield
    finally:
        mine, _kept = _kept, None
        if mine is not None:
            mine.close()


@contextlib.contextmanager
def pool(number: int) -> Iterator[Pool]:
    """So many processes for a step; those that are kept, where there are any. See :meth:`Pool.lent`."""
    global _kept
    processes = _kept or Pool(number)
    try:
        with processes.lent():
            yield processes
    except BrokenExecutor:
        _kept = None  # a process was killed; whoever tries the step again is not lent the others
        raise
    finally:
        if processes is not _kept:
            processes.close()


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
