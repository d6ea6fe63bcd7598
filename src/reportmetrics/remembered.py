"""Groups hidden for their few people stay hidden from one publication to the next, also where a new group comes in.

Belongs here: what is remembered of the publication before, and computing again where that matters, which is seldom. Not
here: which groups are hidden (``metrics.suppression``), where it is kept (``warehouse.snapshot``: in the snapshot, so
that whoever computes from it hides the same).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager

import polars as pl

from reportmetrics.engines.base import Engine
from reportmetrics.metrics.catalogue import Catalogue
from reportmetrics.metrics.metric import Metric
from reportmetrics.metrics.results import Results, dims_of
from reportmetrics.metrics.run import compute, too_few
from reportmetrics.metrics.suppression import HIDDEN
from reportmetrics.publish import history
from reportmetrics.warehouse.snapshot import Snapshot, remember_hidden, remembered_hidden

Group = tuple[str, str]
"""A metric and the ``dims`` of a group."""


def hidden_groups(figures: pl.DataFrame) -> set[Group]:
    """Groups whose figures are hidden."""
    return set(figures.filter(pl.col("reason") == HIDDEN).select("metric", "dims").unique().iter_rows())


def hide_as_before(
    snapshot: Snapshot,
    others: Sequence[history.Entry],
    catalogue: Catalogue,
    results: Results,
    open_engine: Callable[[Snapshot, Collection[str]], AbstractContextManager[Engine]],
) -> Results | None:
    """Results of those metrics that would show what the publication of the date before hid, computed again; or None.

    Only where they hide something at all: a group that has grown, with none beside it that needs it hidden, is shown.
    ``others`` are all publications, newest first. ``open_engine`` is given the snapshot and the tables that are needed.
    What is remembered is written into the snapshot; nothing is where it changes nothing.
    """
    before = _before(others, snapshot.as_of)
    groups = set(results.figures.select("metric", "dims").unique().iter_rows())
    hidden = hidden_groups(results.figures)
    again = {metric for metric, _ in before & (groups - hidden)} & {metric for metric, _ in hidden}
    if not again:
        return None
    with open_engine(snapshot, catalogue.tables_of(again)) as engine:
        moved = {name: now for name in sorted(again) if (now := _moved(catalogue.metrics[name], engine, before))}
        wrong = {
            name: now
            for name, now in moved.items()
            if {dims for metric, dims in groups if metric == name and dims in now} != _of(name, hidden)
        }
        anew = compute(catalogue, engine, as_of=snapshot.as_of, select=wrong, hidden=wrong) if wrong else None
    if moved:  # what an attempt before this one remembered of other metrics stays
        elsewhere = [group for group in remembered_hidden(snapshot) if group[0] not in again]
        remember_hidden(snapshot, [*elsewhere, *(group for group in before if group[0] in moved)])
    return anew


def _moved(metric: Metric, engine: Engine, before: Collection[Group]) -> set[str] | None:
    """Groups that are hidden once those are taken first that were hidden before; None where that hides no others.

    Nothing is estimated.
    """
    groups = [dims_of(dims) for dims in _of(metric.definition.id, before)]
    plain, remembering = too_few(metric, engine, [(), groups])
    return None if plain == remembering else remembering


def _of(metric: str, groups: Collection[Group]) -> set[str]:
    return {dims for name, dims in groups if name == metric}


def _before(others: Sequence[history.Entry], as_of: dt.date) -> set[Group]:
    """Groups that the newest publication of an earlier date hid; one of the same date would make each run a new one."""
    entry = next((e for e in others if e.as_of < as_of), None)
    if entry is None:
        return set()
    columns = ["metric", "dims", "reason"]
    return hidden_groups(pl.read_parquet(entry.figures, columns=columns))
