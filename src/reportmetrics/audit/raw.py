"""The cells of the archived file that a row was read from, as they were sent.

Belongs here: opening the archive for an auditor. Not here: reading formats (``ingest``), which row (``origins``).

The mapping that says how a file is read is the publication's own copy of the profile, so that a profile changed since
does not move the cells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reportmetrics.audit.opened import AuditError, Opened
from reportmetrics.ingest.archive import fingerprint
from reportmetrics.ingest.corrected_rows import row_of_note
from reportmetrics.ingest.readers.archived import read_archived
from reportmetrics.ingest.readers.base import Sheet, UnreadableError, unmarked
from reportmetrics.profile.intake import intake
from reportmetrics.profile.load import ProfileError
from reportmetrics.profile.sources import Source, sheet_of

CORRECTIONS = "(corrected)"
"""Beside the cells of a corrected row: which of them were changed, why, by whom and when."""


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row of an archived file. ``cells`` maps each header to the cell's text; ``problem`` says why there are none."""

    sheet: str | None
    cells: Mapping[str, str | None]
    problem: str | None = None


class Archive:
    """The archive in ``folder``, read by the mappings of the publication's profile.

    Raises :class:`AuditError` where the publication holds no profile that can be read.
    """

    def __init__(self, opened: Opened, folder: Path) -> None:
        try:
            profile = opened.profile
        except ProfileError as error:
            raise AuditError(f"{opened.name} holds no usable copy of its profile, so raw cells stay closed") from error
        self._sources: dict[str, Source] = {s.source: s for s in intake(profile.sources)}
        self._folder = folder
        self._read: dict[tuple[str, str], dict[str | None, Sheet | UnreadableError] | str] = {}

    def row(self, origin: Mapping[str, object]) -> RawRow:
        """The row that ``origin`` (table, source, row, sha256) names. What cannot be had is said, not raised."""
        source = self._sources.get(str(origin["source"]))
        if source is None or origin["sha256"] is None:
            return RawRow(None, {}, "it was not read from a file")
        wanted = [sheet_of(source, t) for t in source.tables if t.table == origin["table"]]
        opened = self._open(source, str(origin["sha256"]))
        if isinstance(opened, str):
            return RawRow(next(iter(wanted), None), {}, opened)
        for name in wanted:
            sheet = opened.get(name)
            if isinstance(sheet, Sheet):
                found = sheet.numbered(origin["row"])
                if found.height:
                    cells = {h: unmarked(found[f"c{i}"][0]) for i, h in enumerate(sheet.header)}
                    said = [n for n in sheet.notes if n.startswith(row_of_note(origin["row"]))]
                    return RawRow(name, cells | ({CORRECTIONS: "; ".join(said)} if said else {}))
        return RawRow(next(iter(wanted), None), {}, f"the archived file has no row {origin['row']}")

    def _open(self, source: Source, sha256: str) -> dict[str | None, Sheet | UnreadableError] | str:
        key = (source.source, sha256)
        if key not in self._read:
            self._read[key] = self._opened(source, sha256)
        return self._read[key]

    def _opened(self, source: Source, sha256: str) -> dict[str | None, Sheet | UnreadableError] | str:
        path = self._folder / sha256
        if not path.is_file():
            return f"the archive {self._folder} does not hold {sha256}"
        if fingerprint(path) != sha256:
            return f"the archived file {path} was altered: its content does not have the hash that names it"
        wanted = list(dict.fromkeys(sheet_of(source, t) for t in source.tables))
        try:
            return read_archived(path, source, wanted)
        except UnreadableError as why:
            return str(why)
