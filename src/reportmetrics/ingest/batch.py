"""Reading a batch of deliveries: text rows, grouped by source, sheet and header.

Files of one source mostly share their header, so a batch of hundreds of small files becomes a few frames, and each
later step is one statement a table instead of one a file.

Belongs here: opening files and fitting mappings to headers. Not here: what cells mean, what is stored.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from reportmetrics.ingest.archive import Kept
from reportmetrics.ingest.by_value import number_columns, with_numbers_told
from reportmetrics.ingest.chunks import constant_columns
from reportmetrics.ingest.forms import contrary_lines, refusal_of_form, unit_of_form
from reportmetrics.ingest.grouped import GroupRows
from reportmetrics.ingest.guard import unguarded
from reportmetrics.ingest.landing import is_ahead
from reportmetrics.ingest.mapping import Fit, fit, lacking_columns, unknown_columns
from reportmetrics.ingest.readers.archived import read_archived
from reportmetrics.ingest.readers.base import Sheet, Spool, UnreadableError, sheet_schema
from reportmetrics.ingest.readers.encoding import SEEMS_UTF8
from reportmetrics.ingest.readers.records import NoRecordsError
from reportmetrics.ingest.readers.returned import strange_sheets
from reportmetrics.profile.intake import FORM_REPORT, RETURNED, form_sources, is_returned, reads_forms, written_here
from reportmetrics.profile.intake import sheets as intake_sheets
from reportmetrics.profile.sources import FileDate, Source, sheet_of
from reportmetrics.warehouse.notes import UNKNOWN_COLUMNS, joined, naming


@dataclass(frozen=True, slots=True)
class Taken:
    """A delivery with its place in the ledger. ``known_from`` is the file's; a row may state its own."""

    kept: Kept
    file_seq: int
    known_from: dt.datetime


@dataclass(frozen=True, slots=True)
class Refusal:
    """A table that a delivery could not fill, and why."""

    taken: Taken
    table: str
    sheet: str | None
    why: UnreadableError


_GroupKey = tuple[str, str | None, tuple[str, ...], str | None]


@dataclass(slots=True)
class Group:
    """Rows of all sheets of a batch with the same source, sheet name, header and epoch of day numbers.

    ``rows`` has ``rid`` (0, 1, ...), ``file_seq``, the columns of ``Sheet.rows``, and ``fact_<name>`` per fact.
    ``row_left`` is why a row does not count, null when it does; ``left``: there may be such rows.
    ``numbers`` are columns with ``n0``, ``n1``, ... beside them: whether the cell is a number, not the text of one.
    ``lacking`` are columns that no record has, where the records have no header.
    ``bare``: no cell of them has blanks at its ends. ``files`` has a row for each file in place of its rows.
    """

    number: int
    source: Source
    sheet: str | None
    header: tuple[str, ...]
    epoch: str | None
    fits: list[Fit]
    unknown: list[str]
    lacking: list[str]
    numbers: tuple[int, ...] = ()
    rows: GroupRows = field(default_factory=GroupRows)
    files: GroupRows = field(default_factory=GroupRows)
    bare: bool = True
    left: bool = False


@dataclass(slots=True)
class Batch:
    """Everything that a batch of deliveries held, as text. ``units``: whose each entry form is, by ``file_seq``."""

    taken: list[Taken]
    groups: list[Group]
    refusals: list[Refusal]
    notes: dict[tuple[int, str], str]
    units: dict[int, str] = field(default_factory=dict)

    def note(self, file_seq: int, table: str, said: str) -> None:
        """Say something more on the ledger's line of a delivery and table."""
        before = self.notes.get((file_seq, table))
        self.notes[file_seq, table] = joined([said] if before is None else [said, before])


def read_batch(deliveries: Iterable[Taken], sources: Sequence[Source] = ()) -> Batch:
    """Open the files of a batch. What cannot be read becomes a refusal for each table that it should fill.

    ``sources`` are those of the profile, by which it is known whose a sheet of a returned workbook is.
    """
    known = {sheet for name, _, sheet in intake_sheets(sources) if name.endswith(f".{RETURNED}")}
    batch = Batch([], [], [], {})
    groups: dict[_GroupKey, Group] = {}
    refused: dict[_GroupKey, list[tuple[str, UnreadableError]]] = {}
    for taken in deliveries:
        batch.taken.append(taken)
        source = taken.kept.found.source
        opened = _sheets(taken)
        if source in form_sources():
            unit = unit_of_form(opened)
            batch.units |= {} if unit is None else {taken.file_seq: unit}
            opened = _asked_of_form(source, opened)
        elif reads_forms(source):
            opened = {n: contrary_lines(s) if isinstance(s, Sheet) else s for n, s in opened.items()}
        absent = {n for n, s in opened.items() if isinstance(s, UnreadableError) and s.code == "missing_sheet"}
        renamed = strange_sheets(taken.kept.path, known) if is_returned(source) and absent else []
        for name, sheet in opened.items():
            tables = [t for t in source.tables if sheet_of(source, t) == name]
            if is_returned(source) and name in absent and len(absent) < len(opened):
                # A returned workbook has the sheets on which something was refused: one of them at least.
                if not renamed:
                    continue
                sheet = _perhaps_renamed(name, renamed)
            nothing = isinstance(sheet, NoRecordsError) and any(t.per == "file" for t in tables)
            sheet = _NO_RECORDS if nothing else sheet
            if isinstance(sheet, UnreadableError):
                batch.refusals += [Refusal(taken, t.table, name, sheet) for t in tables]
                continue
            # A returned workbook has the cells as they were sent, whichever workbook or text that was.
            epoch = None if is_returned(source) else sheet.epoch
            key = (source.source, name, sheet.header, epoch)
            if key not in groups:
                groups[key], refused[key] = _group(len(groups), source, name, sheet.header, epoch)
            group = groups[key]
            for part in sheet.parts():
                group.rows.add(
                    _placed(taken, replace(sheet, held=part), group.numbers), spool=isinstance(sheet.held, Spool)
                )
            if any(t.per == "file" for t in tables):
                group.files.add(_placed(taken, _AS_A_WHOLE))
            group.bare &= sheet.bare
            group.left |= sheet.left is not None
            per_row = {t.table for t in tables if nothing and t.per != "file"}
            misread = [note for note in sheet.notes if SEEMS_UTF8 in note]
            batch.refusals += [
                Refusal(taken, t, name, _also_said(why, misread)) for t, why in refused[key] if t not in per_row
            ]
            said = [*sheet.notes]
            if group.lacking:
                said.append(_LACKING + ", ".join(group.lacking[:40]))
            if group.unknown:
                names = ", ".join(group.unknown[:40])
                said.append(naming(UNKNOWN_COLUMNS, names))
            if said:
                batch.notes |= {(taken.file_seq, t.table): joined(said) for t in tables}
    batch.groups = list(groups.values())
    return batch


