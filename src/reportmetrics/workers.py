"""Processes that work beside this one, for steps that are done for many dates.

Belongs here: starting and ending them. Not here: what they do (``several``, ``issuing``).
"""

from __future__ import annotations

import contextlib
import functools
import multiprocessing
import os
import pickle
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnContext
from queue import SimpleQueue
from typing import Any, ParamSpec, Protocol, Self, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")


class Flag(Protocol):
    """One byte that all processes of a pool see. It has no lock, which a process that is killed could keep."""

    value: int


WORTH_PROCESSES = 4
"""From so many dates on, processes of their own save more than they cost to start."""
MOST_PROCESSES = 8
"""Each holds up to 1 GB for its engine."""
LOOKS_EVERY = 0.5
"""Seconds after which a process notices that the one that started it is gone."""

PATIENCE = 30
"""Seconds that a process without work has to end by itself."""

KILLED = "a process that worked beside this one was killed"

_given_up: Flag | None = None
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
    """Processes, each with one thread for polars. Close it after use.

    Each has a thread here that hands it one job after the other through a pipe of its own. ``ProcessPoolExecutor`` is
    not used: when a process is killed while jobs are cancelled or handed over, that of Python 3.11 can wait for ever.
    Here a pipe whose other end is gone fails the job at once, and nothing is shared that a killed process could hold.
    """

    def __init__(self, number: int, prepare: Callable[[], object] = int) -> None:
        context = multiprocessing.get_context("spawn")
        self.broken = False
        self._ended = context.RawValue("b", 0)
        self._jobs: list[Future[Any]] = []
        with _one_thread_each():
            self._workers = [_Worker(context, self._ended, prepare) for _ in range(number)]
        self._idle: SimpleQueue[_Worker] = SimpleQueue()
        for worker in self._workers:
            self._idle.put(worker)
        self._threads = ThreadPoolExecutor(number, "worker")

    def submit(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """What ``work`` will have returned, called in one of the processes."""
        job = self._threads.submit(self._do, functools.partial(work, *args, **kwargs))
        self._jobs.append(job)
        return job

    def _do(self, work: Callable[[], T]) -> T:
        worker = self._idle.get()
        try:
            return worker.call(work)
        except BrokenExecutor:
            self.broken = True
            self._ended.value = 1  # the step will fail: the other jobs need not wait for what will not come
            raise
        finally:
            self._idle.put(worker)

    @contextlib.contextmanager
    def lent(self) -> Iterator[Self]:
        """For one step. When it ends, by an error too, what has not begun is not begun.

        The rest is waited for, and :func:`given_up` is true in it.
        """
        self._ended.value = 0
        try:
            yield self
        finally:
            self._ended.value = 1
            wait([job for job in self._jobs if not job.cancel()])
            self._jobs.clear()

    def close(self) -> None:
        """End the processes once they have done what they do."""
        self._ended.value = 1
        self._threads.shutdown(wait=True, cancel_futures=True)
        for worker in self._workers:
            worker.hang_up()
        for worker in self._workers:
            worker.end()


class _Worker:
    """A process that does one job at a time, and this side of the pipe to it."""

    def __init__(self, context: SpawnContext, ended: Flag, prepare: Callable[[], object]) -> None:
        self._pipe, its = context.Pipe()
        self._process = context.Process(target=_serve, args=(its, ended, os.getpid(), prepare), daemon=True)
        self._process.start()
        its.close()  # so that the pipe ends with the process

    def call(self, work: Callable[[], T]) -> T:
        """What ``work`` returns or raises there. Raises ``BrokenProcessPool`` where the process is gone."""
        try:
            self._pipe.send(work)
            value, error = self._pipe.recv()
        except (EOFError, OSError) as gone:
            raise BrokenProcessPool(KILLED) from gone
        if error is not None:
            raise error
        return cast("T", value)

    def hang_up(self) -> None:
        """Let the process end, when it waits for a job."""
        self._pipe.close()

    def end(self) -> None:
        """Return when the process is gone."""
        self._process.join(PATIENCE)
        if self._process.exitcode is None:
            self._process.kill()
            self._process.join()


def _serve(pipe: Connection, ended: Flag, parent: int, prepare: Callable[[], object]) -> None:
    """Do what comes through the pipe until it is closed at the other end."""
    _begin(ended, parent)
    with contextlib.suppress(Exception):  # the first job meets the same error, and tells of it
        prepare()
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError, KeyboardInterrupt):
        while True:
            pipe.send_bytes(_answer(pipe.recv_bytes()))


def _answer(request: bytes) -> bytes:
    """What the work returned and None, or None and the error that it raised."""
    try:
        return pickle.dumps((_read(request)(), None))
    except BaseException as error:
        error.add_note(f"in a process beside this one:\n{traceback.format_exc()}")
        return _told(error)


def _told(error: BaseException) -> bytes:
    """An error as it goes through the pipe; one that does not arrive as it was, by its words."""
    try:
        told = pickle.dumps((None, error))
        _read(told)
    except Exception:
        return pickle.dumps((None, RuntimeError(f"{type(error).__name__}: {error}")))
    return told


def _read(message: bytes) -> Any:
    return pickle.loads(message)  # noqa: S301 (both ends of the pipe are this program)


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
    """So many processes for a step; those that are kept, where there are any. See :meth:`Pool.lent`.

    Raises ``BrokenProcessPool`` where one was killed. Whoever tries the step again is not lent the others.
    """
    global _kept
    processes = _kept or Pool(number)
    try:
        with processes.lent():
            yield processes
    except Exception as error:
        if processes.broken and not isinstance(error, BrokenExecutor):
            raise BrokenProcessPool(KILLED) from error
        raise
    finally:
        if processes.broken:
            _kept = None
        if processes is not _kept:
            processes.close()


def given_up() -> bool:
    """Whether, in a process of a pool, nobody waits for what it does."""
    return _given_up is not None and bool(_given_up.value)


def _begin(ended: Flag, parent: int) -> None:
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
