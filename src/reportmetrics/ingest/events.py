"""Event logs: rows that each tell one thing of a record, folded into what is known of the record.

An event changes only what it tells of; all else stays as it was known, whichever source had told it. So a request that
a register has described may be decided by an event. Events of a delivery count in the order of their times.

Belongs here: what an event tells, and folding. Not here: which rows are new or repeat what is known (``verdicts``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from reportmetrics.ingest.readers.base import BAD_MARK
from reportmetrics.ingest.shaping import Shape, missing, position
from reportmetrics.ingest.text import Reading, canonical, entered, literal
from reportmetrics.profile.shapes import several
from reportmetrics.profile.sources import ColumnMap, Events, TableMap
from reportmetrics.warehouse.shape import SQL_TYPES, Column, Table
from reportmetrics.warehouse.told import SO_FAR, bit, last_told

_CLEARED = "chr(24)"
"""Text of a column that an event empties (CANCEL), until it is folded."""

_AT = Column("event_at", "timestamp", "when the event happened")


@dataclass(frozen=True, slots=True)
class EventFit:
    """``events`` of a mapping fitted to a header: SQL of event and time, and the latter's name."""

    given: Events
    event: str
    time: str
    time_label: str


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
    return EventFit(entry.events, cells[0], cells[1], labels[1])


def cells(fitted: EventFit) -> list[str]:
    """The inner columns that the others of this module need: event and time as they were entered."""
    blank = ColumnMap(value="")
    return [
        f'{entered(fitted.event, blank)} AS "(event)"',
        f'{entered(fitted.time, fitted.given.time)} AS "(time)"',
    ]


def told(fitted: EventFit, column: Column, reading: Reading) -> str | None:
    """SQL of what the event of a row tells of a column, null when nothing; None when no event tells of it."""
    if column.name not in fitted.given.columns:
        return None
    time = canonical('"(time)"', column, fitted.given.time, reading)
    whens = []
    for name, event in fitted.given.means.items():
        if column.name in several(event.at):
            whens.append((name, time))
        elif column.name in event.set:
            whens.append((name, literal(event.set[column.name])))
        elif column.name in event.clear:
            whens.append((name, _CLEARED))
    fold = str.lower if fitted.given.ignore_case else str
    cases = " ".join(f"WHEN {literal(fold(name))} THEN {sql}" for name, sql in whens)
    return f"CASE {_name(fitted)} {cases} END"


def happened(fitted: EventFit, reading: Reading) -> str:
    """SQL of the event's time as canonical text."""
    return canonical('"(time)"', _AT, fitted.given.time, reading)


def unknown_event(fitted: EventFit) -> str:
    """SQL of the fault of a row whose event has no meaning, null for the others."""
    if fitted.given.others == "keep":
        return "row_fault"
    said = f"{literal(BAD_MARK)} || coalesce('the event ''' || left(\"(event)\", 100) || '''', 'a blank event') || "
    said += "' is not in the mapping of the source'"
    unknown = f"coalesce({_name(fitted)} NOT IN ({_names(fitted)}), true)"
    return f"CASE WHEN row_fault IS NULL AND {unknown} THEN {said} ELSE row_fault END"


def not_counted(fitted: EventFit) -> str | None:
    """SQL of a condition on the raw cells under which a row does not count; None when all do."""
    if fitted.given.others != "drop":
        return None
    name = entered(fitted.event, ColumnMap(value=""))
    name = f"lower({name})" if fitted.given.ignore_case else name
    return f"coalesce({name} NOT IN ({_names(fitted)}), true)"


def _name(fitted: EventFit) -> str:
    return 'lower("(event)")' if fitted.given.ignore_case else '"(event)"'


def _names(fitted: EventFit) -> str:
    fold = str.lower if fitted.given.ignore_case else str
    return ", ".join(literal(fold(n)) for n in fitted.given.means)


