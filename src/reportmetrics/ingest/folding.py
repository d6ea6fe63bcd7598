"""Rows of an event log made facts: what each tells of its record, to be compared with what the event told before.

Rows of one file that tell of the same event of a record are one. In the columns that it does not tell, a row holds what
is known of its record with all that its delivery tells, so that it may be checked as a whole.

Belongs here: what is stored of an event. Not here: what an event tells (``events``), which of a record's events count
(``warehouse.told_state``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import duckdb

from reportmetrics.ingest.events import CLEARED
from reportmetrics.ingest.readers.base import BAD_MARK, UNTIMED
from reportmetrics.ingest.tells import mapped_columns
from reportmetrics.ingest.text import literal
from reportmetrics.profile.sources import TableMap
from reportmetrics.warehouse.keys import row_key
from reportmetrics.warehouse.shape import SQL_TYPES, Rule, Table
from reportmetrics.warehouse.store import has_rows
from reportmetrics.warehouse.told import (
    EVENT_COLUMNS,
    FACT,
    MOMENT,
    MOMENT_PLACE,
    PLACES,
    STANDING,
    STANDS_FROM,
    STANDS_IN,
    STANDS_ROW,
    STANDS_SEQ,
    TELLS,
    WAS,
    bit,
    is_ahead,
)
from reportmetrics.warehouse.told_state import Mixed, mixed_sql, state_sql

_EVENT = ", ".join(EVENT_COLUMNS)
_STANDING = ", ".join(STANDING)
_OF_A_FILE = f"row_key, row_fault IS NULL, {STANDS_SEQ}"
_WORD = re.compile(r"\w+")


def fold(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    entry: TableMap,
    *,
    own_time: bool,
    ends_may_precede: bool,
) -> None:
    """Make the rows of ``mapped_rows`` facts, with which columns each tells.

    ``mapped_rows`` must hold the rows of one delivery. ``own_time``: an event is known from its time, and else from the
    delivery's. ``ends_may_precede``: an end before its start means zero.

    A required column may be told by a later event: the rows of a delivery are one message. An event that cannot be,
    such as a decision before the request was raised, is left to itself: it is refused later, and what else is told of
    the record does not suffer for it.
    """
    names = [c.name for c in table.columns]
    mapped = [n for n in names if n in {*mapped_columns(entry), *table.key}]  # nothing stands in the others
    quoted = [f'"{n}"' for n in names]
    rules = () if ends_may_precede else table.rules
    note = _NOTE.format(
        table=table.name,
        of_the_files=_WITH_THE_FILES if has_rows(connection, "first_place") else "FROM moved",
        row_key=row_key(table, {0: entry.key or table.key}),
        since=f"coalesce({'try_cast(event_at AS TIMESTAMP), ' if own_time else ''}p.{STANDS_FROM}, d.known_from)",
        merged=", ".join(_merged(n) for n in mapped),
        names=", ".join(quoted),
        core=_stored(table, "keyed"),
        first=", ".join(f'min(CAST("{n}" AS VARCHAR)) AS "{n}"' for n in _required(table)) or "NULL AS nothing_told",
        begun=", ".join(_begun(n) for n in _required(table)) or "NULL AS nothing_begun",
        moved=_moved(table) if ends_may_precede else MOMENT,
        contrary=_contrary(rules),
        alone=_alone(table, rules),
        tells=" | ".join(_tells(table, n, _good(n)) for n in mapped),
        meant=" | ".join(_tells(table, n, f'"{n}"') for n in mapped),
    )
    connection.execute(note)
    asked = f"{TELLS}, {MOMENT}, {WAS}, {STANDS_SEQ}"
    rows = " UNION ALL ".join(f"SELECT {asked} FROM {name}" for name in ("noted", f"core.{table.name}"))
    [(tells, corrected, mended)] = connection.execute(mixed_sql(f"({rows})")).fetchall()
    fill = _FILL.format(
        known=", ".join(f"CAST({n} AS VARCHAR) AS {n}" for n in quoted),
        core=_stored(table, "noted"),
        own=", ".join(f'nullif("{n}", {CLEARED}) AS "{n}"' if n in mapped else f'"{n}"' for n in names),
        after=state_sql(table, "facts", Mixed(frozenset(tells), corrected, mended)),
        whole=", ".join(_whole(n) if n in mapped else f'a."{n}"' for n in names),
    )
    connection.execute(fill)
    connection.execute("DROP TABLE noted")


_WITH_THE_FILES = "FROM moved UNION ALL BY NAME FROM of_the_file UNION ALL BY NAME FROM still_refused"
"""Mended rows are looked at among what their files told; the history is not gone through for others."""

_NOTE = f"""
CREATE OR REPLACE TEMP TABLE noted AS
WITH keyed AS (
    SELECT
        m.* EXCLUDE (content, {TELLS}), {{row_key}} AS row_key, {{since}} AS since,
        p.* EXCLUDE (grp, file_seq, source_row)
        REPLACE (CASE WHEN p.{STANDS_FROM} IS NOT NULL THEN {{since}} END AS {STANDS_FROM})
    FROM mapped_rows AS m JOIN delivery AS d USING (file_seq)
    LEFT JOIN first_place AS p USING (grp, file_seq, source_row)
),
first AS (
    SELECT row_key, {{first}} FROM {{core}} GROUP BY row_key
),
begun AS (
    SELECT k.*, {{begun}} FROM keyed AS k LEFT JOIN first AS f USING (row_key)
),
moved AS (
    SELECT * REPLACE ({{moved}} AS {MOMENT}) FROM begun
),
of_the_file AS (
    -- A mended row is one more of the file that it was sent in first, among what that one told.
    SELECT
        row_key, {MOMENT}, {MOMENT_PLACE} % {PLACES} AS {MOMENT_PLACE}, {STANDS_IN} AS {STANDS_SEQ},
        coalesce({STANDS_ROW}, source_row) AS {STANDS_ROW}
    FROM (
        SELECT row_key, {MOMENT}, {MOMENT_PLACE}, file_seq, source_row, {_STANDING} FROM {{core}} AND {WAS} IS NULL
        UNION ALL
        SELECT row_key, {MOMENT}, {MOMENT_PLACE}, file_seq, source_row, {_STANDING} FROM repeated
        WHERE table_name = '{{table}}' AND row_key IN (SELECT row_key FROM keyed)
    )
    WHERE {STANDS_IN} IN (SELECT {STANDS_SEQ} FROM first_place) AND {MOMENT} IS NOT NULL
),
still_refused AS (
    SELECT
        r.subject_key AS row_key, r.{MOMENT}, r.file_seq AS {STANDS_SEQ}, r.source_row AS {STANDS_ROW},
        r.code AS row_fault
    FROM reject AS r
    ANTI JOIN (
        FROM of_the_file UNION ALL BY NAME SELECT {STANDS_SEQ}, {STANDS_ROW} FROM first_place
    ) AS mended ON mended.{STANDS_SEQ} = r.file_seq AND mended.{STANDS_ROW} = r.source_row
    WHERE r.table_name = '{{table}}' AND r.file_seq IN (SELECT {STANDS_SEQ} FROM first_place)
),
placed AS (
    SELECT
        * EXCLUDE (goes_back, refused) REPLACE (
            CAST({MOMENT_PLACE} + {PLACES} * least({PLACES}, count(*) FILTER (goes_back) OVER moment) AS INTEGER)
            AS {MOMENT_PLACE}
        )
    FROM (
        SELECT
            *,
            {MOMENT_PLACE} < lag({MOMENT_PLACE}) OVER moment
            -- One that is refused may have told otherwise in between, at the same moment.
            OR ({MOMENT_PLACE} = lag({MOMENT_PLACE}) OVER moment AND refused > lag(refused) OVER moment) AS goes_back
        FROM (
            SELECT
                *,
                count(*) FILTER (row_fault IS NOT NULL) OVER (
                    PARTITION BY row_key, {STANDS_SEQ}, {MOMENT} ORDER BY {STANDS_ROW}, row_id
                )
                + count(*) FILTER (row_fault IS NOT NULL AND {MOMENT} IS NULL) OVER (
                    PARTITION BY row_key, {STANDS_SEQ} ORDER BY {STANDS_ROW}, row_id
                ) AS refused
            FROM ({{of_the_files}})
        )
        WINDOW moment AS (PARTITION BY {_OF_A_FILE}, {MOMENT} ORDER BY {STANDS_ROW}, row_id)
    )
    WINDOW moment AS (PARTITION BY {_OF_A_FILE}, {MOMENT} ORDER BY {STANDS_ROW}, row_id)
    QUALIFY row_id IS NOT NULL
),
merged AS (
    SELECT * REPLACE ({{merged}})
    FROM placed
    WINDOW one AS (
        PARTITION BY {FACT}, {_OF_A_FILE} ORDER BY row_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
),
judged AS (
    SELECT whole.*, {{contrary}} AS contrary FROM (SELECT m AS whole{{alone}} FROM merged AS m)
)
SELECT
    *, CASE WHEN NOT contrary AND row_fault IS NULL THEN {{tells}} ELSE 0 END AS {TELLS},
    CASE WHEN row_fault IS NULL OR starts_with(row_fault, {literal(UNTIMED)}) THEN {{meant}} ELSE -1 END AS meant,
    hash({{names}}, row_fault, {_EVENT}, {is_ahead("since")}) AS content
FROM judged
"""

_FILL = f"""
CREATE OR REPLACE TEMP TABLE mapped_rows AS
WITH stored AS (
    SELECT row_key, known_from, file_seq, source_row, content, {TELLS}, {_EVENT}, {_STANDING}, {{known}} FROM {{core}}
),
facts AS (
    FROM stored
    UNION ALL BY NAME
    SELECT
        row_key, since AS known_from, file_seq, source_row, content, {TELLS}, {_EVENT}, {_STANDING}, {{own}}
    FROM noted WHERE NOT contrary AND row_fault IS NULL AND {MOMENT} IS NOT NULL
),
after AS ({{after}})
SELECT
    -- A sound row tells what it is meant to tell; of one that will be refused it is noted, -1 where nobody knows.
    n.row_id, n.part, n.grp, n.file_seq, n.source_row, n.row_fault, n.event_at, n.meant AS {TELLS}, n.content,
    {", ".join(f"n.{name}" for name in EVENT_COLUMNS)}, {{whole}}
FROM noted AS n LEFT JOIN after AS a USING (row_key)
"""


def _stored(table: Table, rows: str) -> str:
    """What core holds of the records that ``rows`` tell of."""
    return f"core.{table.name} WHERE row_key IN (SELECT row_key FROM {rows})"


def _required(table: Table) -> list[str]:
    return [c.name for c in table.columns if c.required]


def _good(name: str) -> str:
    return f'CASE WHEN row_fault IS NULL AND NOT starts_with("{name}", {literal(BAD_MARK)}) THEN "{name}" END'


def _merged(name: str) -> str:
    """What the row says, or else what one above it says of the same event."""
    return f'coalesce("{name}", last_value({_good(name)} IGNORE NULLS) OVER one) AS "{name}"'


def _begun(name: str) -> str:
    """What the record must have, as it was told first."""
    good = _good(name).replace(f'"{name}"', f'k."{name}"')
    return f'least(min({good}) OVER (PARTITION BY k.row_key), f."{name}") AS "{name} begun"'


def _moved(table: Table) -> str:
    """The moment of an event; where it ends a wait before its start, that of the start."""
    pairs = [r.end_and_start for r in table.rules if r.end_and_start is not None]
    starts = [
        f'CASE WHEN try_cast("{end}" AS TIMESTAMP) = {MOMENT} THEN try_cast("{start} begun" AS TIMESTAMP) END'
        for end, start in pairs
        if table.by_name[start].required
    ]
    return f"CASE WHEN {MOMENT} IS NOT NULL THEN greatest({', '.join([MOMENT, *starts])}) END"


def _contrary(rules: Sequence[Rule]) -> str:
    """Whether what a row tells by itself breaks a rule of the table."""
    return " OR ".join(f"coalesce({r.violated}, false)" for r in rules) or "false"


def _alone(table: Table, rules: Sequence[Rule]) -> str:
    """What a row tells by itself of the columns that the rules are about, with what must be told as first told."""
    required = _required(table)
    asked = {word for r in rules for word in _WORD.findall(r.violated)}
    return "".join(
        f', try_cast(m."{c.name}{" begun" if c.name in required else ""}" AS {SQL_TYPES[c.type]}) AS "{c.name}"'
        for c in table.columns
        if c.name in asked
    )


def _tells(table: Table, name: str, told: str) -> str:
    """The bit of a column where something is told of it."""
    return f"CASE WHEN ({told}) IS NOT NULL THEN {bit(table, name)} ELSE 0 END"


def _whole(name: str) -> str:
    """The row's own text, which may be marked as bad, or what is known of the record."""
    own = f'n."{name}"'
    return f'CASE WHEN {own} IS NULL THEN a."{name}" ELSE nullif({own}, {CLEARED}) END AS "{name}"'
