"""What stands for the catalogue and the snapshot when synthetic results are published."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import polars as pl

from reportmetrics.metrics.catalogue import Catalogue
from reportmetrics.metrics.metric_values import FORMAT
from reportmetrics.warehouse.tables import TABLES
from tests.sql.tiny_snapshot import schema_of
from tests.unit.publish import synthetic_burden, synthetic_objectives, synthetic_waits
from tests.unit.publish.synthetic import AS_OF

METRICS = (
    "activity.held",
    "activity.execution",
    "outcome.indicator_progress",
    "outcome.objective_progress",
    "outcome.coverage",
    "outcome.reading_state",
    "burden.completeness",
    "burden.timeliness",
    "burden.hours",
    "latency.time_to_decision",
    "latency.open_backlog",
    "latency.answered_only",
    *synthetic_burden.METRICS,
    *synthetic_objectives.METRICS,
    *synthetic_waits.METRICS,
)


def catalogue(folder: Path, *, changed: str = "") -> Any:
    """Stands for the catalogue: the same attributes, files of its own."""
    metrics = {}
    for metric in METRICS:
        path = folder / "metrics" / f"{metric.replace('.', '/')}.sql"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"SELECT row_key FROM request -- {metric}\n")
        stands = metrics[metric] = SimpleNamespace(
            id=metric,
            version=1,
            title=f"Title of {metric}",
            question="What does it ask?",
            level="outcome" if metric.startswith("outcome") else "process",
            unit="days",
            by=("hq",),
            also_by=((), ("hq", "priority")),
            estimators=(SimpleNamespace(name="kaplan_meier", params={"at": [30, 60]}),),
            owner="ops-assessment",
            reviewed=dt.date(2021, 1, 10) if metric == "activity.execution" else dt.date(2022, 1, 10),
            review_every=12,
            decision="Whether to escalate.",
            limits="Requests never logged are invisible.",
            source="Kaplan & Meier 1958",
            sql="SELECT row_key, hq\nFROM request\nWHERE hq < 'z' AND 1 = 1",
            path=path,
            theme=metric.split(".")[0],
            definition_hash=(metric + changed).encode().hex()[:40],
            groupings=(("hq",), (), ("hq", "priority")),
            select=SimpleNamespace(columns=("row_key", "hq")),
            frame=None,
        )
        stands.definition = stands
    return Catalogue(metrics, {})


@dataclass(frozen=True)
class FakeSnapshot:
    """A snapshot folder with one table and a ledger."""

    folder: Path
    as_of: dt.date = AS_OF
    position: int = 77
    as_of_at: dt.datetime = dt.datetime(2022, 1, 30, 21)
    rows: dict[str, int] = field(default_factory=dict)


def without_preparing() -> Any:
    """The stand-in catalogue has no definitions to prepare for questions: a publication of it goes without them."""
    nothing = {"format": FORMAT, "views": {}, "metrics": {}}
    return mock.patch("reportmetrics.publish.audit_folder.prepare", return_value=nothing)


def snapshot(folder: Path, as_of: dt.date = AS_OF, position: int = 77) -> FakeSnapshot:
    for table in ("request", "ledger"):
        (folder / table).mkdir(parents=True, exist_ok=True)
        if (folder / table / "all.parquet").exists():
            continue  # never written twice: a publication may share the file
        columns = schema_of(TABLES[table]) | {"row_key": pl.String(), "position": pl.Int64()}
        row = {"row_key": "a", "position": position, "request_id": "R-1", "raised_at": dt.datetime(2021, 3, 1)}
        known = {name: row.get(name) for name in columns}
        pl.DataFrame([known], schema=columns).write_parquet(folder / table / "all.parquet")
    for table in ("reject", "vanished_request"):
        (folder / table).mkdir(parents=True, exist_ok=True)
        if not (folder / table / "all.parquet").exists():
            pl.DataFrame(schema=schema_of(TABLES[table])).write_parquet(folder / table / "all.parquet")
    return FakeSnapshot(folder, as_of, position)