def fold(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    fitted: EventFit,
    key: Sequence[str],
    *,
    own_time: bool,
    ends_may_precede: bool,
    content: str,
) -> None:
    """Make each row of ``mapped_rows`` what is known of its record once its event has happened.

    ``mapped_rows`` must hold the rows of one delivery. ``own_time``: an event is known from its time, and else from the
    delivery's. ``ends_may_precede``: an end before its start means zero. ``content`` is the SQL of the hash of a row.
    What was known before comes from core, as it was known at that moment. A time that is told again replaces the one
    told before; what an event sets does not undo what a later one has set. A required column may be told by a later
    event: the rows of a delivery are one message. An event that cannot be, such as a decision before the request was
    raised, is left to itself: it is refused later, and what else is told of the record does not suffer for it.
    """
    parts = ", '|', ".join(f"coalesce(\"{n}\", '')" for n in key)
    times = [c.name for c in table.columns if any(c.name in several(e.at) for e in fitted.given.means.values())]
    names = [c.name for c in table.columns]
    statement = _FOLD.format(
        table=table.name,
        row_key=f"left(md5(concat({literal(table.name + '|')}, {parts})), 20)",
        since="coalesce(try_cast(event_at AS TIMESTAMP), d.known_from)" if own_time else "d.known_from",
        own=", ".join(f'm."{n}"' for n in names),
        states=", ".join(f'{last_told(table, n)} AS "{n}"' for n in names),
        window=SO_FAR,
        known=", ".join(f'CAST(c."{n}" AS VARCHAR) AS "{n}"' for n in names),
        bits=" | ".join(_tells(table, c) for c in table.columns),
        latest=", ".join(f"try_cast({_known(n)} AS TIMESTAMP)" for n in times) or "NULL",
        repeats=" AND ".join(f'("{n}" IS NULL OR coalesce("{n}" IN ({_CLEARED}, {_known(n)}), false))' for n in times)
        or "true",
        tells=" OR ".join(f'coalesce("{n}" <> {_CLEARED}, false)' for n in times) or "false",
        begun=", ".join(f'min({_good(n)}) OVER (PARTITION BY row_key) AS "{n} begun"' for n in _required(table)),
        contrary="false" if ends_may_precede else _contrary(table),
        effective=", ".join(_effective(c.name, fitted, times) for c in table.columns),
        folded=", ".join(_folded(c) for c in table.columns),
        finished=", ".join(f'{_finished(c)} AS "{c.name}"' for c in table.columns),
        content=content,
    )
    connection.execute(statement)


_FOLD = """
CREATE OR REPLACE TEMP TABLE mapped_rows AS
WITH keyed AS (
    SELECT
        m.* EXCLUDE (row_id, content, tells),
        row_number() OVER (ORDER BY try_cast(event_at AS TIMESTAMP) NULLS FIRST, row_id) AS row_id,
        {row_key} AS row_key,
        {since} AS since
    FROM mapped_rows AS m JOIN delivery AS d USING (file_seq)
),
state AS (
    SELECT row_key, known_from, file_seq, {states}
    FROM core.{table} WHERE row_key IN (SELECT row_key FROM keyed)
    WINDOW {window}
),
everything AS (
    SELECT m.row_id, m.row_key, m.since, m.file_seq, m.row_fault, m.event_at, {own} FROM keyed AS m
    UNION ALL
    SELECT NULL, c.row_key, c.known_from, c.file_seq, NULL, NULL, {known} FROM state AS c
),
placed AS (
    SELECT *, count(*) FILTER (WHERE row_id IS NULL) OVER in_order AS segment, {begun}
    FROM everything
    WINDOW in_order AS (
        PARTITION BY row_key ORDER BY since, file_seq, row_id NULLS FIRST
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
),
aged AS (
    -- Whether the record has been told of a later event, or of this very one.
    SELECT
        *,
        segment > 0 AND row_id IS NOT NULL
        AND (coalesce(try_cast(event_at AS TIMESTAMP) < greatest({latest}), false) OR (({tells}) AND {repeats})) AS old,
        row_id IS NOT NULL AND {contrary} AS contrary
    FROM placed
    WINDOW so_far AS (
        PARTITION BY row_key, segment ORDER BY since, file_seq, row_id NULLS FIRST
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
),
effective AS (
    SELECT row_id, row_key, since, file_seq, row_fault, contrary, segment, {effective}
    FROM aged
    WINDOW so_far AS (
        PARTITION BY row_key, segment ORDER BY since, file_seq, row_id NULLS FIRST
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
),
folded AS (
    SELECT row_id, row_key, since, file_seq, {bits} AS own, {folded}
    FROM effective
    WINDOW
        so_far AS (
            PARTITION BY row_key, segment ORDER BY since, file_seq, row_id NULLS FIRST
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ),
        record AS (PARTITION BY row_key)
),
together AS (
    -- Of the events of one moment the last one is stored, which holds what the others told.
    SELECT *, bit_or(own) OVER (PARTITION BY row_key, since, file_seq ORDER BY row_id) AS tells
    FROM folded WHERE row_id IS NOT NULL
),
finished AS (
    SELECT
        k.row_id, k.part, k.grp, k.file_seq, k.source_row, k.row_fault, k.event_at, f.tells,
        {finished}
    FROM keyed AS k JOIN together AS f USING (row_id)
)
SELECT *, {content} AS content FROM finished
"""


