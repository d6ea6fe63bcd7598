"""Rows of files that are to be forgotten, in the workbooks in which they came back mended.

A mended workbook is a delivery of its own, with rows of several files; each row names by its reference the one that it
stands for. A row that was refused again came back once more, and then names the workbook before.

Belongs here: finding those rows. Not here: workbooks that lie where they were written (``workbooks``), taking rows out
of an archived file (``forget``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

import polars as pl

from reportmetrics.ingest.readers.archived import read_archived
from reportmetrics.ingest.readers.base import Sheet, UnreadableError
from reportmetrics.ingest.sidecars import Sidecar
from reportmetrics.profile.intake import REFERENCE, RETURNED
from reportmetrics.profile.sources import Source, sheet_of
from reportmetrics.upkeep.hand_backs import Lines
from reportmetrics.upkeep.workbooks import holds_any


def mended_rows(
    archive: Path, living: Iterable[Sidecar], sources: Mapping[str, Source], files: Sequence[Sidecar]
) -> Lines:
    """Rows of mended workbooks that stand for rows of ``files``.

    A workbook that only speaks of one of these elsewhere, such as on its first sheet, is listed with no row: what is
    kept of it are the sheets that are read.
    """
    begins = [f"{s.sent or s.sha256:.12}-" for s in files]
    told = [*begins, *(s.name for s in files)]
    again: set[str] = set()
    found: Lines = {}
    mine = (s for s in living if s.source.endswith(f".{RETURNED}") and s.source in sources)
    for sidecar in sorted(mine, key=lambda s: s.arrived_at):
        path = archive / sidecar.sha256
        rows = _rows(path, sources[sidecar.source], begins, again)
        again |= {_reference(sidecar, sheet, row) for sheet, numbers in rows.items() for row in numbers}
        if rows or holds_any(path, told):
            found[sidecar.path] = (sidecar, rows)
    return found


def _reference(sidecar: Sidecar, sheet: str | None, row: int) -> str:
    """How a workbook would name a row that was refused (``warehouse.answers.REFERENCE_SQL``)."""
    return f"{sidecar.sent or sidecar.sha256:.12}-{row}" + ("" if sheet is None else f"-{sheet}")


def _rows(path: Path, source: Source, begins: Sequence[str], again: Collection[str]) -> dict[str | None, list[int]]:
    try:
        read = read_archived(path, source, list(dict.fromkeys(sheet_of(source, t) for t in source.tables)))
    except (UnreadableError, OSError):
        return {}
    found: dict[str | None, list[int]] = {}
    for name, sheet in read.items():
        if not isinstance(sheet, Sheet) or REFERENCE not in sheet.header:
            continue
        given = pl.col(f"c{sheet.header.index(REFERENCE)}").str.strip_chars()
        meant = pl.any_horizontal(given.is_in(list(again)), *(given.str.starts_with(b) for b in begins))
        if numbers := sheet.rows.filter(meant)["source_row"].to_list():
            found[name] = numbers
    return found
