"""Searching for garbage seldom: within the block only, and not so seldom that it piles up."""

from __future__ import annotations

import gc
import weakref

import pytest

from reportmetrics.garbage import searched_seldom


class _Ring:
    """Refers to itself, so that only a search frees it."""

    def __init__(self) -> None:
        self.me = self


def test_the_setting_ends_with_the_block() -> None:
    """Whoever uses the library finds Python as it was, also after an error."""
    before = gc.get_threshold()
    inside = []

    @searched_seldom()
    def fail() -> None:
        inside.append(gc.get_threshold()[0])
        raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert inside[0] > 10 * before[0]
    assert gc.get_threshold() == before


def test_rings_are_freed_within_the_block() -> None:
    """A long run does not keep what nobody refers to."""
    with searched_seldom():
        first = weakref.ref(_Ring())
        kept = [[] for _ in range(200_000)]
        assert first() is None
    assert len(kept) == 200_000
