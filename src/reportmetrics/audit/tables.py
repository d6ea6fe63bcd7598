"""Frames as text: a plain table for people, CSV for spreadsheets, JSON for programs.

Belongs here: layout that all answers of the audit share. Not here: what the answers are.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from reportmetrics.publish.text import for_spreadsheet

WIDTH = 36
"""Characters of a cell shown in a plain table, but for the columns that are there to be read in full."""
WHOLE = frozenset({"file", "raw", "what", "reason"})


def plain(value: Any) -> Any:
    """A cell as JSON can hold it: dates as ISO text."""
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, pl.Series):
        return value.to_list()
    return value


def records(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON can hold them."""
    return [{k: plain(v) for k, v in row.items()} for row in frame.iter_rows(named=True)]


def as_json(content: Mapping[str, Any]) -> str:
    """Readable JSON; NaN and infinity, which JSON lacks, would be an error."""
    return json.dumps(content, indent=2, ensure_ascii=False, default=plain, allow_nan=False)


def as_csv(frame: pl.DataFrame) -> str:
    """CSV whose text cells no spreadsheet takes for formulas. Structures become JSON in a cell."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([for_spreadsheet(c) for c in frame.columns])
    for row in frame.iter_rows():
        writer.writerow([for_spreadsheet(_cell(c)) for c in row])
    return text.getvalue()


def as_lines(frame: pl.DataFrame, columns: Sequence[str] | None = None) -> list[str]:
    """A table in columns: numbers to the right with six significant digits at most, long text cut."""
    shown = frame.select(columns) if columns is not None else frame
    shown = shown.select(c for c in shown.columns if shown[c].null_count() < shown.height)
    cells = [[_short(v, c in WHOLE) for c, v in zip(shown.columns, row, strict=True)] for row in shown.iter_rows()]
    widths = [max([len(c), *(len(row[i]) for row in cells)]) for i, c in enumerate(shown.columns)]
    right = [t.is_numeric() for t in shown.dtypes]

    def line(row: Sequence[str]) -> str:
        parts = [c.rjust(w) if r else c.ljust(w) for c, w, r in zip(row, widths, right, strict=True)]
        return "  ".join(parts).rstrip()

    return [line(shown.columns), *(line(row) for row in cells)]


def _cell(value: Any) -> Any:
    if isinstance(value, list | dict | pl.Series):
        return json.dumps(plain(value), ensure_ascii=False, default=plain)
    return plain(value)


def _short(value: Any, whole: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    text = " ".join(str(_cell(value)).split())
    return text if whole or len(text) <= WIDTH else text[: WIDTH - 1] + "…"
