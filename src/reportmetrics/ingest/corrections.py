"""Corrections of cells: rows of files that were taken in before, told again with what the profile's records say.

For each file and each day on which something in it was corrected there is one delivery: the corrected rows, under their
own row numbers, as kept cells (``readers.archived``). So a correction stands in the ledger like anything else that came
in, the file that was sent stays as it was, and the archive is enough to make the warehouse again.

Belongs here: which deliveries the records make. Not here: what a corrected row means (as any other row).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import zoneinfo
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import polars as pl

from reportmetrics.ingest.archive import fingerprint
from reportmetrics.ingest.correction_files import (
    FORGOTTEN_ITSELF,
    Deliveries,
    File,
    deliveries_of,
    files_of,
    why_missing,
)
from reportmetrics.ingest.landing import Found, facts_of_name
from reportmetrics.ingest.readers.archived import kept_cells, read_archived
from reportmetrics.ingest.readers.base import Sheet, UnreadableError, unmarked
from reportmetrics.ingest.sidecars import Sidecar
from reportmetrics.ingest.text import BLANKS
from reportmetrics.profile.corrections import Correction
from reportmetrics.profile.intake import before_column, corrected_name, corrected_source
from reportmetrics.profile.shapes import several
from reportmetrics.profile.sources import FileDate, Source, sheet_of
from reportmetrics.warehouse.tables import TABLES

_ROW_GONE = "is not there; rows of the file were forgotten: take the record out of the profile, it may hold a name"
"""What is said of a record whose row is not in a file of which rows were forgotten."""

_LOST = (
    "rows of the corrections of {day} were forgotten, and nothing of that day comes again; "
    "give a new record a later date"
)

_BEFORE = ", before"
"""Ending of the name of rows as they stand before a correction."""


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery of corrections that was not taken in yet. ``known_from`` is None where that is its arrival.

    ``before`` holds the same rows as they stand until then; their file is known ``since`` (naive UTC). ``records`` are
    those of its day.
    """

    found: Found
    known_from: dt.datetime | None
    before: Found
    since: dt.datetime
    records: tuple[Correction, ...]


@dataclass(slots=True)
class Corrections:
    """What the records make: deliveries to take in, those that are known already, and, in words, what found no file."""

    due: list[Due]
    known: list[tuple[Found, str]]
    waiting: list[str]


def corrections_of(
    connection: duckdb.DuckDBPyConnection,
    sources: Sequence[Source],
    archive: Path,
    scratch: Path,
    zone: zoneinfo.ZoneInfo,
) -> Corrections:
    """The corrections of ``sources``, by day; what is due is written below ``scratch``."""
    found = Corrections([], [], [])
    if not any(source.corrections for source in sources):
        return found
    making = _Making(deliveries_of(connection, archive), archive, scratch, zone, found)
    for source in sources:
        records_of: dict[str, tuple[list[File], list[Correction]]] = {}
        for prefix in dict.fromkeys(c.file for c in source.corrections):
            files = files_of(connection, archive, source.source, prefix)
            if len({f.sha256 for f in files}) != 1:
                said = "more than one file begins so" if files else why_missing(connection, source.source, prefix)
                found.waiting.append(f"{_of(source, prefix)}: {said}")
                continue
            # A file of which rows were forgotten may be named by several hashes.
            records_of.setdefault(files[0].sha256, (files, []))[1].extend(
                c for c in source.corrections if c.file == prefix
            )
        for files, records in records_of.values():
            for file in files:
                making.of_file(source, file, records)
    found.due.sort(key=lambda d: d.found.name[-len("2022-01-31)") :])
    found.waiting[:] = dict.fromkeys(found.waiting)
    return found


def _of(source: Source, file: str) -> str:
    return f"correction of {file} in source {source.source}"


