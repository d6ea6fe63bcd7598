"""Events of a delivery folded into what is known of their records.

An event that happened before the last one that told of the same column tells nothing of it, whichever came first. Of
events of one moment, the later row of a delivery counts, and of two deliveries what stands later in the mapping. What a
register told settles the events that had told of the column by then. A row that leaves the record as it was repeats the
row that told it, be it a register's.

Belongs here: folding. Not here: what an event tells (``events``), how a record is read from core (``warehouse.told``).
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from reportmetrics.ingest.events import CLEARED, EventFit
from reportmetrics.ingest.readers.base import BAD_MARK
from reportmetrics.ingest.text import literal
from reportmetrics.profile.shapes import several
from reportmetrics.profile.sources import TableMap
from reportmetrics.warehouse.shape import SQL_TYPES, Column, Table
from reportmetrics.warehouse.told import (
    MOMENTS,
    NEWEST,
    SETTLED,
    SO_FAR,
    bit,
    is_late,
    last_told,
    moment_of,
    with_newest,
)


def fold(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    entry: TableMap,
    fitted: EventFit,
    *,
    own_time: bool,
    ends_may_precede: bool,
    content: str,
) -> None:
    """Make each row of ``mapped_rows`` what is known of its record once its event has happened.

    ``mapped_rows`` must hold the rows of one delivery. ``own_time``: an event is known from its time, and else from the
    delivery's. ``ends_may_precede``: an end before its start means zero. ``content`` is the SQL of the hash of a row.
    What was known before comes from core, as it was known at that moment.

    What no event has told of, a register has: there an event counts whose time is not before the times that it knows.
    An event dated after it became known counts until another one tells of the same. A required column may be told by a
    later event: the rows of a delivery are one message. An event that cannot be, such as a decision before the request
    was raised, is left to itself: it is refused later, and what else is told of the record does not suffer for it.
    """
    key = entry.key or table.key
    parts = ", '|', ".join(f"coalesce(\"{n}\", '')" for n in key)
    vary = {n for n, given in entry.columns.items() if given.value is None} | set(fitted.given.columns)
    times = [c.name for c in table.columns if any(c.name in several(e.at) for e in fitted.given.means.values())]
    names = [c.name for c in table.columns]
    statement = _FOLD.format(
        table=table.name,
        row_key=f"left(md5(concat({literal(table.name + '|')}, {parts})), 20)",
        since="coalesce(try_cast(event_at AS TIMESTAMP), d.known_from)" if own_time else "d.known_from",
        own=", ".join(f'm."{n}"' for n in names),
        core=with_newest(table, f"core.{table.name} WHERE row_key IN (SELECT row_key FROM keyed)"),
        states=", ".join(f'{last_told(table, n)} AS "{n}"' for n in names),
        window=SO_FAR,
        known=", ".join(f'CAST(c."{n}" AS VARCHAR) AS "{n}"' for n in names),
        standing=", ".join(f'first_value("{n}") OVER so_far AS "{n} known"' for n in fitted.given.columns),
        bits=" | ".join(_tells(table, c) for c in table.columns),
        latest=", ".join(_by_register(table, n) for n in times) or "NULL",
        repeats=" AND ".join(f'("{n}" IS NULL OR coalesce("{n}" IN ({CLEARED}, "{n} known"), false))' for n in times)
        or "true",
        tells=" OR ".join(f'coalesce("{n}" <> {CLEARED}, false)' for n in times) or "false",
        begun=", ".join(f'min({_good(n)}) OVER (PARTITION BY row_key) AS "{n} begun"' for n in _required(table)),
        contrary="false" if ends_may_precede else _contrary(table),
        effective=", ".join(_effective(table, n, fitted, times) for n in names),
        moments=", ".join(_moment(table, n) if n in vary - {*key} else "NULL" for n in names),
        folded=", ".join(_folded(c) for c in table.columns),
        finished=", ".join(f'{_finished(c)} AS "{c.name}"' for c in table.columns),
        columns=", ".join(f'f."{n}"' for n in names),
        content=content,
    )
    connection.execute(statement)


_FOLD = f"""
CREATE OR REPLACE TEMP TABLE mapped_rows AS
WITH keyed AS (
    SELECT
        m.* EXCLUDE (row_id, content, tells, {MOMENTS}),
        {MOMENTS}[1] AS moment,
        {MOMENTS}[2] AS was,
        d.known_from + INTERVAL 1 DAY AS horizon,
        row_number() OVER (ORDER BY try_cast(event_at AS TIMESTAMP) NULLS FIRST, row_id) AS row_id,
        {{row_key}} AS row_key,
        {{since}} AS since
    FROM mapped_rows AS m JOIN delivery AS d USING (file_seq)
),
state AS (
    SELECT row_key, known_from, file_seq, content, {NEWEST}, {SETTLED}, {{states}}
    FROM ({{core}})
    WINDOW {{window}}
),
everything AS (
    SELECT
        m.row_id, m.row_key, m.since, m.file_seq, m.row_fault, m.event_at,
        -- Of one moment, a row counts after those above it.
        max(m.moment) OVER (PARTITION BY m.row_key, m.event_at ORDER BY m.row_id) AS moment, m.was, m.horizon,
        coalesce(try_cast(m.event_at AS TIMESTAMP) > m.horizon, false) AS ahead, CAST(NULL AS BIGINT[]) AS {NEWEST},
        CAST(NULL AS BIGINT[]) AS {SETTLED}, NULL AS held, {{own}}
    FROM keyed AS m
    UNION ALL
    SELECT
        NULL, c.row_key, c.known_from, c.file_seq, NULL, NULL, NULL, NULL, NULL, false, {NEWEST}, {SETTLED},
        c.content, {{known}}
    FROM state AS c
),
placed AS (
    SELECT *, count(*) FILTER (WHERE row_id IS NULL) OVER in_order AS segment, {{begun}}
    FROM everything
    WINDOW in_order AS (
        PARTITION BY row_key ORDER BY since, file_seq, row_id NULLS FIRST
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
),
standing AS (
    -- What was known of the record before the delivery, and when the events happened that told of it.
    SELECT
        * REPLACE (first_value({NEWEST}) OVER so_far AS {NEWEST}, first_value({SETTLED}) OVER so_far AS {SETTLED}),
        {{standing}}
    FROM placed
    WINDOW so_far AS (
        PARTITION BY row_key, segment ORDER BY since, file_seq, row_id NULLS FIRST
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
),
aged AS (
    -- Whether a register knows of a later time, or of this very event.
    SELECT
        *,
        segment > 0 AND row_id IS NOT NULL
        AND (coalesce(try_cast(event_at AS TIMESTAMP) < greatest({{latest}}), false) OR (({{tells}}) AND {{repeats}}))
        AS old,
        row_id IS NOT NULL AND {{contrary}} AS contrary
    FROM standing AS placed
),
effective AS (
    SELECT
        row_id, row_key, since, file_seq, row_fault, moment, ahead, contrary, segment, held, {NEWEST}, {{effective}}
    FROM aged
),
folded AS (
    SELECT
        row_id, row_key, since, file_seq, segment, row_fault, held, {{bits}} AS own, [{{moments}}] AS {MOMENTS},
        {{folded}}
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
    SELECT
        * EXCLUDE (own),
        bit_or(own) OVER (PARTITION BY row_key, since, file_seq, row_id IS NULL ORDER BY row_id) AS tells
    FROM folded
),
finished AS (
    SELECT * REPLACE ({{finished}}) FROM together AS f
),
hashed AS (
    SELECT *, {{content}} AS content FROM finished
),
compared AS (
    -- What leaves the record as it was repeats the row that told it, be it one of a register.
    SELECT * REPLACE (
        CASE WHEN segment > 0 AND content = first_value(content) OVER so_far THEN first_value(held) OVER so_far
        ELSE content END AS content
    )
    FROM hashed
    WINDOW so_far AS (
        PARTITION BY row_key, segment ORDER BY since, file_seq, row_id NULLS FIRST
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
)
SELECT
    k.row_id, k.part, k.grp, k.file_seq, k.source_row, k.row_fault, k.event_at, f.tells, f.{MOMENTS}, {{columns}},
    f.content
FROM keyed AS k JOIN compared AS f USING (row_id)
"""


def _by_register(table: Table, name: str) -> str:
    """A time that no event told, unless it lies ahead: such a time holds up nothing."""
    known = f'try_cast("{name} known" AS TIMESTAMP)'
    return f"CASE WHEN {moment_of(table, name, NEWEST)} IS NULL AND {known} <= horizon THEN {known} END"


def _effective(table: Table, name: str, fitted: EventFit, times: Sequence[str]) -> str:
    """What the event of a row tells of a column, null where it is late. What is at fault stays, to be refused."""
    own, noted = f'"{name}"', moment_of(table, name, NEWEST)
    late = f"({is_late(table, name, 'moment')}) AND NOT ahead"
    if name in fitted.given.columns:
        undoes = f"{own} = {CLEARED}" if name in times else f'"{name} known" IS NOT NULL'
        late = f"({late}) OR (coalesce({noted} = moment, true) AND old AND {undoes})"
    corrected = f"coalesce({noted} = was, false)"
    stays = f"contrary OR {corrected} OR starts_with({own}, {literal(BAD_MARK)})"
    return f"CASE WHEN {stays} OR NOT coalesce({late}, false) THEN {own} END AS {own}"


def _moment(table: Table, name: str) -> str:
    """When the last event happened that told of a column. One that lies ahead holds up nothing."""
    told = f"CASE WHEN NOT contrary AND NOT ahead AND ({_good(name)}) IS NOT NULL THEN moment END"
    return f"greatest({moment_of(table, name, NEWEST)}, max({told}) OVER so_far)"


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
    text = f'nullif(f."{column.name}", {CLEARED})'
    if column.type != "number":
        return text
    return f"coalesce(CAST(try_cast({text} AS DOUBLE) AS VARCHAR), {text})"
