"""Builds a snapshot of a few rows: only the columns that matter are given, the rest is null."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from reportmetrics.warehouse import frames
from reportmetrics.warehouse.shape import PROVENANCE, Table
from reportmetrics.warehouse.tables import TABLES
from reportmetrics.warehouse.tally_twice import tally_twice

LONG_KNOWN = dt.datetime(2000, 1, 1)


def schema_of(table: Table) -> dict[str, pl.DataType]:
    """Columns as a snapshot has them: own ones, and those of provenance (profile tables have only row_key)."""
    provenance = PROVENANCE if table.origin == "source" else PROVENANCE[:1] if table.origin != "system" else ()
    return frames.schema_of((*provenance, *table.columns))


def _value(value: Any, dtype: pl.DataType) -> Any:
    """YAML's dates and ISO texts as what the column holds."""
    if value is None:
        return None
    if isinstance(dtype, pl.Datetime):
        if isinstance(value, str):
            return dt.datetime.fromisoformat(value)
        return value if isinstance(value, dt.datetime) else dt.datetime.combine(value, dt.time())
    if dtype == pl.Float64:
        return float(value)
    return dt.date.fromisoformat(value) if dtype == pl.Date and isinstance(value, str) else value


def build(folder: Path, given: Mapping[str, Sequence[Mapping[str, Any]]], *, as_of: dt.date) -> Path:
    """Write a snapshot with the ``given`` rows per table; unknown tables and columns are mistakes of the test.

    Which tallies would be counted twice is worked out from the tables, as when a snapshot is made.
    """
    assert not set(given) - set(TABLES), f"no such tables: {set(given) - set(TABLES)}"
    for table in TABLES.values():
        schema = schema_of(table)
        rows = []
        for number, row in enumerate(given.get(table.name, ()), start=1):
            assert not set(row) - set(schema), f"{table.name} has no columns {set(row) - set(schema)}"
            defaults = {
                "row_key": f"{table.name}-{number}",
                "file_seq": 1,
                "known_from": LONG_KNOWN,
                "source_row": number,
            }
            full = {**{k: v for k, v in defaults.items() if k in schema}, **row}
            rows.append({name: _value(full.get(name), dtype) for name, dtype in schema.items()})
        target = folder / table.name
        target.mkdir(parents=True)
        pl.DataFrame(rows, schema=schema, orient="row").write_parquet(target / "all.parquet")
    tally_twice(folder).write_parquet(folder / "tally_twice" / "all.parquet")
    at = dt.datetime.combine(as_of, dt.time())
    (folder / "as_of").mkdir()
    frame = {"as_of": [as_of], "as_of_at": [at], "time_zone": ["UTC"]}
    pl.DataFrame(frame, schema_overrides={"as_of_at": pl.Datetime("us")}).write_parquet(
        folder / "as_of" / "all.parquet"
    )
    return folder
