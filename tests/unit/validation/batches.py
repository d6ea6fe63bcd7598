"""Staged batches for the tests of validation: a clean one per table, to which a test adds one fault."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl

from reportmetrics.warehouse.frames import POLARS_TYPES, schema_of
from reportmetrics.warehouse.schema import ARRIVED, core_columns
from reportmetrics.warehouse.staged import NOTED
from reportmetrics.warehouse.tables import TABLES

KNOWN = dt.datetime(2021, 3, 1)

FIELDS = [
    SimpleNamespace(field_id="O'Neill", kind="state", minimum=1, maximum=5, choices=[]),
    SimpleNamespace(field_id="Q", kind="flow", minimum=None, maximum=0.5, choices=[]),
    SimpleNamespace(field_id="Q", kind="flow", minimum=-2, maximum=None, choices=[]),
    SimpleNamespace(field_id="C", kind="text", minimum=None, maximum=None, choices=["red", "it's green"]),
    SimpleNamespace(field_id="T", kind="text", minimum=None, maximum=None, choices=[]),
]

PROFILE: Any = SimpleNamespace(
    objectives=[SimpleNamespace(objective_id="LO-01")],
    indicators=[
        SimpleNamespace(indicator_id="I'1", minimum=0, maximum=80, valid_from=None, valid_to=dt.date(2021, 1, 31)),
        SimpleNamespace(indicator_id="I'1", minimum=0, maximum=100, valid_from=dt.date(2021, 2, 1), valid_to=None),
        SimpleNamespace(indicator_id="I-2", minimum=None, maximum=None, valid_from=None, valid_to=None),
    ],
    templates=[
        SimpleNamespace(template_id="WAR", fields=FIELDS),
        SimpleNamespace(template_id="MAS", fields=FIELDS[1:]),
    ],
    mission=SimpleNamespace(starts_on=dt.date(2021, 1, 1), units=[SimpleNamespace(unit_id="U1")]),
)
"""What validation reads of a profile, and nothing else."""

CLEAN: dict[str, dict[str, Any]] = {
    "request": {
        "request_id": "R1",
        "hq": "HQ",
        "objective_id": "LO-01",
        "raised_at": dt.datetime(2021, 2, 1, 8),
        "acknowledged_at": dt.datetime(2021, 2, 2),
        "decided_at": dt.datetime(2021, 2, 20),
        "outcome": "approved",
        "amount": 100.0,
    },
    "report": {
        "report_id": "P1",
        "template_id": "WAR",
        "unit_id": "U1",
        "period_start": dt.date(2021, 2, 1),
        "period_end": dt.date(2021, 2, 7),
        "submitted_at": dt.datetime(2021, 2, 8, 9),
        "revision": 0,
        "prep_minutes": 90,
    },
    "activity": {
        "activity_id": "A1",
        "objective_id": "LO-01",
        "kind": "meeting",
        "status": "held",
        "occurred_on": dt.date(2021, 2, 3),
        "count": 1,
    },
    "observation": {
        "indicator_id": "I'1",
        "objective_id": "LO-01",
        "level": "outcome",
        "observed_on": dt.date(2021, 2, 3),
        "value": 40.0,
    },
    "report_field": {"report_id": "P1", "revision": 0, "field_id": "O'Neill", "value_number": 5.0},
}


def rows(table: str, *changes: dict[str, Any]) -> pl.DataFrame:
    """A batch of one clean row for each of ``changes``, which are applied to it; row keys are k1, k2, ..."""
    declared = TABLES[table]
    moment = POLARS_TYPES["timestamp"]
    noted = dict(zip(NOTED, (pl.Int64(), moment, pl.Int32(), moment, pl.Int64()), strict=True))
    schema = schema_of(core_columns(declared)) | noted | {ARRIVED: POLARS_TYPES["timestamp"]}
    provenance = {"source_file": "f" * 64, "file_seq": 1, "known_from": KNOWN, ARRIVED: KNOWN}
    made = [
        {"row_key": f"k{n}", "source_row": n + 1, **provenance, **CLEAN[table], **change}
        for n, change in enumerate(changes, start=1)
    ]
    return pl.DataFrame(made, schema=schema, orient="row")


def staged(folder: Path, table: str, *changes: dict[str, Any]) -> dict[str, Path]:
    """The same, as ``validate`` wants it."""
    path = folder / f"{table}.parquet"
    rows(table, *changes).write_parquet(path)
    return {table: path}
