"""What came of a group's rows at another date: an estimate of the same rows is not made again.

From one week to the next most groups have the rows that they had: months that are over, units without a new report.
Whoever computes many dates after each other hands the same ``Known`` to each of them.

Belongs here: whether rows are the same, and how much is remembered. Not here: making an estimate (``run``).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from reportmetrics.metrics.estimators.base import Estimate

MOST_ROWS = 2_000_000
"""Rows remembered over all groups, some hundred megabytes; beyond it groups are estimated each time."""

Place = Hashable
"""Which estimate: metric, estimator, grouping and group."""


@dataclass(frozen=True, slots=True)
class _Made:
    kind: int
    rows: pl.DataFrame
    params: Mapping[str, Any]
    estimate: Estimate


class Known:
    """The newest estimate at each place, with the rows that it was made of."""

    def __init__(self, most_rows: int = MOST_ROWS) -> None:
        self._made: dict[Place, _Made] = {}
        self._kinds: dict[tuple[tuple[str, pl.DataType], ...], int] = {}
        self._room = most_rows

    def kind(self, schema: pl.Schema) -> int:
        """A number for tables with these columns and types: comparing two schemas takes longer than comparing rows."""
        return self._kinds.setdefault(tuple(schema.items()), len(self._kinds))

    def estimate(
        self, place: Place, kind: int, rows: pl.DataFrame, params: Mapping[str, Any], make: Callable[[], Estimate]
    ) -> Estimate:
        """What ``make`` makes of ``rows``: what it made at the same place of the same rows, or made now.

        ``kind`` is the number of their schema. Rows are the same with the same columns, types, values and order. What
        ``make`` raises is raised.
        """
        before = self._made.get(place)
        if before is not None:
            if before.kind == kind and before.params == params and before.rows.equals(rows):
                return before.estimate
            del self._made[place]
            self._room += before.rows.height
        estimate = make()
        if rows.height <= self._room:
            self._made[place] = _Made(kind, rows, params, estimate)
            self._room -= rows.height
        return estimate
