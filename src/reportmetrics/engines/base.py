"""What an engine is: something that runs a SELECT over a snapshot.

Belongs here: the protocol. Not here: what is asked (``metrics``), how a snapshot is made (``warehouse``).
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from types import TracebackType
from typing import Protocol, Self

import polars as pl


class EngineError(Exception):
    """A query could not be run; the message names the engine, the cause and the query."""


class Engine(Protocol):
    """Runs SELECTs, written in DuckDB's dialect, over the tables of one snapshot."""

    name: str

    def frame(self, sql: str) -> pl.DataFrame:
        """Rows of ``sql``, in whatever order the engine returns them.

        Raises :class:`EngineError` where the query cannot be run.
        """
        ...

    def holding(self, name: str, sql: str) -> AbstractContextManager[None]:
        """Within the block, the rows of ``sql`` stand under ``name``, computed once for all queries that read them.

        Raises :class:`EngineError` where the query cannot be run.
        """
        ...

    def close(self) -> None:
        """Release what the engine holds."""
        ...

    def __enter__(self) -> Self:
        """Use in a ``with`` block."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close, whatever happened."""
        ...
