"""Text that a spreadsheet would take for a formula: guarded on its way out, as it was on its way back.

A leading apostrophe is put before a text that starts like a formula, and before one that starts like a guarded text, so
that taking one apostrophe away always gives what was there before. Plain numbers can do no harm and stay as they are.
"""

from __future__ import annotations

import re

import polars as pl

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?[\d.,\u00a0 ]*\d")
_GUARDED = r"^'('*[=+\-@\t\r])"


def guarded(text: str) -> str:
    """``text`` as it may stand in a cell of a workbook or CSV that goes out."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def plain(text: str) -> str:
    """``text`` of a cell that came back, without the apostrophe that ``guarded`` put there."""
    return re.sub(_GUARDED, r"\1", text)


def unguarded(rows: pl.DataFrame) -> pl.DataFrame:
    """Cells ``c0``, ``c1``, ... of a sheet that came back, without the apostrophes that ``guarded`` put there."""
    cells = [pl.col(name).str.replace(_GUARDED, "${1}") for name in rows.columns if re.fullmatch(r"c\d+", name)]
    return rows.with_columns(cells)
