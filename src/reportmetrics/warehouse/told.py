"""What is known of a record that several rows tell of together: registers that tell other columns, events of a log.

Core holds what was told and when it became known; what a record is, is made of that anew each time, so it depends
neither on the order in which files came nor on how rows fall into files. A register that has no column for the decision
does not undo what an event log told of it, nor does last year's form undo what this year's asks for. So core notes for
a row which columns it tells, where others of its table tell more, and for one of an event log when its event happened.

Of each column counts:

* of registers, the last one that tells it, in the order of ``IN_ORDER``;
* of events, those first told after that register's row and newer than all that had told of the column by then, since
  what a register tells settles what was told before. An event that the register knows of already (the same time in the
  event's own column) tells nothing, nor does one that is older than what the register knows of the event's columns;
* of these events the one that happened last. Of events of one moment counts what stands later in the file, and of
  several files what stands later in the mapping.

An event dated after it became known counts until a newer one than those known by then is told, and holds up nothing.
A corrected event takes the place of what it was.

Belongs here: the notes, and SQL of the state. Not here: which columns a source tells (``ingest.tells``).
"""

from __future__ import annotations

from collections.abc import Iterable

from reportmetrics.warehouse.shape import Column, Table

TELLS = "tells"
"""Column of core beside the declared ones: a bit for each column that the row itself tells, null when it tells all.

The row of an event holds in the other columns what was known of its record when it came, for checks to look at.
"""

MOMENT, MOMENT_PLACE, WAS, WAS_PLACE = "moment", "moment_place", "was", "was_place"

EVENT_COLUMNS = {MOMENT: "TIMESTAMP", MOMENT_PLACE: "INTEGER", WAS: "TIMESTAMP", WAS_PLACE: "INTEGER"}
"""Columns of core beside the declared ones, and their SQL types; null where no event of a log told the row.

``moment`` is when the event happened (naive UTC). ``moment_place`` orders events of one moment: a thousand times its
round in the file (a new one begins where the mapping lists an event before the one above it), plus its place in the
mapping.
``was`` and ``was_place`` (without round) are what both were before the event was corrected.
"""

PLACES = 1_000
"""Events of one round are told apart by their place in the mapping, from 0 to one less than this."""

FACT = f"row_key, {MOMENT}, {MOMENT_PLACE}"
"""What tells one thing of a record, which may be told again or otherwise: its register, or an event of its own."""

IN_ORDER = "known_from, file_seq, source_row"
"""The order in which rows of one key count; the last one counts."""

TOLD_BY_SEVERAL = f"count(DISTINCT coalesce({TELLS}, -1)) > 1 OR count({MOMENT}) > 0"
"""Condition on the rows of a record: what is known of it does not stand in the last one."""


def same_fact(one: str, other: str) -> str:
    """SQL of whether rows of two relations tell the same thing; see ``FACT``."""
    rest = (f"{one}.{name} IS NOT DISTINCT FROM {other}.{name}" for name in (MOMENT, MOMENT_PLACE))
    return f"{one}.row_key = {other}.row_key AND {' AND '.join(rest)}"


def is_ahead(known_from: str = "known_from") -> str:
    """SQL of whether an event is dated after it became known, by more than a time zone."""
    return f"coalesce({MOMENT} > {known_from} + INTERVAL 1 DAY, false)"


def bit(table: Table, name: str) -> int:
    """The bit of a column in ``tells``."""
    cast: int = 1 << list(table.by_name).index(name)
    return cast


def bits(table: Table, names: Iterable[str]) -> int:
    """The bits of several columns together."""
    return sum({bit(table, name) for name in names})


def states(table: Table, known: str) -> str:
    """SELECT of ``known`` (rows of core) with the records that several rows tell in one row each: the last, as known.

    The others are as their rows say. Needs ``told_by_several`` (row_key).
    """
    own = ", ".join(f's."{name}" AS "{name}"' for name in table.by_name)
    several = f"{known} WHERE row_key IN (SELECT row_key FROM told_by_several)"
    last = f"row_number() OVER (PARTITION BY row_key ORDER BY {_ALL_IN_ORDER})"
    return f"""
SELECT * FROM {known} WHERE row_key NOT IN (SELECT row_key FROM told_by_several)
UNION ALL BY NAME
SELECT k.* REPLACE ({own})
FROM (SELECT * FROM {several} QUALIFY {last} = count(*) OVER (PARTITION BY row_key)) AS k
JOIN ({state_sql(table, f"(SELECT * FROM {several})")}) AS s USING (row_key)
"""


_ALL_IN_ORDER = f"{IN_ORDER}, {MOMENT} NULLS FIRST, {MOMENT_PLACE}, content"


def state_sql(table: Table, rows: str) -> str:
    """SELECT of what is known of each record: ``row_key`` and the declared columns.

    ``rows`` is a relation as core is, with typed values or canonical text: the facts that are known.
    """
    names = list(table.by_name)
    times = [c for c in table.columns if c.kind == "event"]
    return _STATE.format(
        rows=rows,
        by=", ".join(
            f'max(CASE WHEN {MOMENT} IS NULL AND {_tells(table, n)} THEN nth END) OVER r AS "{n} by"' for n in names
        ),
        settled=", ".join(
            f'max(CASE WHEN {_tells(table, n)} AND NOT ahead AND nth < "{n} by" THEN happened END) OVER r '
            f'AS "{n} settled"'
            for n in names
        ),
        newest=", ".join(
            f'max(CASE WHEN {_tells(table, n)} AND NOT ahead THEN happened END) OVER before AS "{n} newest"'
            for n in names
        ),
        given=", ".join(
            f'max(CASE WHEN nth = "{c.name} by" THEN {_time(c.name)} END) OVER r AS "{c.name} given"' for c in times
        )
        or "NULL AS nothing_given",
        old=_is_old(table, times),
        repeats=_repeats(table, times),
        state=", ".join(f'{_counts(table, n)} AS "{n}"' for n in names),
    )


