"""One group of a metric: its rows alone, and its figures computed from them.

Belongs here: restricting a metric to a group. Not here: where the rows came from (``origins``), formulas (``metrics``).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence

import polars as pl

from reportmetrics.engines.base import Engine
from reportmetrics.metrics.estimators import ESTIMATORS
from reportmetrics.metrics.inlining import quoted
from reportmetrics.metrics.metric import Frame, Metric
from reportmetrics.metrics.results import Results, dims_key
from reportmetrics.metrics.run import compute_metric, hidden_groups

Dims = Mapping[str, str | None]


def grouping_of(metric: Metric, dims: Dims) -> tuple[str, ...] | None:
    """The grouping of the metric that ``dims`` is a group of; None where it names other columns (compared groups)."""
    return next((g for g in metric.definition.groupings if set(g) == set(dims)), None)


def group_sql(metric: Metric, dims: Dims) -> str:
    """SELECT of the contributing rows of one group, columns as in the definition."""
    columns = metric.definition.select.columns
    return metric.rows_where(_conditions({k: v for k, v in dims.items() if k in columns}))


def frame_of(metric: Metric, dims: Dims) -> Frame | None:
    """What the metric's frame says of a group: whether anything was reported; None without a frame for it."""
    frame = metric.frame_query
    if frame is None or not dims or not set(dims) <= set(frame.columns):
        return None
    return frame.only(_conditions(dims))


def recompute_group(
    metric: Metric, engine: Engine, dims: Dims, rows: str, *, as_of: dt.date, whole: dict[str, Results] | None = None
) -> Results:
    """Figures, series and listings of one group, from its rows alone, which the SELECT ``rows`` returns.

    Estimators that compare groups need the rows of all of them: then, and for groups that are no plain grouping, all
    groups are computed and the one picked. Whether a small group is hidden depends on the others, so where a metric
    names people, they are counted in all groups.
    ``whole`` keeps results of whole metrics, by id, for whoever asks for one group after the other.
    """
    grouping = grouping_of(metric, dims)
    definition = metric.definition
    together = grouping is None or any(ESTIMATORS[u.name].scope == "family" for u in definition.estimators)
    everything = metric if dims else metric.with_rows(rows)
    if whole is not None and (together or definition.people is not None):
        if definition.id not in whole:
            whole[definition.id] = compute_metric(everything, engine, as_of=as_of)
        return only(whole[definition.id], dims)
    if together or grouping is None:
        # What compares the groups of a grouping says so of groups of some of its columns, never of others.
        around = [g for g in definition.groupings if set(dims) <= set(g)]
        narrowed = _grouped(everything, around or definition.groupings)
    else:
        narrowed = dataclasses.replace(_grouped(metric.with_rows(rows), [grouping]), frame_query=frame_of(metric, dims))
    hidden = hidden_groups(metric, engine) if definition.people is not None else set()
    return only(compute_metric(narrowed, engine, as_of=as_of, hidden=hidden), dims)


def _grouped(metric: Metric, groupings: Sequence[tuple[str, ...]]) -> Metric:
    """A metric with some of its groupings. Its listings are of the definition's first, and go where that goes."""
    definition = metric.definition
    by, *also_by = groupings
    listings = definition.listings if by == definition.by else ()
    return dataclasses.replace(
        metric, definition=dataclasses.replace(definition, by=by, also_by=tuple(also_by), listings=listings)
    )


def only(results: Results, dims: Dims) -> Results:
    """The part of ``results``, all of one metric, that belongs to one group."""
    wanted = pl.col("dims") == dims_key(dims)
    return Results(results.figures.filter(wanted), results.series.filter(wanted), results.listings.filter(wanted))


def _conditions(dims: Dims) -> str:
    """Group values are published as text: dates and booleans compare by the text that DuckDB gives them."""
    tests = []
    for column, value in dims.items():
        if value is None:
            tests.append(f"{quoted(column)} IS NULL")
        else:
            text = value.replace("'", "''")
            tests.append(f"CAST({quoted(column)} AS VARCHAR) = '{text}'")
    return " AND ".join(tests) or "TRUE"
