"""Which cells of archived files name a person.

Belongs here: looking into cells that name people. Not here: where else the name stands (``mentions``), what becomes of
what is found (``plan``, ``forget``).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from reportmetrics.ingest.mapping import fit
from reportmetrics.ingest.pseudonyms import pseudonym
from reportmetrics.ingest.readers.archived import read_archived
from reportmetrics.ingest.readers.base import Sheet, UnreadableError
from reportmetrics.ingest.text import plain
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
