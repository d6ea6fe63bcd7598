"""Metrics as plain values: all that it takes to compute one, without parsing its definition.

Belongs here: turning metrics into values that JSON can hold, and back. Not here: who writes them where (``publish``),
who reads them (``audit``).

A publication holds them beside its definitions, so that a question about one figure is answered without the SQL parser,
whose import and work take longer than the query. They follow from the definitions; ``verify`` compares the two.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reportmetrics.metrics.definition import Definition, EstimatorUse, Listing, Select
from reportmetrics.metrics.inlining import OwnSql
from reportmetrics.metrics.metric import Frame, Metric

Values = dict[str, Any]

FORMAT = 1
PREPARED = "prepared.json"
"""Name of their file in a publication's audit folder."""

_PLAIN = tuple(
    f.name
    for f in dataclasses.fields(Definition)
    if f.name not in {"select", "path", "reviewed", "also_by", "estimators", "listings"}
)
"""Fields of a definition that are texts, numbers, or rows of texts."""


def prepare(metrics: Mapping[str, Metric]) -> Values:
    """The values of metrics; the text of a view is held once, however many metrics stand on it."""
    views = {name: sql for metric in metrics.values() for name, sql in metric.ctes.items()}
    return {
        "format": FORMAT,
        "views": dict(sorted(views.items())),
        "metrics": {name: _values(metric) for name, metric in sorted(metrics.items())},
    }


def prepared_metric(values: Values, metric_id: str, definitions: Path) -> Metric | None:
    """The metric of this id, or None; ``definitions`` is the folder that its definition lies in.

    Raises ``KeyError``, ``TypeError`` or ``ValueError`` where ``values`` are not what :func:`prepare` makes.
    """
    if values["format"] != FORMAT:
        raise ValueError(f"format {values['format']!r} is not {FORMAT}")
    given = values["metrics"].get(metric_id)
    if given is None:
        return None
    frame = given["frame_query"]
    return Metric(
        _definition(given["definition"], definitions),
        tuple(given["views"]),
        tuple(given["tables"]),
        {name: values["views"][name] for name in given["ctes"]},
        _own_sql(given["own_sql"]),
        None if frame is None else Frame(tuple(frame["columns"]), _own_sql(frame["query"])),
        given["definition_hash"],
    )


def _values(metric: Metric) -> Values:
    d = metric.definition
    return {
        "definition": {
            **{name: getattr(d, name) for name in _PLAIN},
            "also_by": d.also_by,
            "reviewed": d.reviewed.isoformat(),
            "estimators": [dataclasses.asdict(use) for use in d.estimators],
            "listings": [dataclasses.asdict(listing) for listing in d.listings],
            "columns": d.select.columns,
            "reads_tables": d.select.reads,
            "plain": d.select.plain,
        },
        "views": metric.views,
        "tables": metric.tables,
        "ctes": list(metric.ctes),
        "own_sql": dataclasses.asdict(metric.own_sql),
        "frame_query": None if metric.frame_query is None else dataclasses.asdict(metric.frame_query),
        "definition_hash": metric.definition_hash,
    }


def _definition(given: Values, folder: Path) -> Definition:
    plain: Values = {name: tuple(v) if isinstance(v := given[name], list) else v for name in _PLAIN}
    return Definition(
        **plain,
        reviewed=dt.date.fromisoformat(given["reviewed"]),
        also_by=tuple(tuple(g) for g in given["also_by"]),
        estimators=tuple(EstimatorUse(**use) for use in given["estimators"]),
        listings=tuple(Listing(**{**x, "columns": tuple(x["columns"])}) for x in given["listings"]),
        path=folder / "metrics" / given["theme"] / f"{given['id'].removeprefix(given['theme'] + '.')}.sql",
        select=Select(given["sql"], tuple(given["columns"]), tuple(given["reads_tables"]), given["plain"]),
    )


def _own_sql(given: Values) -> OwnSql:
    return OwnSql(tuple(given["ctes"]), given["select"])
