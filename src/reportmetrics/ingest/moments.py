"""SQL that turns a cell with a date or a time into canonical text, from the declared formats, zone and spans.

Belongs here: formats, day numbers, zones, and why a moment cannot be meant. Not here: cells of other types (``text``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from reportmetrics.ingest.reasons import (
    FIRST_YEAR,
    FROM_1900_MARK,
    FROM_1904_MARK,
    LAST_YEAR,
    NEVER_MARK,
    SKIPPED_MARK,
    YEAR_MARK,
)
from reportmetrics.profile.sources import SERIAL_EPOCHS, ColumnMap

_NO_OFFSET = r"[+-](1[5-9]|[2-9]\d)(:?\d\d)*"
"""An offset from UTC beyond all that are in use, which go from -12 to +14 hours."""

_PARTS = re.compile(r"%(.)|(\s+)|(.)", re.DOTALL)
_NAMES = frozenset("aAbBp")

_OFFSET = r" *[+-]\d\d(:?\d\d){0,2}$"

INSTANT = "%Y-%m-%d %H:%M:%S.%f UTC"
"""How the Parquet reader writes a moment that has no zone of its own: what its day is depends on where one asks."""

_SPANS = {"week": "6 DAY", "month": "1 MONTH", "quarter": "3 MONTH", "year": "1 YEAR"}


def _day_of(day: str, given: ColumnMap) -> str:
    """The first or last day of the week, month, quarter or year that a day is in, where the mapping asks for it."""
    if given.first_day_of is not None:
        return f"date_trunc('{given.first_day_of}', {day})"
    if given.last_day_of is None:
        return day
    start, length = f"date_trunc('{given.last_day_of}', {day})", _SPANS[given.last_day_of]
    return f"{start} + INTERVAL {length}" + ("" if given.last_day_of == "week" else " - INTERVAL 1 DAY")


def moment(
    cell: str, formats: Sequence[str], zone: str, given: ColumnMap, epoch: str | None, *, whole_day: bool
) -> str:
    """Canonical text of a date (``whole_day``) or an instant.

    What is written as agreed and cannot be meant is marked with the reason; see ``reasons``. ``epoch`` is the format of
    day numbers that the workbook itself states. Of a local time that the clocks showed twice, the later one counts.
    """
    other = next((f for f in formats if f in SERIAL_EPOCHS and epoch not in (None, f)), None)
    formats = [f for f in formats if f != other]
    tries, skipped = [], []
    for text in formats:
        read = _in_range(_read(cell, text))
        if "%z" in text.replace("%%", ""):
            tries.append(_day_written(cell, text, read) if whole_day else f"timezone('UTC', {read})")
        elif text == INSTANT:
            tries.append(f"timezone('{zone}', timezone('UTC', {read}))" if whole_day else read)
        elif whole_day or zone == "UTC":
            tries.append(read)
        else:
            at = f"timezone('{zone}', {read})"
            tries.append(f"CASE WHEN timezone('{zone}', {at}) = {read} THEN timezone('UTC', {at}) END")
            skipped.append(f"{read} IS NOT NULL")
    found = f"coalesce({', '.join(tries)})" if len(tries) > 1 else [*tries, "CAST(NULL AS TIMESTAMP)"][0]
    as_type = "DATE" if whole_day else "TIMESTAMP"
    found = _day_of(found, given)
    why = []
    if other is not None and epoch not in formats:
        why.append((_is_day(cell), FROM_1904_MARK if other == "excel-1900" else FROM_1900_MARK))
    if "excel-1900" in formats:
        why.append((f"{_is_day(cell)} AND {_is_the_29th(cell)}", NEVER_MARK))
    why += [(each, SKIPPED_MARK) for each in skipped]
    why += [(f"{_read(cell, text)} IS NOT NULL", YEAR_MARK) for text in formats]
    whens = " ".join(f"WHEN {reason} THEN '{mark}'" for reason, mark in why)
    mark = f"CASE {whens} ELSE chr(26) END" if whens else "chr(26)"
    return f"coalesce(CAST(CAST({found} AS {as_type}) AS VARCHAR), {mark} || {cell})"


def _in_range(moment: str) -> str:
    """A moment in a year that can be meant, so that 6/25/14 is no day of the year 14."""
    return f"CASE WHEN year({moment}) BETWEEN {FIRST_YEAR} AND {LAST_YEAR} THEN {moment} END"


def _read(cell: str, text: str) -> str:
    """A local time by a strptime format, or from a workbook's number of days since its epoch."""
    if text not in SERIAL_EPOCHS:
        read = f"try_strptime({cell}, {_quoted(text)})"
        offset = _bad_offset(text)
        return read if offset is None else f"CASE WHEN NOT regexp_matches({cell}, {_quoted(offset)}) THEN {read} END"
    number = f"try_cast({cell} AS DOUBLE)"
    seconds = f"CAST(round({number} * 86400) AS BIGINT)"
    plain = _is_day(cell)
    if text == "excel-1900":
        # The days before the one that never was are counted from a day later.
        plain = f"{plain} AND NOT {_is_the_29th(cell)}"
        seconds = f"{seconds} + CASE WHEN {number} < 60 THEN 86400 ELSE 0 END"
    return f"CASE WHEN {plain} THEN TIMESTAMP '{SERIAL_EPOCHS[text]}' + to_seconds({seconds}) END"


def _bad_offset(text: str) -> str | None:
    """A pattern of cells whose offset nobody uses; None where the format has no offset.

    At the end of a cell it is known by its form. Elsewhere it is what follows all that stands before it in the format,
    since a year or a day may look like one.
    """
    if text.endswith("%z"):
        return f"{_NO_OFFSET}$"
    before = ""
    for part in _PARTS.finditer(text):
        code, blank, other = part.groups()
        if code == "z":
            return f"^{before}{_NO_OFFSET}"
        if code is None:
            before += r"\s*" if blank else re.escape(other)
        elif code == "X":
            before += r"\d+:\d+:\d+"
        else:
            before += "%" if code == "%" else r"\pL+" if code in _NAMES else r"\d+"
    return None


def _day_written(cell: str, text: str, read: str) -> str:
    """The day that stands in a cell with an offset, which may be another one in UTC: logs write days as midnights."""
    local = f"try_strptime(regexp_replace({cell}, '{_OFFSET}', ''), {_quoted(text.removesuffix('%z').rstrip())})"
    return f"CASE WHEN {read} IS NOT NULL THEN CAST({local} AS DATE) END"


def _is_day(cell: str) -> str:
    return f"regexp_full_match({cell}, '\\d{{1,6}}(\\.\\d+)?')"


def _is_the_29th(cell: str) -> str:
    """Of February 1900, a day that workbooks count and that never was."""
    return f"(try_cast({cell} AS DOUBLE) BETWEEN 60 AND 60.999999999)"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
