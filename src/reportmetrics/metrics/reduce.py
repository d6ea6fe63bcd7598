"""Reducing a metric's rows: one query for all its groupings and estimators.

Belongs here: that query and its parts. Not here: what estimators make of them (``run``, ``estimators``).

Each grouping of each estimator is a set of keys. They go into one GROUP BY with GROUPING SETS, so that the rows are
read once however many groupings a metric has; ten million rows need not be kept for it either.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from reportmetrics.engines.base import Engine
from reportmetrics.metrics.catalogue import Metric
from reportmetrics.metrics.estimators import ESTIMATORS

DIGITS = 12
"""Significant digits that reduced doubles are rounded to, so that the order of a sum on any engine moves no figure."""
_SET = "key_set"


@dataclass(frozen=True, slots=True)
class Part:
    """What one estimator asks for one grouping: its keys, and its aggregates as (alias in the query, own name)."""

    grouping: tuple[str, ...]
    estimator: str
    keys: tuple[str, ...]
    aggregates: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Query:
    """The one query over a metric's rows, and how its result falls apart."""

    sql: str
    keys: tuple[str, ...]
    parts: tuple[Part, ...]

    def number(self, keys: Sequence[str]) -> int:
        """GROUPING_ID of a set of keys: a bit for each key that is not in it, the first key the highest."""
        return sum(1 << (len(self.keys) - 1 - i) for i, key in enumerate(self.keys) if key not in keys)


def reduce_query(metric: Metric, source: str) -> Query:
    """The query over ``source``, a table or a bracketed SELECT of the metric's rows."""
    definition = metric.definition
    parts: list[Part] = []
    keys: dict[str, None] = {}
    sets: dict[frozenset[str], tuple[str, ...]] = {}
    aggregates: dict[str, str] = {}
    for k, use in enumerate(definition.estimators):
        reduction = ESTIMATORS[use.name].reduction(definition.select.columns, use.params)
        named = tuple((f"{alias}_{k}", alias) for alias in reduction.aggregates)
        aggregates |= {name: reduction.aggregates[alias] for name, alias in named}
        for grouping in definition.groupings:
            own = (*grouping, *(key for key in reduction.keys if key not in grouping))
            parts.append(Part(tuple(grouping), use.name, own, named))
            keys |= dict.fromkeys(own)
            sets.setdefault(frozenset(own), own)
    columns = [f'"{key}"' for key in keys]
    number = f"grouping_id({', '.join(columns)})" if columns else "0"
    outputs = [*columns, *(f'{sql} AS "{name}"' for name, sql in aggregates.items()), f"{number} AS {_SET}"]
    grouped = ", ".join(f"({', '.join(f'{chr(34)}{key}{chr(34)}' for key in own)})" for own in sets.values())
    # Without keys a GROUP BY over no rows is one row of nulls; no rows are to give no figure.
    group_by = f" GROUP BY GROUPING SETS ({grouped})" if columns else ""
    sql = f"SELECT {', '.join(outputs)} FROM {source}{group_by} HAVING count(*) > 0"
    return Query(sql, tuple(keys), tuple(parts))


def reduced(metric: Metric, engine: Engine, source: str) -> Iterator[tuple[Part, pl.DataFrame]]:
    """The reduced table of each part, groupings of one estimator after each other, rows in order of the keys."""
    query = reduce_query(metric, source)
    found = engine.frame(query.sql)
    doubles = [c for c, t in found.schema.items() if t in (pl.Float64, pl.Float32)]
    found = found.with_columns(pl.col(c).round_sig_figs(DIGITS) for c in doubles)
    for part in query.parts:
        mine = found.filter(pl.col(_SET) == query.number(part.keys)) if query.keys else found
        own = mine.select(*part.keys, *(pl.col(name).alias(alias) for name, alias in part.aggregates))
        yield part, own.sort(part.keys) if part.keys else own