def _known(name: str) -> str:
    """What was known of a column before the delivery; a record that is not in core yet has none."""
    return f'CASE WHEN segment > 0 THEN first_value("{name}") OVER so_far END'


def _effective(name: str, fitted: EventFit, times: Sequence[str]) -> str:
    if name in times or name not in fitted.given.columns:
        own = f'"{name}"'
        if name in times and any(name in e.clear for e in fitted.given.means.values()):
            own = f"CASE WHEN NOT (old AND {own} = {_CLEARED}) OR {own} IS NULL THEN {own} END"
        return f'{own} AS "{name}"'
    return f'CASE WHEN NOT (old AND {_known(name)} IS NOT NULL) THEN "{name}" END AS "{name}"'


def _required(table: Table) -> list[str]:
    return [c.name for c in table.columns if c.required]


def _good(name: str) -> str:
    return f'CASE WHEN row_fault IS NULL AND NOT starts_with("{name}", {literal(BAD_MARK)}) THEN "{name}" END'


def _contrary(table: Table) -> str:
    """Whether what a row tells by itself breaks a rule of the table, with what the record must have as first told."""
    if not table.rules:
        return "false"
    required = _required(table)
    alone = ", ".join(
        f'try_cast(placed."{c.name}{" begun" if c.name in required else ""}" AS {SQL_TYPES[c.type]}) AS "{c.name}"'
        for c in table.columns
    )
    return f"(SELECT {' OR '.join(f'coalesce({r.violated}, false)' for r in table.rules)} FROM (SELECT {alone}))"


def _folded(column: Column) -> str:
    """The row's own text, which may be marked as bad, or the last good one."""
    name = f'"{column.name}"'
    good = f"CASE WHEN NOT contrary THEN {_good(column.name)} END"
    later = f", min({good}) OVER record" if column.required else ""
    return f"coalesce({name}, last_value({good} IGNORE NULLS) OVER so_far{later}) AS {name}"


def _tells(table: Table, column: Column) -> str:
    """The bit of a column that the row itself tells, be it that it is empty, or that a later event of the log does."""
    good = f"CASE WHEN NOT contrary THEN {_good(column.name)} END"
    first = f" OR last_value({good} IGNORE NULLS) OVER so_far IS NULL" if column.required else ""
    return f"CASE WHEN ({good}) IS NOT NULL{first} THEN {bit(table, column.name)} ELSE 0 END"


def _finished(column: Column) -> str:
    """Numbers are written as core has them, so that what repeats is seen to repeat."""
    text = f'nullif(f."{column.name}", {_CLEARED})'
    if column.type != "number":
        return text
    return f"coalesce(CAST(try_cast({text} AS DOUBLE) AS VARCHAR), {text})"
