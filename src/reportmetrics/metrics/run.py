"""Computing metrics: reduce on the engine, finish in numpy, collect figures, series and listings.

Belongs here: the order of things. Not here: formulas (``estimators``), meaning (``sql/metrics``).
"""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl

from reportmetrics.engines.base import Engine
from reportmetrics.metrics.collected import Collected
from reportmetrics.metrics.definition import EstimatorUse
from reportmetrics.metrics.estimators import ESTIMATORS
from reportmetrics.metrics.estimators.base import (
    Estimate,
    Estimator,
    EstimatorError,
    Figure,
    GroupEstimator,
    Params,
    RowEstimator,
)
from reportmetrics.metrics.known import Known
from reportmetrics.metrics.metric import FRAME_COLUMN, ROWS, Metric
from reportmetrics.metrics.reduce import PEOPLE, Part, people_counted, reduced
from reportmetrics.metrics.results import Results, dims_key, dims_of
from reportmetrics.metrics.suppression import hidden_cells
from reportmetrics.progress import Track, silent

if TYPE_CHECKING:
    from reportmetrics.metrics.catalogue import Catalogue

Dims = dict[str, "str | None"]


class ComputeError(Exception):
    """A metric could not be computed; the message names the metric, the group and the cause."""


def compute(
    catalogue: Catalogue,
    engine: Engine,
    *,
    as_of: dt.date,
    select: Collection[str] | None = None,
    track: Track = silent,
    known: Known | None = None,
    hidden: Mapping[str, Collection[str]] | None = None,
) -> Results:
    """All figures, series and listings of the metrics in ``select`` (ids; all when None) over the engine's snapshot.

    ``known`` spares what it knows from dates that were computed with it before. ``hidden`` (groups, as their ``dims``,
    by metric) is for whoever knows already which are hidden.
    Raises :class:`ComputeError` for an unknown id or rows that an estimator refuses, and the engine's own error where
    a query fails.
    """
    unknown = sorted(set(select or ()) - set(catalogue.metrics))
    if unknown:
        raise ComputeError(f"no metric {', '.join(unknown)}; there are: {', '.join(catalogue.metrics)}")
    chosen = [m for name, m in catalogue.metrics.items() if select is None or name in select]
    found = Collected(as_of)
    with ExitStack() as held:
        shared = catalogue.shared_views([m.definition.id for m in chosen])
        for name, sql in shared.items():
            held.enter_context(engine.holding(name, sql))
        before = _hidden_before(engine)
        for metric in track(chosen, "metrics", total=len(chosen)):
            known_hidden = (hidden or {}).get(metric.definition.id)
            _collect(metric, engine, found, held=shared, before=before, known=known, known_hidden=known_hidden)
    return found.results()


def compute_metric(metric: Metric, engine: Engine, *, as_of: dt.date, hidden: Collection[str] | None = None) -> Results:
    """Results of one metric alone, all its groupings and estimators.

    ``hidden`` (groups, as their ``dims``) is for whoever knows from more rows than these which groups are hidden.
    """
    found = Collected(as_of)
    before = {} if hidden is not None else _hidden_before(engine)
    _collect(metric, engine, found, held=(), before=before, known_hidden=hidden)
    return found.results()


def hidden_groups(metric: Metric, engine: Engine) -> set[str]:
    """Groups of a metric, as their ``dims``, that are hidden for the few people behind them or beside them."""
    before = _hidden_before(engine).get(metric.definition.id, ())
    (hidden,) = too_few(metric, engine, [before])
    return hidden


