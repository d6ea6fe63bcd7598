"""Processes beside this one: lent to one step after the other, and replaced when one of them was killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from concurrent.futures import CancelledError, Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from reportmetrics import workers

PREPARED: list[int] = []


def prepare() -> None:
    PREPARED.append(os.getpid())


def prepared() -> list[int]:
    return PREPARED


def waited_for(marks: Path) -> bool:
    """Begins, waits until nobody wants it any more (or too long), and says whether it was given up."""
    (marks / str(os.getpid())).touch()
    for _ in range(1_000):
        if workers.given_up():
            return True
        time.sleep(0.01)
    return False


def test_steps_are_lent_the_same_processes_which_were_prepared_once() -> None:
    with workers.kept(1, prepare):
        found = []
        for _ in range(2):
            with workers.pool(1) as pool:
                found += [pool.submit(os.getpid).result(), *pool.submit(prepared).result()]
    assert len(found) == 4
    assert set(found) == {found[0]}
    assert found[0] != os.getpid()


def test_without_a_keeper_each_step_has_its_own() -> None:
    found = []
    for _ in range(2):
        with workers.pool(1) as pool:
            found.append(pool.submit(os.getpid).result())
    assert len(set(found)) == 2


def begun_and_failed(jobs: list[Future[bool]], marks: Path) -> None:
    """A step that fails once its first job has begun."""
    with workers.pool(1) as pool:
        jobs += [pool.submit(waited_for, marks) for _ in range(4)]
        until = time.monotonic() + 60
        while not any(marks.iterdir()) and time.monotonic() < until:
            time.sleep(0.01)
        raise ZeroDivisionError


def test_an_error_ends_what_has_begun_and_the_next_step_is_not_given_up(tmp_path: Path) -> None:
    with workers.kept(1, int):
        jobs: list[Future[bool]] = []
        with pytest.raises(ZeroDivisionError):
            begun_and_failed(jobs, tmp_path)
        assert jobs[0].result() is True
        with pytest.raises(CancelledError):
            jobs[-1].result()
        with workers.pool(1) as pool:
            assert pool.submit(workers.given_up).result() is False


def killed() -> None:
    """A step whose process is killed."""
    with workers.pool(1) as pool:
        os.kill(pool.submit(os.getpid).result(), signal.SIGKILL)
        pool.submit(time.sleep, 60).result()


def test_after_a_process_was_killed_the_step_can_be_tried_again() -> None:
    with workers.kept(1, int):
        with pytest.raises(BrokenProcessPool):
            killed()
        with workers.pool(1) as pool:
            assert pool.submit(abs, -2).result() == 2


class TwoWords(Exception):  # noqa: N818 (what matters is that it cannot be made again from its message)
    def __init__(self, one: str, two: str) -> None:
        super().__init__(f"{one} and {two}")


def fails(error: type[Exception], *words: str) -> None:
    raise error(*words)


def test_an_error_arrives_with_the_place_where_it_was_raised() -> None:
    with workers.pool(1) as pool:
        with pytest.raises(KeyError, match="here") as told:
            pool.submit(fails, KeyError, "here").result()
        assert "in fails" in "".join(told.value.__notes__)


def test_what_cannot_pass_between_processes_is_an_error_and_the_process_goes_on() -> None:
    with workers.pool(1) as pool:
        with pytest.raises(RuntimeError, match="TwoWords: one and two"):
            pool.submit(fails, TwoWords, "one", "two").result()
        with pytest.raises((AttributeError, TypeError), match="pickle"):
            pool.submit(lambda: 1).result()
        with pytest.raises(Exception, match="pickle"):
            pool.submit(threading.Lock).result()
        assert pool.submit(abs, -3).result() == 3


def kill_among_many(marks: Path, waiting: int) -> list[Future[bool]]:
    """A step of which a process is killed while both work and many jobs wait."""
    with workers.pool(2) as pool:
        jobs = [pool.submit(waited_for, marks) for _ in range(waiting)]
        until = time.monotonic() + 60
        while len(list(marks.iterdir())) < 2 and time.monotonic() < until:
            time.sleep(0.01)
        os.kill(int(next(marks.iterdir()).name), signal.SIGKILL)
        for job in jobs:
            job.result()
    return jobs


def test_a_process_killed_while_many_jobs_wait_ends_the_step(tmp_path: Path) -> None:
    with pytest.raises(BrokenProcessPool):
        kill_among_many(tmp_path, waiting=200)
    assert not multiprocessing.active_children()
