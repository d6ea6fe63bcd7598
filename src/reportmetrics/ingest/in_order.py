"""Work on the parts of a large file by several threads, given back in the order of the parts.

Belongs here: that one way of doing several things at once. Not here: what is done (``readers``).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

_THREADS = 2
"""So many parts are worked on at a time, and one waits; one is being made and one used beside them."""

Part = TypeVar("Part")
Done = TypeVar("Done")


def in_order(work: Callable[[Part], Done], parts: Iterable[Part]) -> Iterator[Done]:
    """``work`` of each part, in the order of ``parts``, while the caller makes the next parts and uses the last.

    Only work that lets go of Python's lock gains by it. What ``parts`` or ``work`` raise is raised here; no thread is
    left behind, nor when the caller stops early.
    """
    waiting: deque[Future[Done]] = deque()
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="in-order") as pool:
        for part in parts:
            if len(waiting) > _THREADS:
                yield waiting.popleft().result()
            waiting.append(pool.submit(work, part))
        while waiting:
            yield waiting.popleft().result()
