"""Reading a file of the archive: as its source says, or as kept cells where rows were taken out of it.

A file from which rows were forgotten is not written again in its own format (few formats can be written so that all
else stays as it was). Its remaining cells are kept as text, one JSON line per row, under the same row numbers: what a
reader makes of them is what it made of the file, without those rows.

Belongs here: the choice, and the format of kept cells. Not here: which rows go (``forget``), other formats (their own).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from reportmetrics.ingest.by_value import number_columns, sheets_with_numbers, without_marks
from reportmetrics.ingest.forms import answers_that_count
from reportmetrics.ingest.readers.base import Sheet, UnreadableError, clean_name, sheet_schema
from reportmetrics.ingest.readers.encoding import utf8_note
from reportmetrics.ingest.readers.extent import bounded
from reportmetrics.ingest.readers.registry import READERS, TEXTS
from reportmetrics.profile.intake import FORM_ANSWERS, FORM_REPORT, form_sources
from reportmetrics.profile.sources import Source

_MAGIC = b'{"format": "reportmetrics kept cells 1"}\n'

Sheets = Mapping[str | None, Sheet | UnreadableError]


def read_archived(
    path: Path, source: Source, sheets: Sequence[str | None]
) -> dict[str | None, Sheet | UnreadableError]:
    """The wanted sheets of an archived file; see ``base.Reader``."""
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            numbers = sheets_with_numbers(source)
            form = source in form_sources()
            wanted = [FORM_REPORT, FORM_ANSWERS] if form else sheets
            read = READERS[source.reader](path, source.options, wanted, numbers=numbers)
            read = _marked_where_asked(read, source, numbers)
            read = {n: s for n, s in answers_that_count(read).items() if n in sheets} if form else read
            said = utf8_note(path, source.options.encoding) if source.reader in TEXTS else None
            notes = () if said is None else (said,)
            return {
                n: bounded(replace(s, notes=(*notes, *s.notes)), source.options) if isinstance(s, Sheet) else s
                for n, s in read.items()
            }
        try:
            held = _sheets([json.loads(line) for line in file])
        except (ValueError, LookupError, TypeError, AttributeError, pl.exceptions.PolarsError):
            # Anybody may send a file that starts like one of ours.
            raise UnreadableError(
                "broken_kept_cells", "the file starts like kept cells but holds none", "send the file as it was agreed"
            ) from None
    missing = UnreadableError("missing_sheet", "the sheet is not among the kept cells", "send the file again")
    return _marked_where_asked({name: held.get(name, missing) for name in sheets}, source, sheets)


def _marked_where_asked(
    read: Sheets, source: Source, marked: Collection[str | None]
) -> dict[str | None, Sheet | UnreadableError]:
    """The sheets; in those that may be ``marked``, number cells stay so in columns for which the mapping asks it."""
    found = dict(read)
    for name, sheet in read.items():
        if isinstance(sheet, Sheet) and isinstance(sheet.held, pl.DataFrame) and name in marked:
            asked = number_columns(source, name, sheet.header)
            found[name] = replace(sheet, held=without_marks(sheet.held, asked))
    return found


def kept_cells(sheets: Sheets) -> bytes:
    """The content of a file that holds the cells of ``sheets``."""
    lines: list[Any] = []
    for name, sheet in sheets.items():
        if isinstance(sheet, UnreadableError):
            lines.append({"sheet": name, "refused": [sheet.code, sheet.message, sheet.remedy]})
            continue
        about = {"sheet": name, "title": sheet.name, "header": list(sheet.header), "notes": sheet.notes}
        about |= {} if sheet.epoch is None else {"epoch": sheet.epoch}
        lines.append(about | {"left": _left(sheet)})
        for part in sheet.parts():
            lines += part.rows()
    return _MAGIC + "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()


def _left(sheet: Sheet) -> list[tuple[int, str]]:
    """Rows that do not count, and why: where a table ends cannot be told any more once rows are gone."""
    if sheet.left is None:
        return []
    told = sheet.rows.select("source_row", why=sheet.left.cast(pl.String)).drop_nulls("why")
    return list(told.iter_rows())


def _sheets(lines: Sequence[Any]) -> dict[str | None, Sheet | UnreadableError]:
    held: dict[str | None, Sheet | UnreadableError] = {}
    starts = [i for i, line in enumerate(lines) if isinstance(line, dict)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        about = lines[start]
        if "refused" in about:
            held[about["sheet"]] = UnreadableError(*about["refused"])
            continue
        header = tuple(map(clean_name, about["header"]))
        rows = pl.DataFrame(lines[start + 1 : end], schema=sheet_schema(len(header)), orient="row")
        why = dict(about["left"])
        left = pl.col("source_row").replace_strict(why, default=None, return_dtype=pl.String) if why else None
        notes, epoch = tuple(about["notes"]), about.get("epoch")
        held[about["sheet"]] = Sheet(about["title"], header, rows, notes=notes, left=left, epoch=epoch)
    return held
