"""Changes between two publications as text, CSV or JSON.

Belongs here: how they are told. Not here: finding them (``changes``).
"""

from __future__ import annotations

import polars as pl

from reportmetrics.audit.changes import Changes
from reportmetrics.audit.tables import as_csv, as_json, as_lines, records

FIRST = 40
"""Figures of one metric shown in a table."""


def changes_text(found: Changes) -> str:
    """For people: what changed as a whole, then metric by metric."""
    lines = [
        f"{found.before} to {found.after}: {found.figures.height:,} figures changed, {found.unchanged:,} did not",
        f"corrections to what was known before: {found.corrected:,} cells and rows",
        "changed definitions: " + ("; ".join(f"{k} ({v})" for k, v in found.versions.items()) or "none"),
    ]
    for (metric,), rows in found.figures.group_by("metric", maintain_order=True):
        shown = rows.head(FIRST).drop("metric", "unit")
        if not found.versions:
            shown = shown.drop("definitions", "definitions_on_before")
        more = f", the first {FIRST} (--format csv for all)" if rows.height > FIRST else ""
        lines += ["", f"{metric}: {rows.height:,} figures{more}", *as_lines(shown)]
    return "\n".join(lines)


def changes_csv(found: Changes) -> str:
    """One line per figure."""
    return as_csv(found.figures)


def changes_json(found: Changes) -> str:
    """Everything, for programs."""
    finite = found.figures.with_columns(
        pl.when(pl.col(c).is_finite()).then(pl.col(c)) for c, t in found.figures.schema.items() if t == pl.Float64
    )
    return as_json(
        {
            "before": found.before,
            "after": found.after,
            "corrected": found.corrected,
            "unchanged": found.unchanged,
            "versions": found.versions,
            "figures": records(finite),
        }
    )
