"""What must hold of the format of a date or time, so that what it reads is what was written.

Belongs here: formats that name no whole moment, and codes whose meaning is not certain. Not here: reading (``ingest``).

A format is read by DuckDB where it is of cells, and by Python where it is of a file's name. What one of them passes
over or understands otherwise is refused, since it would be another day or hour in silence.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Set

from reportmetrics.profile.reading import Problem
from reportmetrics.profile.sources import SERIAL_EPOCHS

_DIRECTIVES = re.compile(r"%(.)?")
_EXAMPLE = dt.datetime(2021, 11, 23, 17, 5, 9, tzinfo=dt.UTC)
_UTC_NAMES = ("UTC", "Etc/UTC", "GMT", "Etc/GMT", "Zulu", "Etc/Zulu", "UCT", "Etc/UCT")
_SAID_ZONE = re.compile(r"(?<![A-Za-z])(Z|UTC|GMT)(?![A-Za-z])|(?<!\d)[+-]\d\d(:?\d\d)?(?!\d)")
"""A zone that is written out beside the codes of a format."""

_WHOLE_TIMES = frozenset("HTXR")
_TIMES = frozenset("IMSfp")
"""Codes that tell a part of a time, of which the hour of the day must be known."""


def format_problems(file: str, key: str, pattern: str, *, whole: bool = True, timed: bool = True) -> Iterator[Problem]:
    """A format must be one that strptime reads back, or the number of days of a workbook.

    It holds a ``whole`` date, or at least the year where the first or last day of some time is asked for. ``timed``:
    its time counts too, and not the day alone.
    """
    if pattern in SERIAL_EPOCHS:
        return
    found = {m.group(1) or "" for m in _DIRECTIVES.finditer(pattern)}
    if "Z" in found:
        said = f"'{pattern}' has the name of a zone (%Z), of which it is not certain what time it means"
        remedy = (
            "use %z for an offset, such as +01:00; or write the name out as it stands in all cells, with 'timezone'"
        )
        yield Problem(file, key, said, remedy)
        return
    if found & {"c", "x"}:
        said = f"'{pattern}' has a code that each program writes in its own way (%c, %x)"
        yield Problem(file, key, said, "write the date out, such as %d/%m/%Y")
        return
    try:
        back = dt.datetime.strptime(_EXAMPLE.strftime(pattern), pattern)
    except (ValueError, re.error) as error:
        yield Problem(file, key, f"'{pattern}' is not a date format ({error})", "use strptime codes, such as %d/%m/%Y")
        return
    yield from _date_problems(file, key, pattern, back, found, whole=whole)
    if timed and found & _TIMES and back.hour != _EXAMPLE.hour:
        remedy = "it needs the hour of the day: %H, or %I together with %p"
        yield Problem(file, key, f"'{pattern}' does not tell morning from afternoon", remedy)


def zone_problems(file: str, key: str, pattern: str, zone: str | None) -> Iterator[Problem]:
    """A zone that a format writes out says nothing to its reader, which takes ``zone``, or the mission's (None)."""
    codes = {m.group(1) or "" for m in _DIRECTIVES.finditer(pattern)}
    found = _SAID_ZONE.search(_DIRECTIVES.sub("\0", pattern)) if codes & (_TIMES | _WHOLE_TIMES) else None
    said = found[0] if found else ""
    is_utc = not said.strip("Z+-0:UTCGM")
    if not said or (is_utc and zone in _UTC_NAMES):
        return
    remedies = ["write 'timezone: UTC' for the column"] if is_utc else []
    remedies += ["write %z in its place"] if said[0] in "+-" else []
    taken = "the mission's zone" if zone is None else zone
    message = f"'{pattern}' says '{said}', and its times would be taken as those of {taken}"
    yield Problem(file, key, message, ", or ".join(remedies))


def _date_problems(
    file: str, key: str, pattern: str, back: dt.datetime, found: Set[str], *, whole: bool
) -> Iterator[Problem]:
    if back.year != _EXAMPLE.year:
        yield Problem(file, key, f"'{pattern}' gives no year", "it needs the year, such as %B %Y")
    elif whole and (back.month, back.day) != (_EXAMPLE.month, _EXAMPLE.day):
        remedy = "it needs year, month and day, such as %Y-%m-%d; or say 'first_day_of' or 'last_day_of'"
        yield Problem(file, key, f"'{pattern}' gives no whole date", remedy)
    elif _has_weekday_beside_week(found):
        number = "%u (1 for Monday)" if "V" in found else "%w (0 for Sunday)"
        said = f"'{pattern}' has the day of the week in a form that is passed over beside the number of a week"
        yield Problem(file, key, said, f"have the day sent as {number}, or as a date")


def _has_weekday_beside_week(found: Set[str]) -> bool:
    """DuckDB takes the first day of the week in place of any weekday that is not the number of that week's kind."""
    if not found & {"U", "W", "V"} or "j" in found or ("d" in found and found & {"m", "b", "B"}):
        return False
    return bool(found & set("aAuw")) and ("u" if "V" in found else "w") not in found
