"""Where else the name of a person stands: places that stay, and are told to whoever forgets them.

A row goes where a cell names the person in a column that holds people. The name may also stand in free text, in a
title, in the name of a file or sheet, in a comment, in a file that cannot be read, or where the mapping holds nobody.

Belongs here: finding these, in archived files and in the profile's corrections. Not here: rows that go (``naming``).
"""

from __future__ import annotations

import mmap
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from reportmetrics.ingest.readers.archived import read_archived
from reportmetrics.ingest.readers.base import Sheet, UnreadableError
from reportmetrics.ingest.sidecars import Sidecar
from reportmetrics.ingest.text import plain
from reportmetrics.profile.intake import is_corrected
from reportmetrics.profile.sources import Source, sheet_of
from reportmetrics.upkeep.workbooks import holds_any

Rows = dict[str | None, list[int]]


def mentions(path: Path, source: Source, sidecar: Sidecar, named: str, going: Rows) -> Iterator[str]:
    """Other places of a file that hold the name somewhere in their text, but for the rows that are ``going``.

    Of a file that loses rows the cells are kept, and nothing else. One that stays as it is may hold more than is read.
    """
    if plain(named) in plain(sidecar.name):
        yield in_name_of_file(sidecar)
    if not going and source.reader == "csv" and not _holds(path, source, named):
        return
    found = list(_in_sheets(path, source, sidecar, plain(named), going))
    yield from found
    if not found and not going and _holds(path, source, named):
        where = "a comment, another sheet or column, or text that cannot be read"
        yield f"{sidecar.name}: elsewhere in the file ({where}); reportmetrics forget {sidecar.sha256[:12]}"


def in_name_of_file(sidecar: Sidecar) -> str:
    """That the person stands in the name of a file."""
    return f"{sidecar.name}: the name of the file names the person; reportmetrics forget {sidecar.sha256[:12]}"


def _in_sheets(path: Path, source: Source, sidecar: Sidecar, named: str, going: Rows) -> Iterator[str]:
    try:
        sheets = read_archived(path, source, list(dict.fromkeys(sheet_of(source, t) for t in source.tables)))
    except UnreadableError:
        return
    for name, sheet in sheets.items():
        if not isinstance(sheet, Sheet):
            continue
        for part in sheet.parts():
            left = part.filter(~pl.col("source_row").is_in(going.get(name, [])))
            yield from (f"{sidecar.name} {place}" for place in _in_rows(left, sheet.header, named))
        yield from (f"{sidecar.name}: title of column '{title}'" for title in sheet.header if named in title)
        for note in (n for n in sheet.notes if named in plain(n)):
            what = f"note of the correction of {note.partition(' corrected:')[0]}" if is_corrected(source) else "a note"
            yield f"{sidecar.name}: {what}, and so the ledger"


def _in_rows(rows: pl.DataFrame, header: Sequence[str], named: str) -> Iterator[str]:
    """Row and column of each cell with the name; a row that does not line up with the header may hold it beyond."""
    columns = {f"c{i}": f" column '{title}'" for i, title in enumerate(header)} | {"row_fault": ", beyond its columns"}
    for column, where in columns.items():
        hits = rows.filter(pl.col(column).str.normalize("NFC").str.contains(named, literal=True))["source_row"]
        yield from (f"row {number}{where}" for number in hits)


def _holds(path: Path, source: Source, named: str) -> bool:
    """Whether the bytes of a file, or of a part of a workbook, hold the name."""
    forms = {unicodedata.normalize(form, named) for form in ("NFC", "NFD")}
    if holds_any(path, forms):
        return True
    encoded = {text.encode(code, "ignore") for text in forms for code in ("utf-8", source.options.encoding)} - {b""}
    if not path.stat().st_size:
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return any(content.find(each) >= 0 for each in encoded)


def mentions_of_profile(sources: Sequence[Source], named: str) -> Iterator[str]:
    """Corrections in the profile that name the person; the profile is not changed here."""
    for source in sources:
        for each in source.corrections:
            said = each.model_dump()
            keys = [k for k in ("was", "now", "reason", "author") if named in said[k]]
            if keys:
                where = f"row {each.row} of {each.file[:12]}, {' and '.join(keys)}"
                yield f"the profile, source {source.source}, correction of {where}: yours to change"
