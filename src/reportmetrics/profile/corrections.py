"""Models of ``corrections`` of a source: records that say which cell of which file was wrong, and what it should say.

A correction never changes a file. It makes the row known once more, from the day of the record on, so that what was
published before can still be told.

Belongs here: the record and its rules. Not here: finding the file and the cell (``ingest.corrections``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Annotated

from pydantic import Field

from reportmetrics.profile.base import ColumnName, Model
from reportmetrics.profile.reading import Problem


class Correction(Model):
    """One cell of one file. A blank cell is an empty text."""

    file: Annotated[
        str,
        Field(pattern=r"^[0-9a-f]{12,64}$", description="SHA-256 of the file, or its first twelve digits or more"),
    ]
    sheet: Annotated[str | None, Field(description="sheet of a workbook, where the source reads several")] = None
    row: Annotated[int, Field(ge=1, description="row as a spreadsheet numbers it, and as refusals and explain name it")]
    column: Annotated[ColumnName, Field(description="column as the file names it")]
    was: Annotated[str, Field(description="what the cell holds; another text there stops the correction")]
    now: Annotated[str, Field(description="what it should hold")]
    reason: Annotated[str, Field(min_length=3, description="why, and who confirmed it")]
    author: Annotated[str, Field(min_length=1, description="who decided")]
    date: Annotated[dt.date, Field(description="day of the decision; rows of a declared backfill are known from it")]


def correction_problems(
    file: str, corrections: Sequence[Correction], sheets: Sequence[str | None]
) -> Iterator[Problem]:
    """Mistakes that can be seen without the files. ``sheets`` are those that the source reads."""
    seen: set[tuple[object, ...]] = set()
    for number, each in enumerate(corrections, start=1):
        key = f"corrections[{number}]"
        if each.was.strip() == each.now.strip():
            yield Problem(file, key, f"'{each.was}' is replaced by itself", "correct 'was' or 'now', or remove it")
        if each.sheet is None and len(sheets) > 1:
            there = ", ".join(str(s) for s in sheets)
            yield Problem(file, key, "the source reads several sheets", f"say which 'sheet' is meant: {there}")
        if each.sheet is not None and each.sheet not in sheets:
            there = ", ".join(str(s) for s in sheets if s is not None) or "none"
            yield Problem(file, key, f"the source reads no sheet '{each.sheet}'", f"use one of: {there}")
        place = (each.file[:12], each.sheet, each.row, each.column, each.date)
        if place in seen:
            said = f"row {each.row}, column '{each.column}' is corrected twice on {each.date}"
            yield Problem(file, key, said, "keep one of the two")
        seen.add(place)
