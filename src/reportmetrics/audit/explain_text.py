"""An explanation as text, CSV or JSON.

Belongs here: what of an explanation is shown, and in which order. Not here: finding it out (``explain``).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import polars as pl

from reportmetrics.audit.explain import NUMBERS, Explanation
from reportmetrics.audit.opened import Opened
from reportmetrics.audit.tables import as_csv, as_json, as_lines, records
from reportmetrics.metrics.metric import FRAME_COLUMN

if TYPE_CHECKING:
    from reportmetrics.audit.raw import Archive, RawRow

PERIODS = 10
"""Periods of a frame shown in a table."""


def with_cells(explained: Explanation, opened: Opened, archive: Archive | None) -> Explanation:
    """The explanation with a column ``sheet`` and, with an ``archive``, ``raw``: the cells, or why there are none."""
    sheets = opened.sheets
    return Explanation(
        explained.publication,
        explained.metric,
        explained.dims,
        explained.figures,
        _located(explained.rows, sheets, archive),
        explained.row_count,
        _located(explained.support, sheets, archive),
        explained.frame,
    )


def _located(rows: pl.DataFrame, sheets: dict[tuple[str, str], str], archive: Archive | None) -> pl.DataFrame:
    where = rows.select("source", "table").iter_rows()
    found = rows.with_columns(pl.Series("sheet", [sheets.get(pair) for pair in where], dtype=pl.String))
    if archive is None:
        return found
    cells = [
        _raw_text(archive.row(row)) for row in rows.select("source", "table", "row", "sha256").iter_rows(named=True)
    ]
    return found.with_columns(pl.Series("raw", cells, dtype=pl.String))


def _raw_text(found: RawRow) -> str:
    if found.problem:
        return f"({found.problem})"
    return json.dumps({k: v for k, v in found.cells.items() if v is not None}, ensure_ascii=False)


def explanation_json(explained: Explanation) -> str:
    """Everything, for programs."""
    return as_json(
        {
            **_head(explained),
            "equal": explained.equal,
            "figures": records(explained.figures),
            "row_count": explained.row_count,
            "rows": records(explained.rows),
            "judged_by": records(explained.support),
            "frame": records(explained.frame),
        }
    )


def explanation_csv(explained: Explanation) -> str:
    """The rows alone, for a spreadsheet."""
    return as_csv(explained.rows)


def explanation_text(explained: Explanation) -> str:
    """For people: meaning, figures, rows, in that order."""
    d = explained.metric.definition
    group = ", ".join(f"{k} = {v}" for k, v in explained.dims.items()) or "the whole mission"
    lines = [
        f"{d.id} version {d.version}: {d.title} ({group})",
        f"  publication  {explained.publication}",
        f"  question     {d.question}",
        f"  owner        {d.owner}, reviewed {d.reviewed}",
        f"  limits       {d.limits}",
        f"  definition   {explained.metric.definition_hash}",
        "",
    ]
    figures = explained.figures.select(
        "statistic", "label", "value", "recomputed_value", "lower", "upper", "n", "n_missing", "unit", "reason", "equal"
    )
    verdict = "all equal" if explained.equal else "NOT EQUAL"
    lines += [f"Figures as published, and recomputed from the rows: {verdict}", *as_lines(figures), ""]
    shown = explained.rows.height
    some = "" if shown == explained.row_count else f", the first {shown:,} (--limit 0 for all, --format csv to keep)"
    lines.append(f"{explained.row_count:,} rows{some}")
    lines += as_lines(_for_people(explained.rows)) if shown else []
    if not explained.frame.is_empty():
        lines += ["", *_frame_lines(explained.frame)]
    if not explained.support.is_empty():
        lines += ["", "Records that these rows were judged by", *as_lines(_for_people(explained.support.head(shown)))]
    return "\n".join(lines)


def _frame_lines(frame: pl.DataFrame) -> list[str]:
    """What was reported, newest first; of many periods their number and the first of them."""
    sorted_ = frame.sort(frame.columns, descending=True, nulls_last=True)
    reported = int(frame[FRAME_COLUMN].sum())
    head = f"What was reported for this group: {reported:,} of {frame.height:,}"
    more = f", the last {PERIODS}" if frame.height > PERIODS else ""
    return [head + more, *as_lines(sorted_.head(PERIODS))]


def _for_people(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.drop("sha256", "file_seq", strict=False)


def _head(explained: Explanation) -> dict[str, Any]:
    d = explained.metric.definition
    return {
        "publication": explained.publication,
        "metric": d.id,
        "version": d.version,
        "title": d.title,
        "question": d.question,
        "owner": d.owner,
        "limits": d.limits,
        "definition_hash": explained.metric.definition_hash,
        "sql": d.sql,
        "dims": dict(explained.dims),
        "compared": list(NUMBERS),
    }
