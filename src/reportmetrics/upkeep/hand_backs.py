"""What the records of hand-backs tell of rows that are to be forgotten.

A record names a file by its hash, a row and the sender. When the file or the row goes, the line goes too.

Belongs here: finding these lines, and the records that still lie where they were written. Not here: taking lines out of
an archived file (``forget``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from reportmetrics.ingest.archive import fingerprint
from reportmetrics.ingest.readers.archived import read_archived
from reportmetrics.ingest.readers.base import Sheet
from reportmetrics.ingest.sidecars import Sidecar
from reportmetrics.profile.intake import HAND_BACKS, hand_back_source

Place = tuple[str, str | None, int]
"""A refused row: hash of the file as it was sent, sheet, row."""

Lines = dict[Path, tuple[Sidecar, dict[str | None, list[int]]]]
"""Sidecar's path -> sidecar and the rows of its file, by sheet (None: CSV has none)."""


def lines_about(
    archive: Path, living: Iterable[Sidecar], *, files: Collection[str] = (), rows: Collection[Place] = ()
) -> Lines:
    """Lines of the archived records that name one of ``files`` (hashes as sent) or of ``rows``."""
    wanted_rows = {(file, sheet or None, str(row)) for file, sheet, row in rows}
    found: Lines = {}
    for sidecar in living:
        if sidecar.source != HAND_BACKS:
            continue
        sheet = read_archived(archive / sidecar.sha256, hand_back_source(), [None])[None]
        if not isinstance(sheet, Sheet):
            continue
        cells = [f"c{sheet.header.index(n)}" for n in ("refused_file", "refused_sheet", "refused_row")]
        numbers = [
            number
            for part in sheet.parts()
            for number, file, name, row in part.select("source_row", *cells).iter_rows()
            if file in files or (file, name or None, row) in wanted_rows
        ]
        if numbers:
            found[sidecar.path] = (sidecar, {None: numbers})
    return found


def drop_written(folder: Path, hashes: Collection[str]) -> None:
    """Remove the records that lie in ``folder`` still and whose content has one of the hashes."""
    for path in sorted(folder.glob("*.csv")):
        if fingerprint(path) in hashes:
            path.unlink()
