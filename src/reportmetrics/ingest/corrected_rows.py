"""Rows of a file with the corrections that are on record of them, or the reason why these do not apply.

Belongs here: which row and cell a record means, and what is said of it. Not here: which deliveries the records make
(``corrections``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from reportmetrics.ingest.correction_files import File
from reportmetrics.ingest.readers.archived import read_archived
from reportmetrics.ingest.readers.base import Sheet, UnreadableError, unmarked
from reportmetrics.ingest.text import BLANKS
from reportmetrics.profile.corrections import Correction
from reportmetrics.profile.intake import before_column
from reportmetrics.profile.shapes import several
from reportmetrics.profile.sources import Source, sheet_of
from reportmetrics.warehouse.tables import TABLES


def corrected_rows(
    source: Source, file: File, records: Sequence[Correction], archive: Path, *, before: bool
) -> dict[str | None, Sheet | UnreadableError]:
    """The corrected rows by sheet, or for all sheets why the records cannot be applied.

    Those of the last day of ``records``; as they stand ``before`` that day, where asked.
    """
    wanted = list(dict.fromkeys(sheet_of(source, t) for t in source.tables))
    try:
        read = read_archived(archive / file.sha256, source, wanted)
        found: dict[str | None, Sheet | UnreadableError] = {}
        for name, sheet in read.items():
            mine = [r for r in records if r.sheet in (None, name)]
            found[name] = _rows(source, sheet, mine, file.name, before=before) if isinstance(sheet, Sheet) else sheet
        return found
    except UnreadableError as why:
        return dict.fromkeys(wanted, why)
    except OSError as error:
        return dict.fromkeys(wanted, UnreadableError("file_missing", str(error), "restore the archive from its backup"))


def _rows(source: Source, sheet: Sheet, records: Sequence[Correction], file: str, *, before: bool) -> Sheet:
    """The rows that are corrected on the last day of ``records``, in the order of these, each with all of its records.

    Those of the last day are left out where the rows are wanted as they stand ``before``. Raises ``UnreadableError``
    where a record does not apply.
    """
    day = max((r.date for r in records), default=dt.date.min)
    wanted = {r.row for r in records if r.date == day}
    records = [r for r in records if r.row in wanted]
    rows: dict[int, pl.DataFrame] = {}
    for record in records:
        if record.row not in rows:
            there = sheet.numbered(record.row)
            if there.is_empty():
                raise _refusal(source, record, file, "there is no such row below the header", day)
            rows[record.row] = there
        if not before or record.date != day:
            rows[record.row] = _cell(source, sheet.header, rows[record.row], record, file, day)
    held = pl.concat(list(rows.values())) if rows else next(iter(sheet.parts())).clear()
    notes = tuple(note(source, r) for r in records)
    return _with_events_before(source, sheet, replace(sheet, held=held, bare=False, notes=notes))


def _with_events_before(source: Source, sent: Sheet, corrected: Sheet) -> Sheet:
    """Beside each corrected event, which one it was and when: what it told gives way, whichever of both is later."""
    events = [t.events for t in source.tables if t.events is not None]
    asked = {c for each in events for c in (*several(each.event), *each.time.candidates)}
    names = [name for name in sent.header if name in asked]
    rows = corrected.rows
    for number, name in enumerate(names, start=len(sent.header)):
        cell = f"c{sent.header.index(name)}"
        there = [sent.numbered(int(row))[cell][0] for row in rows["source_row"]]
        rows = rows.with_columns(pl.Series(f"c{number}", there, dtype=pl.String))
    order = ["source_row", *(f"c{n}" for n in range(len(sent.header) + len(names))), "row_fault"]
    header = (*sent.header, *(before_column(n) for n in names))
    return replace(corrected, held=rows.select(order), header=header) if names else corrected


def _cell(
    source: Source, header: Sequence[str], row: pl.DataFrame, record: Correction, file: str, day: dt.date
) -> pl.DataFrame:
    if list(header).count(record.column) != 1:
        there = ", ".join(h for h in header if h)
        raise _refusal(source, record, file, f"the header does not name the column once (there are: {there})", day)
    name = f"c{list(header).index(record.column)}"
    held = (unmarked(row[name][0]) or "").strip(BLANKS)
    if held != record.was.strip(BLANKS):
        said = "the cell holds another text than 'was' says"
        if not _is_personal(source, record.column):
            said = f"the cell holds '{held}' and not '{record.was}'"
        raise _refusal(source, record, file, said, day)
    return row.with_columns(pl.lit(record.now or None, dtype=pl.String).alias(name))


def _refusal(source: Source, record: Correction, file: str, said: str, day: dt.date) -> UnreadableError:
    place = f"row {record.row}, column '{record.column}' of {file}"
    remedy = (
        f"mend the record of {record.date} under 'corrections' of source {source.source}; nothing of {day} was applied"
    )
    return UnreadableError("wrong_correction", f"correction of {place}: {said}", remedy)


def note(source: Source, record: Correction) -> str:
    """What the ledger and ``explain`` say of a correction; names of people are not shown."""
    change = "" if _is_personal(source, record.column) else f" '{record.was}' -> '{record.now}'"
    return f"{row_of_note(record.row)}{record.column}{change} ({record.reason}; {record.author}, {record.date})"


def row_of_note(row: object) -> str:
    """How a note on a row begins."""
    return f"row {row} corrected: "


def _is_personal(source: Source, column: str) -> bool:
    return any(
        column in given.columns and TABLES[entry.table].by_name[name].personal
        for entry in source.tables
        for name, given in entry.columns.items()
    )
