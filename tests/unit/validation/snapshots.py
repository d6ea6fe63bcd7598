"""Snapshots for the tests of rules between tables: a sound one, to which a test adds rows."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl

from reportmetrics.engines.duckdb import DuckDBEngine
from reportmetrics.settings import sql_folder
from reportmetrics.validation.rules import load_rules
from reportmetrics.validation.run import cross_checks
from reportmetrics.warehouse.frames import keyed_schema
from reportmetrics.warehouse.tables import TABLES

DAY = dt.datetime(2021, 2, 1)
Rows = dict[str, list[dict[str, Any]]]

SOUND: Rows = {
    "report": [
        {
            "row_key": "p1",
            "report_id": "P1",
            "unit_id": "U1",
            "period_start": DAY.date(),
            "period_end": dt.date(2021, 2, 7),
            "submitted_at": DAY,
        }
    ],
    "feedback": [{"row_key": "g1", "report_id": "P1", "kind": "acknowledged", "given_at": DAY}],
    "report_field": [{"row_key": "f1", "report_id": "P1", "field_id": "F"}],
    "activity": [
        {"row_key": "a1", "activity_id": "A1", "report_id": "P1"},
        {"row_key": "a2", "activity_id": "A2"},
    ],
    "request": [
        {"row_key": "r1", "request_id": "R1", "hq": "HQ", "activity_id": "A1", "outcome": "open"},
        {"row_key": "r2", "request_id": "R2", "hq": "HQ", "decided_at": DAY, "outcome": "denied"},
        {"row_key": "r3", "request_id": "R3", "hq": "HQ", "withdrawn_at": DAY, "outcome": "withdrawn"},
    ],
    "observation": [
        {
            "row_key": "o1",
            "indicator_id": "I1",
            "objective_id": "LO-01",
            "level": "outcome",
            "observed_on": DAY.date(),
        }
    ],
    "indicator": [
        {"row_key": "i1", "indicator_id": "I1", "version": 1, "objective_id": "LO-01", "level": "outcome"},
        {"row_key": "i2", "indicator_id": "I1", "version": 2, "objective_id": "LO-01", "level": "outcome"},
    ],
    "unit": [
        {"row_key": u.lower(), "unit_id": u, "valid_from": dt.date(2021, 1, 1), "valid_to": None} for u in ("U1", "U2")
    ],
    "headquarters": [{"row_key": "h1", "hq": "HQ"}],
    "ledger": [
        {
            "file_seq": 1,
            "table_name": "request",
            "original_name": "a.csv",
            "rows_read": 10,
            "accepted": 6,
            "rejected": 1,
            "duplicate": 2,
            "superseded": 1,
            "filtered": 0,
        }
    ],
}


def snapshot(folder: Path, rows: Rows) -> Path:
    """A snapshot of all tables, as of ``DAY``; columns that a row leaves out are null."""
    for name, table in TABLES.items():
        schema = keyed_schema(table)
        (folder / name).mkdir(parents=True)
        full = [{c: row.get(c) for c in schema} for row in rows.get(name, [])]
        pl.DataFrame(full, schema=schema, orient="row").write_parquet(folder / name / "all.parquet")
    (folder / "as_of").mkdir()
    date = {"as_of": [DAY.date()], "as_of_at": [DAY], "time_zone": ["UTC"]}
    pl.DataFrame(date).write_parquet(folder / "as_of" / "all.parquet")
    return folder


def failed(folder: Path, rows: Rows) -> list[tuple[str, list[str], str, bool]]:
    """Check, failing keys, what was observed and whether it blocks, of each check that fails."""
    with DuckDBEngine(snapshot(folder, rows)) as engine:
        found = [r for r in cross_checks(engine, load_rules(sql_folder())) if not r.success]
    return [(r.check, r.failing_keys, r.observed, r.blocks) for r in found]
