"""What must hold of ``events`` of a mapping, judged against the canonical table.

Belongs here: mistakes that can be seen without a file to read. Not here: other parts of a mapping (``source_rules``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reportmetrics.profile.format_rules import format_problems, zone_problems
from reportmetrics.profile.reading import Problem
from reportmetrics.profile.rules import unknown_id
from reportmetrics.profile.shapes import several
from reportmetrics.profile.sources import Event, Events, FromColumn, Source, TableMap
from reportmetrics.warehouse.shape import Column, Table


def event_problems(
    file: str, key: str, source: Source, entry: TableMap, table: Table, ids: Mapping[str, set[str]]
) -> Iterator[Problem]:
    """Mistakes in what events tell, and in how their records are recognised."""
    events = entry.events
    if events is None:
        if source.known_from == "event":
            yield Problem(
                file, "known_from", "without 'events' no row has a time of its own", "use 'arrival' or a column"
            )
        return
    if isinstance(source.known_from, FromColumn):
        yield Problem(file, "known_from", "an event is known when it happens or arrives", "use 'event' or 'arrival'")
    if not events.time.candidates or not events.time.formats:
        yield Problem(file, f"{key}.events.time", "a time without column or format", "give 'from' and 'format'")
    for pattern in events.time.formats:
        yield from format_problems(file, f"{key}.events.time.format", pattern)
        yield from zone_problems(file, f"{key}.events.time.format", pattern, events.time.timezone)
    for name in sorted(set(events.columns) & set(entry.columns)):
        said = f"column '{name}' is told both by events and by 'columns'"
        yield Problem(file, f"{key}.columns.{name}", said, "keep one of the two; an event can 'set' a first value")
    if table.name == "report" and "withdrawn_at" in events.timed:
        yield from _half_undone(file, f"{key}.events.means", events)
    for name, event in events.means.items():
        yield from _one_event(file, f"{key}.events.means.{name}", event, table, ids)


def _half_undone(file: str, key: str, events: Events) -> Iterator[Problem]:
    """A report that is not withdrawn has no moment at which it was (rule ``withdrawn_or_not``)."""
    for name, event in events.means.items():
        if event.set.get("withdrawn", "").strip().lower() == "false" and "withdrawn_at" not in event.clear:
            said = "the event says that a report is not withdrawn and leaves 'withdrawn_at': it would always be refused"
            yield Problem(file, f"{key}.{name}", said, "add clear: [withdrawn_at]")


def _one_event(file: str, key: str, event: Event, table: Table, ids: Mapping[str, set[str]]) -> Iterator[Problem]:
    if not event.columns:
        yield Problem(file, key, "the event tells nothing", "give 'at', 'set' or 'clear', or leave it to 'others'")
    for name in event.columns:
        if name not in table.by_name:
            yield unknown_id(file, key, f"column of table '{table.name}'", name, table.by_name)
        elif event.columns.count(name) > 1:
            yield Problem(file, key, f"the event tells '{name}' twice", "keep one")
    for name in several(event.at):
        column = table.by_name.get(name)
        if column is not None and column.type not in ("date", "timestamp"):
            yield Problem(file, f"{key}.at", f"'{name}' is no date or time", "use 'set' for other columns")
    for name, value in event.set.items():
        column = table.by_name.get(name)
        if column is not None:
            yield from _value(file, f"{key}.set.{name}", column, value, ids)


def _value(file: str, key: str, column: Column, value: str, ids: Mapping[str, set[str]]) -> Iterator[Problem]:
    allowed = set(column.codes) or (ids.get(column.refers) if column.refers else None)
    if allowed is not None and value not in allowed:
        yield unknown_id(file, key, f"value of '{column.name}'", value, allowed)
    if not value.strip():
        yield Problem(file, key, "an empty value", "list the column under 'clear'")