_AS_A_WHOLE = Sheet("", (), pl.DataFrame({"source_row": [None], "row_fault": [None]}, schema=sheet_schema(0)))
"""One row that stands for a file."""
_LACKING = "columns that no record of the file has, of which what was told before stays: "
_NO_RECORDS = Sheet("", (), pl.DataFrame(schema=sheet_schema(0)))


def _perhaps_renamed(name: str | None, there: Sequence[str]) -> UnreadableError:
    shown = ", ".join(f"'{t}'" for t in there)
    return UnreadableError(
        "missing_sheet",
        f"sheet '{name}' is missing, and {shown} of the workbook holds rows to mend under a name that nobody reads",
        "give the sheets the names again with which the workbook went out, and send it again",
    )


def _also_said(why: UnreadableError, notes: Sequence[str]) -> UnreadableError:
    """A column may be missing since its name was read in the wrong encoding."""
    return UnreadableError(why.code, "; ".join((why.message, *notes)), why.remedy) if notes else why


def _sheets(taken: Taken) -> dict[str | None, Sheet | UnreadableError]:
    found = taken.kept.found
    source = found.source
    wanted: Sequence[str | None] = list(dict.fromkeys(sheet_of(source, t) for t in source.tables))
    if found.facts is None:
        said = f"the name '{found.path.name}' does not fit the pattern {source.facts}"
        return dict.fromkeys(
            wanted, UnreadableError("unknown_name", said, "rename the file as agreed and send it again")
        )
    if isinstance(source.known_from, FileDate) and found.dated is None:
        said = f"the name '{found.path.name}' gives no date like {source.known_from.file_date}"
        return dict.fromkeys(wanted, UnreadableError("name_without_date", said, "correct the date in the file's name"))
    if is_ahead(found, taken.kept.arrived_at):
        # As the name has it: the day in the mission's zone may be another one than that of the instant.
        said = f"the name '{found.path.name}' states {found.facts['file_date']}, a day that had not come when it did"
        return dict.fromkeys(wanted, UnreadableError("name_ahead", said, "correct the date in the file's name"))
    # Whose a form is stands on its sheet with the report, also for the source that reads its answers only.
    read = list(dict.fromkeys([*wanted, FORM_REPORT])) if source in form_sources() else wanted
    try:
        return read_archived(taken.kept.path, source, read)
    except UnreadableError as why:
        return dict.fromkeys(wanted, why)


def _asked_of_form(
    source: Source, opened: Mapping[str | None, Sheet | UnreadableError]
) -> dict[str | None, Sheet | UnreadableError]:
    """The sheets of a form that its source reads; in place of its report the reason for which it is refused."""
    wanted = {sheet_of(source, t) for t in source.tables}
    sheets = {name: sheet for name, sheet in opened.items() if name in wanted}
    refusal = refusal_of_form(sheets)
    return sheets if refusal is None else {**sheets, FORM_REPORT: refusal}


def _group(
    number: int, source: Source, sheet: str | None, header: tuple[str, ...], epoch: str | None
) -> tuple[Group, list[tuple[str, UnreadableError]]]:
    fits: list[Fit] = []
    refused: list[tuple[str, UnreadableError]] = []
    for entry in source.tables:
        if sheet_of(source, entry) != sheet:
            continue
        try:
            fits.append(fit(entry, header))
        except UnreadableError as why:
            refused.append((entry.table, why))
    unknown = unknown_columns(source, sheet, header)
    numbers = number_columns(source, sheet, header)
    lacking = lacking_columns(fits) if source.reader in ("json", "ndjson") else []
    return Group(number, source, sheet, header, epoch, fits, unknown, lacking, numbers), refused


def _placed(taken: Taken, sheet: Sheet, numbers: Sequence[int] = ()) -> pl.DataFrame:
    facts = taken.kept.found.facts or {}
    source = taken.kept.found.source
    names = set(_fact_names(source))
    rows = unguarded(sheet.rows) if written_here(source) else sheet.rows
    rows = with_numbers_told(rows, numbers) if numbers else rows
    said = {"file_seq": taken.file_seq, **{f"fact_{n}": facts.get(n) for n in sorted(names)}}
    rows = rows.hstack(constant_columns(rows, said))
    if sheet.left is None:
        return rows.hstack(constant_columns(rows, {"row_left": None}))
    return rows.with_columns(sheet.left.cast(pl.String).alias("row_left"))


def _fact_names(source: Source) -> Iterable[str]:
    return (g.fact for t in source.tables for g in t.columns.values() if g.fact is not None)
