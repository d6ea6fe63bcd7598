"""Computing metrics: reduce on the engine, finish in numpy, collect figures, series and listings.

Belongs here: the order of things. Not here: formulas (``estimators``), meaning (``sql/metrics``).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from reportmetrics.engines.base import Engine
from reportmetrics.metrics.catalogue import FRAME_COLUMN, ROWS, Catalogue, Metric
from reportmetrics.metrics.definition import EstimatorUse
from reportmetrics.metrics.estimators import ESTIMATORS
from reportmetrics.metrics.estimators.base import Estimate, Estimator, EstimatorError, Figure
from reportmetrics.metrics.reduce import reduced
from reportmetrics.metrics.results import FIGURE_SCHEMA, LISTING_SCHEMA, SERIES_SCHEMA, Results, dims_key
from reportmetrics.metrics.suppression import HIDDEN, Cell, hidden_cells
from reportmetrics.progress import Track, silent

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
) -> Results:
    """All figures, series and listings of the metrics in ``select`` (ids; all when None) over the engine's snapshot.

    Raises :class:`ComputeError` for an unknown id or rows that an estimator refuses, and the engine's own error where
    a query fails.
    """
    unknown = sorted(set(select or ()) - set(catalogue.metrics))
    if unknown:
        raise ComputeError(f"no metric {', '.join(unknown)}; there are: {', '.join(catalogue.metrics)}")
    chosen = [m for name, m in catalogue.metrics.items() if select is None or name in select]
    with ExitStack() as held:
        shared = catalogue.shared_views([m.definition.id for m in chosen])
        for name, sql in shared.items():
            held.enter_context(engine.holding(name, sql))
        each = track(chosen, "metrics", total=len(chosen))
        return Results.concat([compute_metric(m, engine, as_of=as_of, held=shared) for m in each])


def compute_metric(metric: Metric, engine: Engine, *, as_of: dt.date, held: Collection[str] = ()) -> Results:
    """Results of one metric, all its groupings and estimators; ``held`` are the views that the engine holds ready."""
    rows_sql = metric.rows_sql_over(held)
    with ExitStack() as kept:
        source = f"({rows_sql}) AS {ROWS}"
        if metric.definition.people is not None or metric.definition.listings:  # then the rows are read again
            kept.enter_context(engine.holding(ROWS, rows_sql))
            source = ROWS
        parts = _Parts(metric, as_of, _hidden(metric, engine))
        uses = {use.name: use for use in metric.definition.estimators}
        found: dict[tuple[str, ...], list[tuple[Dims, Estimate]]] = {tuple(g): [] for g in metric.definition.groupings}
        for part, table in reduced(metric, engine, source):
            found[part.grouping] += _estimates(metric, engine, table, part.grouping, uses[part.estimator])
        for estimates in found.values():
            for dims, estimate in _marked(estimates):
                parts.add(dims, estimate)
        for listing in metric.definition.listings:
            parts.listings += _listing_rows(metric, engine, listing.name)
    return parts.results()


def _hidden(metric: Metric, engine: Engine) -> set[str]:
    """Groups, as their ``dims``, behind which there are too few people; empty where the metric names nobody."""
    if metric.definition.people is None:
        return set()
    people: dict[tuple[str, ...], dict[tuple[str | None, ...], int]] = {}
    for grouping in metric.definition.groupings:
        names = ", ".join(f'"{c}"' for c in grouping)
        counted = f'CAST(count(DISTINCT "{metric.definition.people}") AS BIGINT) AS people'
        sql = f"SELECT {names}, {counted} FROM {ROWS} GROUP BY {names}" if names else f"SELECT {counted} FROM {ROWS}"
        cells = engine.frame(sql).iter_rows(named=True)
        people[grouping] = {tuple(_dims(grouping, row).values()): row["people"] for row in cells}
    hidden = hidden_cells(people, _hidden_before(metric, engine))
    return {dims_key(dict(zip(columns, values, strict=True))) for columns, values in hidden}


def _hidden_before(metric: Metric, engine: Engine) -> list[Cell]:
    """Cells of the metric that the publication before hid, as the snapshot tells; see ``suppression``."""
    groupings = {frozenset(grouping): grouping for grouping in metric.definition.groupings}
    cells = []
    sql = f"SELECT dims FROM hidden_before WHERE metric = '{metric.definition.id}' ORDER BY dims"
    for text in engine.frame(sql)["dims"]:
        dims = json.loads(text)
        grouping = groupings.get(frozenset(dims))
        if grouping is not None:
            cells.append((grouping, tuple(dims[c] for c in grouping)))
    return cells


def metric_rows(catalogue: Catalogue, metric_id: str, engine: Engine) -> pl.DataFrame:
    """The contributing rows of a metric, sorted by row_key. Raises :class:`ComputeError` for an unknown id."""
    if metric_id not in catalogue.metrics:
        raise ComputeError(f"no metric {metric_id}; there are: {', '.join(catalogue.metrics)}")
    return engine.frame(catalogue.metrics[metric_id].rows_sql).sort("row_key")


def _estimates(
    metric: Metric, engine: Engine, table: pl.DataFrame, grouping: Sequence[str], use: EstimatorUse
) -> list[tuple[Dims, Estimate]]:
    estimates = _finish(metric, ESTIMATORS[use.name], table, grouping, use)
    if metric.frame_sql is not None:
        estimates += _framed(metric, engine, grouping, {dims_key(d) for d, _ in estimates}, use)
    return estimates


def _marked(found: list[tuple[Dims, Estimate]]) -> Iterator[tuple[Dims, Estimate]]:
    """Estimates whose figures carry what any estimator of the metric says of all figures of the group."""
    said: dict[str, dict[str, None]] = {}
    for dims, estimate in found:
        said.setdefault(dims_key(dims), {}).update(dict.fromkeys(estimate.caveats))
    for dims, estimate in found:
        own = tuple(said[dims_key(dims)])
        figures = [replace(f, caveats=(*f.caveats, *own)) for f in estimate.figures] if own else estimate.figures
        yield dims, Estimate(figures, estimate.series)


def _finish(
    metric: Metric, estimator: Estimator, reduced: pl.DataFrame, grouping: Sequence[str], use: EstimatorUse
) -> list[tuple[Dims, Estimate]]:
    if estimator.scope == "family":
        return estimator.finish_family(reduced, grouping, use.params)
    if reduced.is_empty():
        return []
    groups = reduced.partition_by(list(grouping), maintain_order=True) if grouping else [reduced]
    done = []
    for group in groups:
        dims = _dims(grouping, group.row(0, named=True))
        try:
            done.append((dims, estimator.finish(group, use.params)))
        except EstimatorError as error:
            raise ComputeError(f"{metric.definition.id}, group {dims_key(dims)}: {error}") from error
    return done


def _framed(
    metric: Metric, engine: Engine, grouping: Sequence[str], known: set[str], use: EstimatorUse
) -> list[tuple[Dims, Estimate]]:
    """Groups of the frame without any row: zero where something was reported, null where nothing was.

    Only for a grouping by exactly the frame's columns: a coarser one would hide what is unreported within it.
    """
    assert metric.frame_sql is not None
    frame = engine.frame(metric.frame_sql)
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


def _listing_rows(metric: Metric, engine: Engine, name: str) -> list[dict[str, Any]]:
    listing = next(x for x in metric.definition.listings if x.name == name)
    groups = [f'"{c}"' for c in metric.definition.by]
    extra = [c for c in listing.columns if c not in metric.definition.by]
    part = f"PARTITION BY {', '.join(groups)} " if groups else ""
    ranked = ", ".join(['"row_key"', *groups, *(f'"{c}"' for c in extra)])
    sql = (
        f"SELECT {ranked}, listing_rank FROM (SELECT {ranked}, row_number() OVER "
        f'({part}ORDER BY "{listing.order_by}" DESC, "row_key") AS listing_rank FROM {ROWS}) AS ranked '
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
    return {name: None if row[name] is None else _dim(row[name]) for name in grouping}


def _dim(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, dt.date) else str(value)


class _Parts:
    """Collects the results of one metric."""

    def __init__(self, metric: Metric, as_of: dt.date, hidden: Collection[str]) -> None:
        self.metric = metric.definition
        self.hidden = hidden
        self.head = {"metric": self.metric.id, "version": self.metric.version, "as_of": as_of}
        self.figures: list[dict[str, Any]] = []
        self.points: list[tuple[str, str, pl.DataFrame]] = []
        self.listings: list[dict[str, Any]] = []

    def add(self, dims: Dims, estimate: Estimate) -> None:
        key = dims_key(dims)
        if key in self.hidden:
            shown = [Figure(f.statistic, None, 0, label=f.label, unit=f.unit, reason=HIDDEN) for f in estimate.figures]
            estimate = Estimate(shown)
        for figure in estimate.figures:
            self.figures.append(
                {
                    **self.head,
                    "dims": key,
                    "statistic": figure.statistic,
                    "label": figure.label,
                    "value": figure.value,
                    "lower": figure.lower,
                    "upper": figure.upper,
                    "n": figure.n,
                    "n_missing": figure.n_missing,
                    "unit": figure.unit or self.metric.unit,
                    "reason": figure.reason,
                    "caveats": [*figure.caveats, *self.metric.caveats],
                }
            )
        self.points += [(key, name, points) for name, points in estimate.series.items()]

    def _series(self) -> pl.DataFrame:
        """All curves as one frame, put together at once: there may be hundreds of a few points each."""
        if not self.points:
            return pl.DataFrame(schema=SERIES_SCHEMA)
        heights = [points.height for _, _, points in self.points]
        numbers = [c for c in SERIES_SCHEMA if c not in {*self.head, "dims", "series"}]
        return (
            pl.concat([points.select(numbers) for _, _, points in self.points], how="vertical_relaxed")
            .with_columns(
                *(pl.lit(v).alias(k) for k, v in self.head.items()),
                pl.Series("dims", np.repeat([dims for dims, _, _ in self.points], heights)),
                pl.Series("series", np.repeat([name for _, name, _ in self.points], heights)),
            )
            .select(pl.col(c).cast(t) for c, t in SERIES_SCHEMA.items())
        )

    def results(self) -> Results:
        return Results(
            pl.DataFrame(self.figures, schema=FIGURE_SCHEMA, orient="row"),
            self._series(),
            pl.DataFrame(
                [{**self.head, **row} for row in self.listings if row["dims"] not in self.hidden],
                schema=LISTING_SCHEMA,
                orient="row",
            ),
        )