_STATE = f"""
WITH placed AS (
    SELECT
        *, row_number() OVER (PARTITION BY row_key ORDER BY {_ALL_IN_ORDER}) AS nth, {is_ahead()} AS ahead,
        epoch_us({MOMENT})::HUGEINT * 10_000_000_000 + {MOMENT_PLACE} AS happened
    FROM {{rows}}
    -- What was told twice, and stored since the later one came first, is told once.
    QUALIFY coalesce(content <> lag(content) OVER (PARTITION BY {FACT} ORDER BY {IN_ORDER}), true)
),
undone AS (
    SELECT row_key, {WAS}, {WAS_PLACE}, max(nth) AS nth FROM placed WHERE {WAS} IS NOT NULL GROUP BY ALL
),
standing AS (
    -- What was dated ahead counts from where it was told first.
    SELECT p.*
    FROM placed AS p LEFT JOIN undone AS u
    ON u.row_key = p.row_key AND u.{WAS} = p.{MOMENT} AND u.{WAS_PLACE} = p.{MOMENT_PLACE} % {PLACES}
    WHERE u.nth IS NULL OR u.nth <= p.nth
    QUALIFY NOT p.ahead OR row_number() OVER (PARTITION BY p.row_key, p.ahead, p.content ORDER BY p.nth) = 1
),
registered AS (
    SELECT *, {{by}} FROM standing WINDOW r AS (PARTITION BY row_key)
),
compared AS (
    SELECT *, {{settled}}, {{newest}}, {{given}}
    FROM registered
    WINDOW
        r AS (PARTITION BY row_key),
        before AS (PARTITION BY row_key ORDER BY nth ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),
judged AS (
    SELECT *, {{old}} OR {{repeats}} AS known_already FROM compared
)
SELECT row_key, {{state}} FROM judged GROUP BY row_key
"""


def _tells(table: Table, name: str) -> str:
    return f"coalesce({TELLS} & {bit(table, name)}, 1) <> 0"


def _time(name: str) -> str:
    return f'try_cast("{name}" AS TIMESTAMP)'


def _own(table: Table, column: Column) -> str:
    """Whether a column is one of those that take the event's time, or that it empties."""
    apart = "INTERVAL 1 DAY" if column.type == "date" else "INTERVAL 0 DAY"
    time = _time(column.name)
    takes = f"{time} BETWEEN {MOMENT} - {apart} AND {MOMENT} + {apart}"
    return f'{_tells(table, column.name)} AND ("{column.name}" IS NULL OR {takes})'


def _is_old(table: Table, times: list[Column]) -> str:
    """Whether a register knows of a later time in one of the event's columns, or in any where it has none."""
    if not times:
        return "false"
    none = " AND ".join(f"NOT coalesce({_own(table, c)}, false)" for c in times)
    given = ", ".join(
        f'CASE WHEN (coalesce({_own(table, c)}, false) OR ({none})) AND nth > "{c.name} by" '
        f'AND "{c.name} given" <= known_from + INTERVAL 1 DAY THEN "{c.name} given" END'
        for c in times
    )
    return f"coalesce({MOMENT} < greatest({given}), false)"


def _repeats(table: Table, times: list[Column]) -> str:
    """Whether a register has the very times that the event takes."""
    if not times:
        return "false"
    taken = [f'(coalesce({_own(table, c)}, false) AND "{c.name}" IS NOT NULL)' for c in times]
    same = (f'coalesce(nth > "{c.name} by" AND {_time(c.name)} = "{c.name} given", false)' for c in times)
    all_same = " AND ".join(f"(NOT {t} OR {s})" for t, s in zip(taken, same, strict=True))
    return f"(({' OR '.join(taken)}) AND {all_same})"


def _counts(table: Table, name: str) -> str:
    """The value of the row that counts: the last event that does, or else the last register's."""
    by_event = f'nth > "{name} by" AND NOT known_already AND (ahead OR coalesce(happened > "{name} settled", true))'
    counts = f'CASE WHEN {MOMENT} IS NULL THEN nth = "{name} by" ELSE "{name} by" IS NULL OR ({by_event}) END'
    at = f'CASE WHEN ahead THEN coalesce("{name} newest" * 2 + 1, {_BEFORE_ALL} + 1) ELSE happened * 2 END'
    order = f"CASE WHEN {MOMENT} IS NULL THEN {_BEFORE_ALL} ELSE {at} END * 100_000_000 + nth"
    # In a struct, a blank that is told is something.
    value = f"arg_max({{'it': \"{name}\"}}, {order}) FILTER ({_tells(table, name)} AND {counts})"
    return f"struct_extract({value}, 'it')"


_BEFORE_ALL = "(-100_000_000_000_000_000_000_000_000_000)::HUGEINT"
