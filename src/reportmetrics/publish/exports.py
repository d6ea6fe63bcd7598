"""``exports/``: figures, series and listings as CSV and Parquet, tables and events as CSV, ``datapackage.json``.

Belongs here: files that are shared. Not here: rows and narratives (``audit``).
"""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from reportmetrics.metrics.results import Results
from reportmetrics.publish.blocks import Table
from reportmetrics.publish.request_events import write_request_events
from reportmetrics.publish.text import FORMULA_STARTS, for_spreadsheet

_TYPES: dict[type[pl.DataType], str] = {
    pl.String: "string",
    pl.Int64: "integer",
    pl.Float64: "number",
    pl.Date: "date",
    pl.List: "string",
}


def write_exports(
    folder: Path, results: Results, *, events: pl.DataFrame, marking: str, title: str, created: str
) -> None:
    """Write all three frames in both formats, and the events of requests; describe them (Data Package 1.0)."""
    folder.mkdir(parents=True)
    resources = []
    for name in ("figures", "series", "listings"):
        frame: pl.DataFrame = getattr(results, name)
        frame.write_parquet(folder / f"{name}.parquet", metadata={"marking": marking})
        write_frame(folder / f"{name}.csv", frame, marking=marking)
        resources.append(_resource(name, frame))
    write_request_events(folder / "request_events.csv", events, marking=marking)
    resources.append(_resource("request_events", events))
    package = {
        "profile": "tabular-data-package",
        "name": "reportmetrics-exports",
        "title": title,
        "marking": marking,
        "created": created,
        "resources": resources,
    }
    text = json.dumps(package, indent=2, ensure_ascii=False, sort_keys=True)
    (folder / "datapackage.json").write_text(text + "\n", encoding="utf-8")


def write_csv(path: Path, heads: Sequence[str], rows: Iterable[Sequence[Any]], *, marking: str) -> None:
    """A CSV file whose text cells no spreadsheet takes for formulas; the marking is its last column."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([for_spreadsheet(h) for h in (*heads, "marking")])
        writer.writerows([_written(c) for c in (*row, marking)] for row in rows)


def write_table(path: Path, table: Table, *, marking: str) -> None:
    """The data of one chart or table of a page."""
    heads, rows = table.records()
    write_csv(path, heads, rows, marking=marking)


def write_frame(path: Path, frame: pl.DataFrame, *, marking: str) -> None:
    """The same bytes as by ``write_csv``, made a column at a time: there are half a million cells."""
    texts = [*(c for c, t in frame.schema.items() if t == pl.String or t.base_type() == pl.List), "marking"]
    plain = frame.with_columns(
        *(pl.col(c).list.join(" | ") for c, t in frame.schema.items() if t.base_type() == pl.List),
        *(pl.col(c).dt.to_string("iso:strict") for c, t in frame.schema.items() if t == pl.Date),
        *(_as_python_writes(pl.col(c)).alias(c) for c, t in frame.schema.items() if t == pl.Float64),
        marking=pl.lit(marking),
    )
    plain.with_columns(
        pl.when(pl.any_horizontal(pl.col(c).str.starts_with(s) for s in FORMULA_STARTS))
        .then(pl.concat_str(pl.lit("'"), pl.col(c)))
        .when(pl.col(c) != "")
        .then(pl.col(c))  # polars would write an empty text as two quotes
        .alias(c)
        for c in texts
    ).write_csv(path)


def _as_python_writes(number: pl.Expr) -> pl.Expr:
    """Floats as text that reads back as the same float; polars writes 1e-5 where Python writes 1e-05."""
    size = number.abs()
    odd = ((size > 0) & (size < 1e-4)) | (size >= 1e16)  # not-a-number and infinity count as large
    written = pl.when(odd).then(number).map_elements(repr, return_dtype=pl.String)
    return pl.when(odd).then(written).otherwise(number.cast(pl.String))


def _written(cell: Any) -> Any:
    """What the writer of CSV is given for a cell: most are numbers or blank, which stay as they are."""
    if cell is None or type(cell) in (float, int):
        return cell
    if isinstance(cell, list):
        cell = " | ".join(cell)
    elif isinstance(cell, dt.date):
        cell = cell.isoformat()
    return for_spreadsheet(cell)


def _resource(name: str, frame: pl.DataFrame) -> dict[str, Any]:
    fields = [{"name": c, "type": _TYPES.get(t.base_type(), "string")} for c, t in frame.schema.items()]
    return {
        "name": name,
        "path": f"{name}.csv",
        "profile": "tabular-data-resource",
        "format": "csv",
        "encoding": "utf-8",
        "schema": {"fields": [*fields, {"name": "marking", "type": "string"}], "missingValues": [""]},
    }
