"""Work by several threads comes back in the order of its parts, and leaves nothing behind."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from reportmetrics.ingest.in_order import in_order


def left() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name.startswith("in-order")]


def test_results_come_in_the_order_of_the_parts_though_the_first_ends_last() -> None:
    """The first part's work waits until the second's is done."""
    second = threading.Event()

    def work(part: int) -> int:
        if part == 0:
            assert second.wait(30)
        if part == 1:
            second.set()
        return part * 10

    assert list(in_order(work, range(6))) == [0, 10, 20, 30, 40, 50]
    assert left() == []


def test_parts_are_not_made_far_ahead_of_their_use() -> None:
    """Of a large file only a few parts are in memory."""
    made: list[int] = []

    def parts() -> Iterator[int]:
        for part in range(100):
            made.append(part)
            yield part

    for used, done in enumerate(in_order(int, parts())):
        assert done == used
        assert len(made) - used <= 4


def test_what_the_work_raises_is_raised_in_place_of_its_result() -> None:
    """Results before it are given; no thread stays."""

    def work(part: int) -> int:
        if part == 3:
            raise ValueError("part 3")
        return part

    given: list[int] = []
    with pytest.raises(ValueError, match="part 3"):
        given.extend(in_order(work, range(10)))
    assert given == [0, 1, 2]
    assert left() == []


def test_what_the_parts_raise_is_raised() -> None:
    """As when a quote turns up in the middle of a file."""

    def parts() -> Iterator[int]:
        yield 1
        raise LookupError("no more")

    with pytest.raises(LookupError, match="no more"):
        list(in_order(int, parts()))
    assert left() == []


def test_a_caller_who_stops_early_leaves_no_thread() -> None:
    """Closing ends the threads."""
    results = in_order(int, range(10))
    assert next(results) == 0
    results.close()  # type: ignore[attr-defined]
    assert left() == []