@dataclass(frozen=True, slots=True)
class _Making:
    """Makes the deliveries of one file after the other, and adds them to what was ``found``."""

    there: Deliveries
    archive: Path
    scratch: Path
    zone: zoneinfo.ZoneInfo
    found: Corrections

    def of_file(self, source: Source, file: File, records: Sequence[Correction]) -> None:
        """The corrections of one file."""
        records = self._of_rows_that_are_there(source, file, records) if file.lost else records
        forgotten = self.there.forgotten_days(corrected_source(source).source, file)
        for day, until in _days(records):
            if day in forgotten:
                self._wait(source, until[-1], FORGOTTEN_ITSELF)
            elif (corrected_source(source).source, corrected_name(file.name, day), _stamp(until)) not in (
                self.there.glimpsed
            ):
                self._of_day(source, file, until, [r for r in until if r.date not in forgotten])

    def _of_day(self, source: Source, file: File, records: Sequence[Correction], left: Sequence[Correction]) -> None:
        """The corrections of the last day of ``records``; ``left`` are those that were not forgotten by themselves."""
        day, stamp = records[-1].date, _stamp(records)
        one, known, sidecar = self._delivery(source, file, records)
        place = (one.source.source, one.name)
        if sidecar is not None and sidecar.forgotten is not None:
            self._wait(source, records[-1], FORGOTTEN_ITSELF)
        elif sidecar is not None or fingerprint(one.path) in self.there.lost.get(place, ()):
            self.found.known.append((one, known))
        elif place in self.there.lost:
            self._wait(source, records[-1], _LOST.format(day=day))
        else:
            if len(left) < len(records):  # what was known by all its records was not made anew without some of them
                one, known, _ = self._delivery(source, file, left, stamp)
            self.there.made[known] = file.sha256
            before = self._write(source, file, left, stamp, before=True)
            told = tuple(r for r in left if r.date == day)
            moment = _known_from(source, file, day, self.zone)
            self.found.due.append(Due(one, moment, before, file.known_from, told))

    def _delivery(
        self, source: Source, file: File, records: Sequence[Correction], stamp: int | None = None
    ) -> tuple[Found, str, Sidecar | None]:
        one = self._write(source, file, records, _stamp(records) if stamp is None else stamp)
        return self.there.find(one, fingerprint(one.path), file)

    def _write(
        self, source: Source, file: File, records: Sequence[Correction], stamp: int, *, before: bool = False
    ) -> Found:
        return _written(source, file, records, self.archive, self.scratch, stamp, before=before)

    def _of_rows_that_are_there(self, source: Source, file: File, records: Sequence[Correction]) -> list[Correction]:
        """Those whose row was not forgotten; the others are named."""
        wanted = list(dict.fromkeys(sheet_of(source, t) for t in source.tables))
        try:
            read = read_archived(self.archive / file.sha256, source, wanted)
        except (UnreadableError, OSError):
            return list(records)  # said where they are applied
        there = {name: set(s.rows["source_row"]) for name, s in read.items() if isinstance(s, Sheet)}
        kept = []
        for record in records:
            if any(record.sheet in (None, name) and record.row in rows for name, rows in there.items()):
                kept.append(record)
            else:
                self._wait(source, record, f"row {record.row} {_ROW_GONE}")
        return kept

    def _wait(self, source: Source, record: Correction, said: str) -> None:
        self.found.waiting.append(f"{_of(source, record.file)}: {said}")


def _days(corrections: Sequence[Correction]) -> Iterator[tuple[dt.date, list[Correction]]]:
    """For each day, the corrections up to then."""
    ordered = sorted(corrections, key=lambda c: c.date)
    for day in dict.fromkeys(c.date for c in ordered):
        yield day, [c for c in ordered if c.date <= day]


def _stamp(records: Sequence[Correction]) -> int:
    """Tells records from others, as the time of change tells a file from what it was: so nothing is read in vain."""
    text = "\n".join(r.model_dump_json() for r in records)
    return int(hashlib.sha256(text.encode()).hexdigest()[:15], 16)


def _written(
    source: Source,
    file: File,
    records: Sequence[Correction],
    archive: Path,
    scratch: Path,
    stamp: int,
    *,
    before: bool = False,
) -> Found:
    """The rows that are corrected on the last day of ``records``; as they stand ``before`` that day, where asked."""
    name = corrected_name(file.name, records[-1].date) + (_BEFORE if before else "")
    scratch.mkdir(parents=True, exist_ok=True)
    path = scratch / f"{file.sha256[:12]}-{stamp:x}{'.before' if before else ''}.cells"
    path.write_bytes(kept_cells(_corrected(source, file, records, archive, before=before)))
    derived = corrected_source(source)
    facts = facts_of_name(derived, Path(name.removesuffix(_BEFORE)).name)
    return _stamped(Found(derived, path, name, 0, stamp, facts, None, file.sha256))


def _stamped(found: Found) -> Found:
    os.utime(found.path, ns=(found.modified_ns, found.modified_ns))
    stat = found.path.stat()
    return replace(found, size=stat.st_size, modified_ns=stat.st_mtime_ns)


def refused(due: Due, why: UnreadableError) -> Found:
    """The same delivery with nothing but the reason why it cannot be taken in."""
    tables = due.found.source.tables
    due.found.path.write_bytes(kept_cells({sheet_of(due.found.source, t): why for t in tables}))
    return _stamped(due.found)


def _known_from(source: Source, file: File, day: dt.date, zone: zoneinfo.ZoneInfo) -> dt.datetime | None:
    """A declared backfill states when its files were known, and so do its corrections: by their day."""
    if not isinstance(source.known_from, FileDate):
        return None
    midnight = dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC).replace(tzinfo=None)
    return max(midnight, file.known_from)


def _corrected(
    source: Source, file: File, records: Sequence[Correction], archive: Path, *, before: bool
) -> dict[str | None, Sheet | UnreadableError]:
    """The corrected rows by sheet, or for all sheets why the records cannot be applied."""
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
