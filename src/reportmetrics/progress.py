"""Progress of long work: the library reports it, the caller decides whether it is drawn.

Belongs here: the one way in which library functions tell how far they are. Not here: any other output.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

T = TypeVar("T")


class Track(Protocol):
    """Passes items through and shows how many of ``total`` have gone by."""

    def __call__(self, items: Iterable[T], label: str, total: int | None = None) -> Iterator[T]:
        """Yield each of ``items``."""
        ...


def silent(items: Iterable[T], label: str, total: int | None = None) -> Iterator[T]:  # noqa: ARG001 (the protocol's)
    """Show nothing."""
    yield from items


def on_terminal(items: Iterable[T], label: str, total: int | None = None) -> Iterator[T]:
    """A progress bar on standard error when that is a terminal, else nothing."""
    if not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(items, description=label, total=total, console=Console(stderr=True), transient=True)
