"""Which cells of archived files name a person, and where else the name stands.

Belongs here: looking into archived files and the profile's corrections. Not here: what becomes of what is found
(``plan``, ``forget``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from reportmetrics.ingest.mapping import fit
from reportmetrics.ingest.pseudonyms import pseudonym
from reportmetrics.ingest.readers.archived import read_archived
from reportmetrics.ingest.readers.base import Sheet, UnreadableError
from reportmetrics.ingest.sidecars import Sidecar
from reportmetrics.ingest.text import plain
from reportmetrics.profile.intake import CORRECTED
from reportmetrics.profile.sources import Source, sheet_of
from reportmetrics.warehouse.tables import TABLES


def rows_naming(path: Path, source: Source, key: bytes, hidden: str) -> dict[str | None, list[int]]:
    """Rows of an archived file that name the person, by sheet."""
    found: dict[str | None, list[int]] = {}
    for name, sheet, columns in _with_people(path, source):
        numbers: set[int] = set()
        for part in sheet.parts():
            for column in columns:
                texts = part.select("source_row", cell=column).drop_nulls("cell")
                same = [t for t in texts["cell"].unique() if pseudonym(key, plain(t)) == hidden]
                numbers.update(texts.filter(pl.col("cell").is_in(same))["source_row"])
        if numbers:
            found[name] = sorted({*found.get(name, []), *numbers})
    return found


def _with_people(path: Path, source: Source) -> Iterator[tuple[str | None, Sheet, list[str]]]:
    """Sheets of a file with the cells that name people, of themselves."""
    naming = [t for t in source.tables if any(TABLES[t.table].by_name[c].personal for c in t.columns)]
    if not naming:
        return
    try:
        sheets = read_archived(path, source, list(dict.fromkeys(sheet_of(source, t) for t in naming)))
    except UnreadableError:
        return
    for entry in naming:
        name = sheet_of(source, entry)
        sheet = sheets[name]
        if isinstance(sheet, UnreadableError):
            continue
        try:
            origins = fit(entry, sheet.header).origins
        except UnreadableError:
            continue
        people = [o for c, o in origins.items() if TABLES[entry.table].by_name[c].personal]
        yield name, sheet, [f"c{o.cell}" for o in people if o.cell is not None]


def mentions(
    path: Path, source: Source, sidecar: Sidecar, named: str, going: dict[str | None, list[int]]
) -> Iterator[str]:
    """Other places of a file that hold the name somewhere in their text: cells, and what corrections say of why.

    Cells of files with people are looked at, but for those of the rows that are ``going``.
    """
    for name, sheet, _ in _with_people(path, source):
        for part in sheet.parts():
            left = part.filter(~pl.col("source_row").is_in(going.get(name, [])))
            for i, title in enumerate(sheet.header):
                cell = pl.col(f"c{i}").str.normalize("NFC")
                hits = left.filter(cell.str.contains(plain(named), literal=True))["source_row"]
                yield from (f"{sidecar.name} row {number} column '{title}'" for number in hits)
    if source.source.endswith(f".{CORRECTED}"):
        yield from _notes(path, source, sidecar, named)


def _notes(path: Path, source: Source, sidecar: Sidecar, named: str) -> Iterator[str]:
    """Corrections of an archived file that name the person in reason or author, which the ledger says too."""
    try:
        sheets = read_archived(path, source, list(dict.fromkeys(sheet_of(source, t) for t in source.tables)))
    except UnreadableError:
        return
    for sheet in sheets.values():
        for note in sheet.notes if isinstance(sheet, Sheet) else ():
            if named in note:
                yield f"{sidecar.name}: note of the correction of {note.partition(' corrected:')[0]}, and so the ledger"


def mentions_of_profile(sources: Sequence[Source], named: str) -> Iterator[str]:
    """Corrections in the profile that name the person; the profile is not changed here."""
    for source in sources:
        for each in source.corrections:
            said = each.model_dump()
            keys = [k for k in ("was", "now", "reason", "author") if named in said[k]]
            if keys:
                where = f"row {each.row} of {each.file[:12]}, {' and '.join(keys)}"
                yield f"the profile, source {source.source}, correction of {where}: yours to change"
