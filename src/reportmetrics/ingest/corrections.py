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

from reportmetrics.ingest.archive import fingerprint
from reportmetrics.ingest.corrected_rows import corrected_rows
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
from reportmetrics.ingest.readers.base import Sheet, UnreadableError
from reportmetrics.ingest.sidecars import Sidecar
from reportmetrics.profile.corrections import Correction
from reportmetrics.profile.intake import corrected_name, corrected_source
from reportmetrics.profile.sources import FileDate, Source, sheet_of

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
    path.write_bytes(kept_cells(corrected_rows(source, file, records, archive, before=before)))
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