def _collect(
    metric: Metric,
    engine: Engine,
    found: Collected,
    *,
    held: Collection[str],
    before: Mapping[str, Sequence[Dims]],
    known_hidden: Collection[str] | None = None,
    known: Known | None = None,
) -> None:
    """Add what a metric publishes to ``found``.

    ``held`` are the views that the engine holds ready, ``before`` the groups of each metric that were hidden before,
    ``known_hidden`` those that are hidden now, where that is known.
    """
    definition = metric.definition
    rows_sql = metric.rows_sql_over(held)
    with ExitStack() as kept:
        source = f"({rows_sql}) AS {ROWS}"
        if metric.read_again and not metric.is_plain(held):
            kept.enter_context(engine.holding(ROWS, metric.narrowed(rows_sql)))
            source = ROWS
        hidden = known_hidden
        if hidden is None:
            (hidden,) = too_few(metric, engine, [before.get(definition.id, ())], source)
        uses = {use.name: use for use in definition.estimators}
        frame = None if metric.frame_query is None else engine.frame(metric.frame_query.sql)
        groups: dict[tuple[str, ...], list[tuple[Dims, Estimate]]] = {tuple(g): [] for g in definition.groupings}
        for part, table in reduced(metric, engine, source):
            use, estimates = uses[part.estimator], groups[part.grouping]
            made = _finish(metric, ESTIMATORS[use.name], table, part, use, known)
            estimates += made
            if frame is not None:
                estimates += _framed(frame, part.grouping, {dims_key(d) for d, _ in made}, use)
        for estimates in groups.values():
            for key, estimate in _marked(estimates):
                found.add(definition, key, estimate, hidden=key in hidden)
        for listing in definition.listings:
            found.list(
                definition, (r for r in _listing_rows(metric, engine, listing.name, source) if r["dims"] not in hidden)
            )


def too_few(
    metric: Metric, engine: Engine, before: Sequence[Sequence[Dims]], source: str | None = None
) -> list[set[str]]:
    """Groups of a metric, as their ``dims``, behind which there are too few people, and what is hidden along with them.

    One result for each entry of ``before``, which lists groups that the publication before hid; see ``suppression``.
    ``source`` is the metric's rows, a table or a bracketed SELECT, where they stand ready.
    """
    if metric.definition.people is None:
        return [set() for _ in before]
    source = source or f"({metric.rows_sql}) AS {ROWS}"
    people: dict[tuple[str, ...], dict[tuple[str | None, ...], int]] = {}
    for grouping, cells in people_counted(metric, engine, source):
        dims = (_dims(grouping, row) for row in cells.iter_rows(named=True))
        people[grouping] = {tuple(d.values()): n for d, n in zip(dims, cells[PEOPLE], strict=True)}
    groupings = {frozenset(grouping): grouping for grouping in metric.definition.groupings}
    found = []
    for groups in before:
        known = ((groupings[frozenset(dims)], dims) for dims in groups if frozenset(dims) in groupings)
        hidden = hidden_cells(people, [(grouping, tuple(dims[c] for c in grouping)) for grouping, dims in known])
        found.append({dims_key(dict(zip(columns, values, strict=True))) for columns, values in hidden})
    return found


def _hidden_before(engine: Engine) -> dict[str, list[Dims]]:
    """Groups of each metric that the publication before hid."""
    found: dict[str, list[Dims]] = {}
    for metric, dims in engine.frame("SELECT metric, dims FROM hidden_before ORDER BY metric, dims").iter_rows():
        found.setdefault(metric, []).append(dims_of(dims))
    return found


def metric_rows(catalogue: Catalogue, metric_id: str, engine: Engine) -> pl.DataFrame:
    """The contributing rows of a metric, sorted by row_key. Raises :class:`ComputeError` for an unknown id."""
    if metric_id not in catalogue.metrics:
        raise ComputeError(f"no metric {metric_id}; there are: {', '.join(catalogue.metrics)}")
    return engine.frame(catalogue.metrics[metric_id].rows_sql).sort("row_key")


def _marked(found: list[tuple[Dims, Estimate]]) -> Iterator[tuple[str, Estimate]]:
    """By group: estimates whose figures carry what any estimator of the metric says of all figures of the group."""
    keyed = [(dims_key(dims), estimate) for dims, estimate in found]
    said: dict[str, dict[str, None]] = {}
    for key, estimate in keyed:
        if estimate.caveats:
            said.setdefault(key, {}).update(dict.fromkeys(estimate.caveats))
    for key, estimate in keyed:
        if key not in said:
            yield key, estimate
            continue
        figures = [replace(f, caveats=(*f.caveats, *said[key])) for f in estimate.figures]
        yield key, Estimate(figures, estimate.series)


