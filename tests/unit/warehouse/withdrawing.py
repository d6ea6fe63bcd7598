"""Reports that may be taken back, by their register or by a log, with what tells of them; what several tests share."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from reportmetrics.engines.duckdb import DuckDBEngine
from reportmetrics.metrics.catalogue import load_catalogue
from reportmetrics.metrics.run import compute
from reportmetrics.settings import sql_folder
from reportmetrics.warehouse.snapshot import Snapshot
from tests.conftest import SmallMission
from tests.unit.reporting import Reporting

Rows = Callable[[Snapshot, str], pl.DataFrame]
DAYS = {"format": "%Y-%m-%d"}
MOMENTS = {"format": ["%Y-%m-%d", "%Y-%m-%d %H:%M"], "timezone": "UTC"}
COMMON: dict[str, Any] = {"title": "t", "sender": "desk", "reader": "csv"}
WEEKLY: dict[str, Any] = {
    **COMMON,
    "source": "weekly",
    "files": "weekly/*.csv",
    "tables": [
        {
            "table": "report",
            "columns": {
                "report_id": "report",
                "template_id": {"value": "T"},
                "unit_id": {"value": "U-1"},
                "period_start": {"from": "day", **DAYS},
                "period_end": {"from": "day", **DAYS},
                "submitted_at": {"from": "sent", **MOMENTS},
                "revision": "revision",
                "prep_minutes": "minutes",
                "withdrawn": {"from": "state", "map": {"sent": "false", "withdrawn": "true"}, "optional": True},
                "withdrawn_at": {"from": "withdrawn", "optional": True, **MOMENTS},
            },
        },
        {
            "table": "report_field",
            "columns": {"report_id": "report", "field_id": {"value": "Q1"}, "value_number": "answer"},
        },
    ],
}
ACTS: dict[str, Any] = {
    **COMMON,
    "source": "acts",
    "files": "acts/*.csv",
    "table": "activity",
    "columns": {
        "activity_id": "id",
        "objective_id": {"value": "LO-1"},
        "kind": {"value": "meeting"},
        "status": {"value": "held"},
        "occurred_on": {"from": "held", **DAYS},
        "count": "count",
        "report_id": "report",
    },
}
ANSWERS: dict[str, Any] = {
    **COMMON,
    "source": "replies",
    "files": "replies/*.csv",
    "table": "feedback",
    "columns": {
        "report_id": "report",
        "kind": {"value": "acknowledged"},
        "given_at": {"from": "given", **MOMENTS},
    },
}
LOG: dict[str, Any] = {
    **COMMON,
    "source": "withdrawals",
    "files": "withdrawals/*.csv",
    "table": "report",
    "events": {
        "event": "what",
        "time": {"from": "at", **MOMENTS},
        "means": {"withdrawn": {"at": "withdrawn_at", "set": {"withdrawn": "true"}}},
    },
    "columns": {"report_id": "report", "revision": "revision"},
}
HEADER = "report,day,sent,revision,minutes,answer,state,withdrawn\n"
R1 = "R1,2021-01-04,2021-01-05 10:00,0,60,7,{},{}\n"
R2 = "R2,2021-01-11,2021-01-12 10:00,0,60,8,{},{}\n"


def weekly_mission(folder: Path) -> SmallMission:
    """One unit that reports weekly; each report may be taken back by its register or by a log."""
    mission = Reporting(folder)
    mission.sources = [WEEKLY, ACTS, ANSWERS, LOG]
    return mission


def told(mission: SmallMission, day: str, *rows: str) -> None:
    mission.put(f"weekly/{day}.csv", HEADER + "".join(rows))
    mission.ingest(day)


def reports(snapshot: Snapshot, rows_of: Rows) -> list[tuple[str, int]]:
    return rows_of(snapshot, "report").sort("report_id", "revision").select("report_id", "revision").rows()


def answered(snapshot: Snapshot, rows_of: Rows) -> list[float]:
    return rows_of(snapshot, "report_field").sort("value_number")["value_number"].to_list()


def figures(snapshot: Snapshot, metric: str) -> dict[str, float]:
    """Statistics of the group of all."""
    with DuckDBEngine(snapshot.folder) as engine:
        found = compute(load_catalogue(sql_folder(), only=metric), engine, as_of=snapshot.as_of).figures
    return dict(found.filter(pl.col("dims") == json.dumps({})).select("statistic", "value").rows())
