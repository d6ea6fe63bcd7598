"""How often Python searches for objects that only refer to each other: seldom while this program works.

What a step makes lies in frames and strings that are freed when nobody needs them. A search every 700 objects, over
half a million of figures, pages, definitions and Dagster's own, took a fifth of a run and found next to nothing.

Belongs here: that setting. Not here: what is kept between steps and for how long (``steps``, ``publish.history``).
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG, MIDDLE, OLD = 50_000, 20, 100
"""Objects made until the young ones are searched, and how many such searches until older ones are: some ten megabytes
of garbage may lie about."""


@contextmanager
def searched_seldom() -> Iterator[None]:
    """Within the block, and until then in all threads."""
    before = gc.get_threshold()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
    try:
        yield
    finally:
        gc.set_threshold(*before)