def _finish(
    metric: Metric, estimator: Estimator, reduced: pl.DataFrame, part: Part, use: EstimatorUse, known: Known | None
) -> list[tuple[Dims, Estimate]]:
    if estimator.scope == "family":
        return estimator.finish_family(reduced, part.grouping, use.params)
    done = []
    # What comes of one row is had sooner than it is compared.
    remembered = known if _has_many_rows(part) else None
    kind = 0 if remembered is None else remembered.kind(reduced.schema)
    for dims, group, make in _makers(reduced, part, estimator, use.params):
        try:
            if remembered is None or group is None:
                estimate = make()
            else:
                place = (metric.definition.id, use.name, part.grouping, *dims.values())
                estimate = remembered.estimate(place, kind, group, use.params, make)
            done.append((dims, estimate))
        except EstimatorError as error:
            raise ComputeError(f"{metric.definition.id}, group {dims_key(dims)}: {error}") from error
    return done


def _makers(
    reduced: pl.DataFrame, part: Part, estimator: GroupEstimator | RowEstimator, params: Params
) -> Iterator[tuple[Dims, pl.DataFrame | None, Callable[[], Estimate]]]:
    """Each group with its rows and what makes its estimate; without a frame where one row is all that is needed."""
    finish_row = None if _has_many_rows(part) else getattr(estimator, "finish_row", None)
    if finish_row is not None:
        for row in reduced.iter_rows(named=True):
            yield _dims(part.grouping, row), None, functools.partial(finish_row, row, params)
        return
    for group in _groups(reduced, part):
        make = functools.partial(estimator.finish, group, params)
        yield _dims(part.grouping, group.row(0, named=True)), group, make


def _has_many_rows(part: Part) -> bool:
    return len(part.keys) > len(part.grouping)


def _groups(reduced: pl.DataFrame, part: Part) -> Iterator[pl.DataFrame]:
    """The rows of each group, in order; without keys of its own a group is one row."""
    if reduced.is_empty():
        return
    if not _has_many_rows(part):
        yield from (reduced.slice(place, 1) for place in range(reduced.height))
    else:
        yield from reduced.partition_by(list(part.grouping), maintain_order=True) if part.grouping else [reduced]


def _framed(
    frame: pl.DataFrame, grouping: Sequence[str], known: Collection[str], use: EstimatorUse
) -> list[tuple[Dims, Estimate]]:
    """Groups of the frame without any row: zero where something was reported, null where nothing was.

    Only for a grouping by exactly the frame's columns: a coarser one would hide what is unreported within it.
    """
    if set(grouping) != set(frame.columns) - {FRAME_COLUMN}:
        return []
    done = []
    for row in frame.sort(list(grouping)).iter_rows(named=True):
        dims = _dims(grouping, row)
        if dims_key(dims) in known:
            continue
        figure = Figure(use.name, 0.0, 0) if row[FRAME_COLUMN] else Figure(use.name, None, 0, 1, reason="not reported")
        done.append((dims, Estimate([figure])))
    return done


def _listing_rows(metric: Metric, engine: Engine, name: str, source: str) -> list[dict[str, Any]]:
    listing = next(x for x in metric.definition.listings if x.name == name)
    groups = [f'"{c}"' for c in metric.definition.by]
    extra = [c for c in listing.columns if c not in metric.definition.by]
    part = f"PARTITION BY {', '.join(groups)} " if groups else ""
    ranked = ", ".join(['"row_key"', *groups, *(f'"{c}"' for c in extra)])
    sql = (
        f"SELECT {ranked}, listing_rank FROM (SELECT {ranked}, row_number() OVER "
        f'({part}ORDER BY "{listing.order_by}" DESC, "row_key") AS listing_rank FROM {source}) AS ranked '
        f"WHERE listing_rank <= {listing.rows}"
    )
    rows = engine.frame(sql)
    return [
        {
            "dims": dims_key(_dims(metric.definition.by, row)),
            "listing": listing.name,
            "rank": row["listing_rank"],
            "row_key": row["row_key"],
            "cells": json.dumps({c: _cell(row[c]) for c in listing.columns}, ensure_ascii=False),
        }
        for row in rows.sort([*metric.definition.by, "listing_rank"]).iter_rows(named=True)
    ]


def _cell(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _dims(grouping: Sequence[str], row: Mapping[str, Any]) -> Dims:
    return {name: _dim(row[name]) for name in grouping}


def _dim(value: Any) -> str | None:
    if value is None or type(value) is str:
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, dt.date) else str(value)
