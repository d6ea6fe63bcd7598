"""Reducing a metric's rows: one query for all its groupings and estimators that add up.

Belongs here: that query and its parts. Not here: what estimators make of them (``run``, ``estimators``).

Each grouping of each estimator is a set of keys. They go into one GROUP BY with GROUPING SETS, so that the rows are
read once however many groupings a metric has; ten million rows need not be kept for it either.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from reportmetrics.engines.base import Engine
from reportmetrics.metrics.definition import EstimatorUse
from reportmetrics.metrics.estimators import ESTIMATORS
from reportmetrics.metrics.estimators.base import Reduction
from reportmetrics.metrics.metric import Metric

DIGITS = 12
"""Significant digits that reduced doubles are rounded to, so that the order of a sum on any engine moves no figure."""
_SET = "key_set"
PEOPLE = "people"
"""Column of ``people_counted``."""


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
        """What tells rows of a set of keys in the query's result."""
        return _number(self.keys, keys)

    def orders(self, keys: Sequence[str]) -> bool:
        """Whether rows of a set of keys that are in order of all keys are in order of ``keys`` too."""
        places = [self.keys.index(key) for key in keys]
        return places == sorted(places)


def reduce_query(metric: Metric, source: str) -> Query:
    """The query over ``source``, a table or a bracketed SELECT of the metric's rows."""
    definition = metric.definition
    parts: list[Part] = []
    # Columns of groupings first: then most parts have their keys in this order, and are sorted together.
    keys = dict.fromkeys(c for grouping in definition.groupings for c in grouping)
    sets: dict[frozenset[str], tuple[str, ...]] = {}
    aggregates: dict[str, str] = {}
    for k, (use, reduction) in enumerate(_reductions(metric)):
        if reduction.each_row:
            continue
        own_names = tuple((f"{alias}_{k}", alias) for alias in reduction.aggregates)
        aggregates |= {name: reduction.aggregates[alias] for name, alias in own_names}
        for grouping in definition.groupings:
            own = (*grouping, *(key for key in reduction.keys if key not in grouping))
            parts.append(Part(tuple(grouping), use.name, own, own_names))
            keys |= dict.fromkeys(own)
            sets.setdefault(frozenset(own), own)
    named = [f'{sql} AS "{name}"' for name, sql in aggregates.items()]
    return Query(_grouped(tuple(keys), named, sets.values(), source), tuple(keys), tuple(parts))


def _grouped(keys: Sequence[str], aggregates: Sequence[str], sets: Iterable[Sequence[str]], source: str) -> str:
    """SELECT of keys, aggregates and the number of the set that a row belongs to."""
    columns = _quoted(keys)
    number = f"grouping_id({', '.join(columns)})" if columns else "0"
    outputs = [*columns, *aggregates, f"{number} AS {_SET}"]
    grouped = ", ".join(f"({', '.join(_quoted(own))})" for own in sets)
    # Without keys a GROUP BY over no rows is one row of nulls; no rows are to give no figure.
    group_by = f" GROUP BY GROUPING SETS ({grouped})" if columns else ""
    return f"SELECT {', '.join(outputs)} FROM {source}{group_by} HAVING count(*) > 0"


def _quoted(names: Iterable[str]) -> list[str]:
    return [f'"{name}"' for name in names]


def _number(keys: Sequence[str], own: Sequence[str]) -> int:
    """GROUPING_ID of a set of keys: a bit for each key that is not in it, the first key the highest."""
    return sum(1 << (len(keys) - 1 - i) for i, key in enumerate(keys) if key not in own)


def _reductions(metric: Metric) -> list[tuple[EstimatorUse, Reduction]]:
    columns = metric.definition.select.columns
    return [(use, ESTIMATORS[use.name].reduction(columns, use.params)) for use in metric.definition.estimators]


def reduced(metric: Metric, engine: Engine, source: str) -> Iterator[tuple[Part, pl.DataFrame]]:
    """The reduced table of each part, groupings of one estimator after each other, rows in order of the keys."""
    for use, reduction in _reductions(metric):
        if reduction.each_row:
            yield from _rows_as_they_are(metric, engine, source, use, reduction)
    query = reduce_query(metric, source)
    if not query.parts:
        return
    found = _rounded(engine.frame(query.sql)).sort(_SET, *query.keys)
    sets = {number: rows for (number,), rows in found.partition_by(_SET, as_dict=True).items()}
    for part in query.parts:
        mine = sets.get(query.number(part.keys), found.clear())
        aggregates = [mine[name].alias(alias) for name, alias in part.aggregates]
        own = pl.DataFrame([*(mine[key] for key in part.keys), *aggregates])
        yield part, own if query.orders(part.keys) else own.sort(part.keys)


def people_counted(metric: Metric, engine: Engine, source: str) -> Iterator[tuple[tuple[str, ...], pl.DataFrame]]:
    """Distinct people behind each cell of each grouping: the grouping's columns and ``people``.

    The engine says once who stands behind the finest cells; counting those is quicker than a GROUPING SETS of DISTINCT.
    """
    groupings = [tuple(grouping) for grouping in metric.definition.groupings]
    columns = _quoted(dict.fromkeys(c for grouping in groupings for c in grouping))
    wanted = [*columns, f'"{metric.definition.people}" AS {PEOPLE}']
    found = engine.frame(f"SELECT DISTINCT {', '.join(wanted)} FROM {source}")
    counted = pl.col(PEOPLE).drop_nulls().n_unique().cast(pl.Int64)
    for grouping in groupings:
        if grouping:
            yield grouping, found.group_by(grouping).agg(counted)
        else:
            yield grouping, found.select(counted).head(found.height)  # of no rows, no cell


def _rounded(frame: pl.DataFrame) -> pl.DataFrame:
    doubles = [c for c, t in frame.schema.items() if t in (pl.Float64, pl.Float32)]
    return frame.with_columns(pl.col(c).round_sig_figs(DIGITS) for c in doubles) if doubles else frame


def _rows_as_they_are(
    metric: Metric, engine: Engine, source: str, use: EstimatorUse, reduction: Reduction
) -> Iterator[tuple[Part, pl.DataFrame]]:
    """The parts of an estimator that adds nothing up: its rows are asked for once and sorted once.

    Millions of rows have few different texts: as numbers in order of the text they take a tenth of the memory, and are
    sorted as numbers.
    """
    groupings = metric.definition.groupings
    keys = tuple(dict.fromkeys([*(c for grouping in groupings for c in grouping), *reduction.keys]))
    told = [*_quoted(keys), *(f'{sql} AS "{name}"' for name, sql in reduction.aggregates.items())]
    found = _rounded(engine.frame(f"SELECT {', '.join(told)} FROM {source}"))
    texts = [c for c, t in found.schema.items() if t == pl.String and c != "row_key"]
    for text in texts:  # one by one, so that each frees its texts before the next
        order = found[text].unique().drop_nulls().sort()
        found = found.with_columns(pl.col(text).cast(pl.Enum(order)))
    found = found.sort(reduction.keys)
    names = tuple((name, name) for name in reduction.aggregates)
    for grouping in groupings:
        own = (*grouping, *(key for key in reduction.keys if key not in grouping))
        table = found.select(*own, *reduction.aggregates)
        part = Part(tuple(grouping), use.name, own, names)
        yield part, table.sort(grouping, maintain_order=True) if grouping else table
