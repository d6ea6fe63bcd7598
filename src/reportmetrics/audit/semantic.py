"""Metric definitions in the format of Open Semantic Interchange (OSI), version 0.1.1, as far as it can hold them.

Belongs here: the translation. Not here: the file it goes into (``bundle``).

OSI knows datasets with fields, and metrics that are one SQL aggregate. So each metric's contributing rows become a
dataset, its group columns dimensions, and its statistics metrics where an aggregate says them (count, sum, share). What
the format cannot hold (estimators such as Kaplan-Meier, intervals, caveats, levels, versions) stands in the
dataset's extension, named, rather than as an expression that would give another figure.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import yaml

from reportmetrics.metrics.catalogue import Catalogue
from reportmetrics.metrics.definition import EstimatorUse
from reportmetrics.metrics.metric import Metric

VERSION = "0.1.1"


def semantic_model(catalogue: Catalogue, *, name: str, description: str) -> str:
    """The catalogue as OSI YAML."""
    metrics = list(catalogue.metrics.values())
    model = {
        "name": name,
        "description": description,
        "datasets": [_dataset(m) for m in metrics],
        "metrics": [x for m in metrics for x in _metrics(m)],
    }
    content = {"version": VERSION, "semantic_model": [model]}
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110)


def _name(metric: Metric) -> str:
    return str(metric.definition.id).replace(".", "_")


def _expression(sql: str) -> dict[str, Any]:
    return {"dialects": [{"dialect": "ANSI_SQL", "expression": sql}]}


def _dataset(metric: Metric) -> dict[str, Any]:
    d = metric.definition
    groups = {c for grouping in d.groupings for c in grouping}
    return {
        "name": _name(metric),
        "source": metric.rows_sql,
        "primary_key": ["row_key"],
        "description": f"{d.title}. {d.question} One row is one contributing record.",
        "fields": [{"name": c, "expression": _expression(c), **_role(c, groups)} for c in d.select.columns],
        "custom_extensions": [{"vendor_name": "COMMON", "data": json.dumps(_beyond(metric), ensure_ascii=False)}],
    }


def _role(column: str, groups: set[str]) -> dict[str, Any]:
    return {"dimension": {"is_time": column in ("week", "month", "quarter")}} if column in groups else {}


def _beyond(metric: Metric) -> Mapping[str, Any]:
    """What OSI has no place for."""
    d = metric.definition
    said = {u.name for u in d.estimators if _aggregates(u, "x")}
    return {
        "id": d.id,
        "version": d.version,
        "definition_hash": metric.definition_hash,
        "level": d.level,
        "unit": d.unit,
        "groupings": [list(g) for g in d.groupings],
        "estimators": {u.name: dict(u.params) for u in d.estimators},
        "estimators_not_expressed": sorted({u.name for u in d.estimators} - said),
        "owner": d.owner,
        "reviewed": d.reviewed.isoformat(),
        "decision": d.decision,
        "limits": d.limits,
        "source": d.source,
        "caveats": list(d.caveats),
    }


def _metrics(metric: Metric) -> list[dict[str, Any]]:
    d, dataset = metric.definition, _name(metric)
    return [
        {
            "name": f"{dataset}_{statistic}",
            "expression": _expression(sql),
            "description": f"{d.title} ({statistic}). {d.limits}",
        }
        for use in d.estimators
        for statistic, sql in _aggregates(use, dataset).items()
    ]


def _aggregates(use: EstimatorUse, dataset: str) -> dict[str, str]:
    if use.name == "count":
        return {"count": f"COUNT({dataset}.row_key)"}
    if use.name == "sum":
        scale = use.params["per_unit"]
        return {"sum": f"SUM({dataset}.value)" + (f" / {scale:.1f}" if scale != 1 else "")}
    if use.name == "share":
        known = f"CASE WHEN {dataset}.numerator IS NOT NULL THEN CAST({dataset}.denominator AS DOUBLE PRECISION) END"
        return {"share": f"SUM(CAST({dataset}.numerator AS INTEGER)) / NULLIF(SUM({known}), 0)"}
    return {}
