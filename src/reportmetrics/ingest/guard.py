"""What goes out to a sender's spreadsheet and comes back: text that it would take for a formula, cells without value.

A leading apostrophe is put before a text that starts like a formula, and before one that starts like a guarded text, so
that taking one apostrophe away always gives what was there before. Plain numbers can do no harm and stay as they are.

An error, a formula without a value, or a number that the file did not hold exactly is shown behind a sign. Where the
sign comes back, nothing was mended, and the cell is again what it was.
"""

from __future__ import annotations

import re

import polars as pl

from reportmetrics.ingest.readers.base import FORMULA_MARK, INEXACT_MARK, unmarked

SIGN = "\u26a0 "
"""Stands before the text of a cell that had no usable value."""

_INEXACT = rf"^{SIGN}(-?\d+)$"
_WITHOUT_VALUE = rf"^{SIGN}(.+)$"
_LIKE_A_SIGN = rf"^'('*{SIGN})"
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?[\d.,\u00a0 ]*\d")
_GUARDED = r"^'('*[=+\-@\t\r])"


def guarded(text: str) -> str:
    """``text`` as it may stand in a cell of a workbook or CSV that goes out."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def shown(cell: str | None) -> str | None:
    """A cell as its reader gave it, as it may stand in a workbook that goes out; marks become the sign."""
    text = unmarked(cell)
    if cell is None or text is None:
        return None
    if cell.startswith((FORMULA_MARK, INEXACT_MARK)):
        return f"{SIGN}{text}"
    return f"'{text}" if text.lstrip("'").startswith(SIGN) else text


def plain(text: str) -> str:
    """``text`` of a cell that came back, without the apostrophe that ``guarded`` put there."""
    return re.sub(_GUARDED, r"\1", text)


def unguarded(rows: pl.DataFrame) -> pl.DataFrame:
    """Cells ``c0``, ``c1``, ... of a sheet that came back, as they were before ``guarded`` and ``shown``."""
    cells = [
        pl.col(name)
        .str.replace(_GUARDED, "${1}")
        .str.replace(_INEXACT, f"{INEXACT_MARK}${{1}}")
        .str.replace(_WITHOUT_VALUE, f"{FORMULA_MARK}${{1}}")
        .str.replace(_LIKE_A_SIGN, "${1}")
        for name in rows.columns
        if re.fullmatch(r"c\d+", name)
    ]
    return rows.with_columns(cells)
