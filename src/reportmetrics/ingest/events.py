"""Event logs: rows that each tell one thing of a record, folded into what is known of the record.

An event changes only what it tells of; all else stays as it was known, whichever source had told it. So a request that
a register has described may be decided by an event. Events count in the order of their times, in whatever order and
in which files they come; see ``warehouse.told_state``.

Belongs here: what an event tells. Not here: folding (``folding``), which rows are new or repeat what is known
(``verdicts``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reportmetrics.ingest.readers.base import BAD_MARK, UNTIMED
from reportmetrics.ingest.reasons import without_marks
from reportmetrics.ingest.shaping import Shape, missing, position
from reportmetrics.ingest.text import Reading, alike, canonical, entered, literal, whens
from reportmetrics.profile.intake import before_column
from reportmetrics.profile.shapes import several
from reportmetrics.profile.sources import ColumnMap, Events, TableMap
from reportmetrics.warehouse.shape import Column
from reportmetrics.warehouse.told import PLACES

CLEARED = "chr(24)"
"""Text of a column that an event empties (CANCEL), until it is folded."""

_EVENT, _TIME = '"(event)"', '"(time)"'
_EVENT_BEFORE, _TIME_BEFORE = '"(event before)"', '"(time before)"'
_AT = Column("event_at", "timestamp", "when the event happened")


@dataclass(frozen=True, slots=True)
class EventFit:
    """``events`` of a mapping fitted to a header: SQL of event and time, and the file's names of both.

    ``before`` is the SQL of what both were before a correction; empty in files that were sent.
    """

    given: Events
    event: str
    time: str
    event_label: str
    time_label: str
    before: tuple[str, ...] = ()


def fit_events(entry: TableMap, shape: Shape, header: Sequence[str]) -> EventFit | None:
    """Find the columns of event and time. Raises ``UnreadableError`` when one is missing."""
    if entry.events is None:
        return None
    cells, labels = [], []
    for candidates in (several(entry.events.event), entry.events.time.candidates):
        made = next((shape.made[c] for c in candidates if c in shape.made), None)
        at = position(candidates, header)
        if made is None and at is None:
            raise missing(candidates, header)
        cells.append(made or f"c{at}")
        labels.append(candidates[0] if at is None else header[at])
    told = [position([before_column(label)], header) for label in labels]
    before = () if None in told else tuple(f"c{at}" for at in told)
    return EventFit(entry.events, cells[0], cells[1], labels[0], labels[1], before)


def cells(fitted: EventFit) -> list[str]:
    """The inner columns that the others of this module need: event and time as they were entered."""
    blank = ColumnMap(value="")
    pairs = [(_EVENT, _TIME, fitted.event, fitted.time)]
    pairs += [(_EVENT_BEFORE, _TIME_BEFORE, *fitted.before)] if len(fitted.before) == 2 else []
    return [
        cell
        for event, time, event_cell, time_cell in pairs
        for cell in (f"{entered(event_cell, blank)} AS {event}", f"{entered(time_cell, fitted.given.time)} AS {time}")
    ]


def told(fitted: EventFit, column: Column, reading: Reading) -> str | None:
    """SQL of what the event of a row tells of a column, null when nothing; None when no event tells of it."""
    if column.name not in fitted.given.columns:
        return None
    time = canonical('"(time)"', column, fitted.given.time, reading)
    tells = []
    for name, event in fitted.given.means.items():
        if column.name in several(event.at):
            tells.append((name, time))
        elif column.name in event.set:
            tells.append((name, literal(event.set[column.name])))
        elif column.name in event.clear:
            tells.append((name, CLEARED))
    return f"CASE {_name(fitted)} {whens(tells, ignore_case=fitted.given.ignore_case)} END"


def happened(fitted: EventFit, reading: Reading, time: str = _TIME) -> str:
    """SQL of the event's time as canonical text."""
    return canonical(time, _AT, fitted.given.time, reading)


def moments(fitted: EventFit, reading: Reading) -> list[str]:
    """SQL of ``EVENT_COLUMNS``: time and place in the mapping of the event, and of what it was before a correction."""
    pairs = [(_EVENT, _TIME), *([(_EVENT_BEFORE, _TIME_BEFORE)] if fitted.before else [])]
    return [sql for pair in pairs for sql in _moment(fitted, reading, *pair)] + ["NULL"] * (4 - 2 * len(pairs))


def _moment(fitted: EventFit, reading: Reading, event: str, time: str) -> tuple[str, str]:
    place = f"CASE {_name(fitted, event)} {_places(fitted)} ELSE {len(fitted.given.means)} END"
    return f"try_cast({happened(fitted, reading, time)} AS TIMESTAMP)", f"least({place}, {PLACES - 1})"


def fault(fitted: EventFit, reading: Reading) -> str:
    """SQL of the fault of a row as a whole: its event has no meaning, or its time is bad and no column takes it."""
    said = f"{literal(BAD_MARK)} || coalesce('the event ''' || left(\"(event)\", 100) || '''', 'a blank event') || "
    said += "' is not in the mapping of the source'"
    unknown = "" if fitted.given.others == "keep" else f"WHEN {_unknown(_name(fitted), fitted)} THEN {said} "
    timed = [name for name, event in fitted.given.means.items() if event.at]
    untaken = _is_none_of(_name(fitted), fitted, timed) if timed else "true"
    bad = f"{literal(UNTIMED)} || '''' || coalesce(left({without_marks(_TIME)}, 100), '') || "
    bad += "''' is not a time in the agreed format'"
    return (
        f"CASE WHEN row_fault IS NOT NULL THEN row_fault {unknown}"
        f"WHEN {_TIME} IS NULL THEN {literal(UNTIMED + 'nothing is entered')} "
        f"WHEN {untaken} AND try_cast({happened(fitted, reading)} AS TIMESTAMP) IS NULL THEN {bad} END"
    )


def not_counted(fitted: EventFit) -> str | None:
    """SQL of a condition on the raw cells under which a row does not count; None when all do."""
    if fitted.given.others != "drop":
        return None
    name = entered(fitted.event, ColumnMap(value=""))
    name = f"lower({name})" if fitted.given.ignore_case else name
    return _unknown(name, fitted)


def _name(fitted: EventFit, event: str = _EVENT) -> str:
    return f"lower({event})" if fitted.given.ignore_case else event


def _unknown(name: str, fitted: EventFit) -> str:
    return _is_none_of(name, fitted, fitted.given.means)


def _places(fitted: EventFit) -> str:
    """SQL of the place of each event in the mapping, as cases."""
    return whens(
        ((name, str(place)) for place, name in enumerate(fitted.given.means)), ignore_case=fitted.given.ignore_case
    )


def _is_none_of(name: str, fitted: EventFit, names: Iterable[str]) -> str:
    listed = (sql for each in names for sql in alike(each, ignore_case=fitted.given.ignore_case))
    return f"coalesce({name} NOT IN ({', '.join(listed)}), true)"
