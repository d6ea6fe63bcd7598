"""What is known of a record that several rows tell of together: registers that tell other columns, events of a log.

Core holds what was told and when it became known; what a record is, is made of that anew each time, so it depends
neither on the order in which files came nor on how rows fall into files.

Of each column counts:

* of registers, the last one that tells it, in the order of ``IN_ORDER``; what a log tells that is known from the same
  moment counts as told after it;
* of events, those first told after that register's row and newer than all that had told of the column by then, since
  what a register tells settles what was told before. An event that the register knows of already (the same time in the
  event's own column) tells nothing, nor does one that is older than what the register knows of the event's columns;
* of these events the one that happened last. Of events of one moment counts what stands later in the file, and of
  several files what stands later in the mapping.

An event dated after it became known counts until a newer one than those known by then is told, and holds up nothing.

A corrected event takes the place of what it was, in whatever file that was told, and of earlier corrections of its row,
also where another file told it as such a one has it.
What other rows of that file tell stays, alike as it may be, unless nothing in between tells it from a repeat. An event
that keeps its time keeps its place among those of its moment.

Belongs here: SQL of the state. Not here: the notes that it is made of (``told``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reportmetrics.warehouse.shape import Table
from reportmetrics.warehouse.told import (
    IN_ORDER,
    MOMENT,
    MOMENT_PLACE,
    PLACES,
    SINCE,
    STANDS_IN,
    STANDS_ROW,
    STANDS_SEQ,
    TELLS,
    WAS,
    WAS_PLACE,
    bit,
    is_ahead,
    tells_column,
)


@dataclass(frozen=True, slots=True)
class Mixed:
    """How rows of a table differ in what they tell: ``tells`` are all values of that column, and maybe more.

    ``corrected``: whether an event was corrected; ``mended``: whether an event came back mended. Columns that the same
    rows tell are worked on together, and what is not there is not asked for: of small missions most of the time goes
    into planning this query.
    """

    tells: frozenset[int | None]
    corrected: bool
    mended: bool


def mixed_sql(rows: str) -> str:
    """SELECT of the fields of :class:`Mixed` for a relation with the columns of core."""
    mended = f"count(*) FILTER ({MOMENT} IS NOT NULL AND {STANDS_SEQ} IS NOT NULL) > 0"
    return f"SELECT list(DISTINCT {TELLS}), count({WAS}) > 0, {mended} FROM {rows}"


def states(table: Table, known: str, mixed: Mixed) -> str:
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
JOIN ({state_sql(table, f"(SELECT * FROM {several})", mixed)}) AS s USING (row_key)
"""


_ALL_IN_ORDER = (
    f"{SINCE}, {MOMENT} IS NOT NULL, {STANDS_IN}, coalesce({STANDS_ROW}, source_row), file_seq, source_row, "
    f"{MOMENT} NULLS FIRST, {MOMENT_PLACE}, content"
)
"""As ``IN_ORDER``, but of files that are known from one moment registers go before logs, whichever came first."""


def state_sql(table: Table, rows: str, mixed: Mixed) -> str:
    """SELECT of what is known of each record: ``row_key`` and the declared columns.

    ``rows`` is a relation as core is, with typed values or canonical text: the facts that are known.
    """
    alike = _told_alike(table, mixed)
    kinds = list(dict.fromkeys(alike.values()))
    times = {c.name: alike[c.name] for c in table.columns if c.kind == "event"}
    return _STATE.format(
        rows=f"({_IN_TURN.format(rows=rows)})" if mixed.mended else rows,
        in_turn=_TURNED if mixed.mended else MOMENT_PLACE,
        corrected=_CORRECTED if mixed.corrected else "",
        not_undone="not_undone" if mixed.corrected else "placed",
        own=", ".join(f'{_own(table, name)} AS "{name} own"' for name in times) or "NULL AS nothing_own",
        by=", ".join(
            f'max(CASE WHEN {MOMENT} IS NULL AND {tells_column(table, k)} THEN nth END) OVER r AS "{k} by"'
            for k in kinds
        ),
        settled=", ".join(
            f'max(CASE WHEN {tells_column(table, k)} AND NOT ahead AND nth < "{k} by" THEN happened END) OVER r '
            f'AS "{k} settled"'
            for k in kinds
        ),
        newest=", ".join(
            f'max(CASE WHEN {tells_column(table, k)} AND NOT ahead THEN happened END) OVER before AS "{k} newest"'
            for k in kinds
        ),
        given=", ".join(
            f'max(CASE WHEN nth = "{kind} by" THEN {_time(name)} END) OVER r AS "{name} given"'
            for name, kind in times.items()
        )
        or "NULL AS nothing_given",
        none=" AND ".join(f'NOT "{name} own"' for name in times) or "true",
        old=_is_old(times),
        repeats=_repeats(times),
        counts=", ".join(_counts(table, k) for k in kinds),
        state=", ".join(f'{_value(name, kind)} AS "{name}"' for name, kind in alike.items()),
    )


_TURNED = "turned_before"

_IN_TURN = f"""
SELECT
    * EXCLUDE (goes_back) REPLACE (
        {MOMENT_PLACE} % {PLACES}
        + {PLACES} * greatest({MOMENT_PLACE} // {PLACES}, least({PLACES}, count(*) FILTER (goes_back) OVER turn))
        AS {_TURNED}
    )
FROM (
    SELECT
        *, 0 AS {_TURNED},
        {WAS} IS NULL AND {MOMENT_PLACE} % {PLACES} < lag({MOMENT_PLACE} % {PLACES}) OVER turn AS goes_back
    FROM {{rows}}
    WINDOW turn AS (
        PARTITION BY row_key, {STANDS_IN}, {MOMENT}, {WAS} IS NULL
        ORDER BY coalesce({STANDS_ROW}, source_row), {MOMENT_PLACE}
    )
)
WINDOW turn AS (
    PARTITION BY row_key, {STANDS_IN}, {MOMENT}, {WAS} IS NULL
    ORDER BY coalesce({STANDS_ROW}, source_row), {MOMENT_PLACE}
)
"""
"""SQL of rows with the place in which an event is told, once a mended one of its moment stands before it in its file.

Its own place is what it was when it came, by which it is told apart from other events.
"""


def _told_alike(table: Table, mixed: Mixed) -> Mapping[str, str]:
    """For each column the first one that is told by the same rows."""
    masks = sorted({mask for mask in mixed.tells if mask is not None})
    first: dict[tuple[bool, ...], str] = {}
    return {n: first.setdefault(tuple(bool(m & bit(table, n)) for m in masks), n) for n in table.by_name}


_TURNED_FACT = f"row_key, {MOMENT}, turned"

_STATE = f"""
WITH placed AS (
    SELECT
        *, row_number() OVER (PARTITION BY row_key ORDER BY {_ALL_IN_ORDER}) AS nth, {is_ahead()} AS ahead,
        {{in_turn}} AS turned, epoch_us({MOMENT})::HUGEINT * 10_000_000_000 + turned AS happened
    FROM {{rows}}
    -- What was told twice, and stored since the later one came first, or since another row was corrected to it in
    -- between, is told once.
    QUALIFY coalesce(content <> CASE
        WHEN {WAS} IS NULL THEN lag(content) OVER (PARTITION BY {_TURNED_FACT}, {WAS} IS NULL ORDER BY {IN_ORDER})
        ELSE lag(content) OVER (PARTITION BY {_TURNED_FACT} ORDER BY {IN_ORDER})
    END, true)
),
{{corrected}}standing AS (
    -- What was dated ahead counts from where it was told first.
    SELECT *
    FROM {{not_undone}}
    QUALIFY NOT ahead OR row_number() OVER (PARTITION BY row_key, ahead, content ORDER BY nth) = 1
),
registered AS (
    SELECT *, {{own}}, {{by}} FROM standing WINDOW r AS (PARTITION BY row_key)
),
compared AS (
    SELECT *, {{none}} AS owns_none, {{settled}}, {{newest}}, {{given}}
    FROM registered
    WINDOW
        r AS (PARTITION BY row_key),
        before AS (PARTITION BY row_key ORDER BY nth ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),
judged AS (
    SELECT *, {{old}} OR {{repeats}} AS known_already FROM compared
),
counted AS (
    SELECT *, {{counts}} FROM judged
)
SELECT row_key, {{state}} FROM counted GROUP BY row_key
"""


_CORRECTED = f"""corrections AS (
    -- With the files in which the row that is corrected tells what it is corrected from.
    SELECT
        c.row_key, c.nth, c.source_row, c.{MOMENT}, c.{MOMENT_PLACE} % {PLACES} AS place, c.{WAS}, c.{WAS_PLACE},
        list(o.file_seq) OVER of_row AS files, max(o.turned // {PLACES}) OVER of_row AS round
    FROM placed AS c LEFT JOIN placed AS o
    ON
        o.row_key = c.row_key AND o.source_row = c.source_row AND o.{WAS} IS NULL
        AND o.{MOMENT} = c.{WAS} AND o.{MOMENT_PLACE} % {PLACES} = c.{WAS_PLACE}
    WHERE c.{WAS} IS NOT NULL
    WINDOW of_row AS (PARTITION BY c.row_key, c.source_row)
),
between AS (
    -- What a row was corrected to for a time, until it was corrected again.
    SELECT c.row_key, c.{MOMENT}, c.place, c.nth AS since, again.nth AS until, again.files
    FROM corrections AS c JOIN corrections AS again USING (row_key, source_row, {WAS}, {WAS_PLACE})
    WHERE c.nth < again.nth
),
in_round AS (
    SELECT row_key, nth, max(round) AS round FROM corrections WHERE {MOMENT} = {WAS} GROUP BY ALL
),
not_undone AS (
    SELECT p.* REPLACE (p.happened + coalesce(r.round, 0) * {PLACES} AS happened)
    FROM placed AS p LEFT JOIN in_round AS r USING (row_key, nth)
    ANTI JOIN corrections AS c
    ON
        c.row_key = p.row_key AND c.nth > p.nth
        AND c.{WAS} = coalesce(p.{WAS}, p.{MOMENT})
        AND c.{WAS_PLACE} = coalesce(p.{WAS_PLACE}, p.{MOMENT_PLACE} % {PLACES})
        AND (c.source_row = p.source_row OR (p.{WAS} IS NULL AND NOT list_contains(c.files, p.file_seq)))
    ANTI JOIN between AS b
    ON
        b.row_key = p.row_key AND b.{MOMENT} = p.{MOMENT} AND b.place = p.{MOMENT_PLACE} % {PLACES}
        AND p.{WAS} IS NULL AND p.nth > b.since AND p.nth < b.until AND NOT list_contains(b.files, p.file_seq)
),
"""


def _time(name: str) -> str:
    return f'try_cast("{name}" AS TIMESTAMP)'


def _own(table: Table, name: str) -> str:
    """Whether a column is one of those that take the event's time, or that it empties."""
    apart = "INTERVAL 1 DAY" if table.by_name[name].type == "date" else "INTERVAL 0 DAY"
    takes = f"{_time(name)} BETWEEN {MOMENT} - {apart} AND {MOMENT} + {apart}"
    return f'coalesce({tells_column(table, name)} AND ("{name}" IS NULL OR {takes}), false)'


def _is_old(times: Mapping[str, str]) -> str:
    """Whether a register knows of a later time in one of the event's columns, or in any where it has none.

    ``times`` gives, for each column with the time of an event, the one that is told by the same rows.
    """
    if not times:
        return "false"
    given = ", ".join(
        f'CASE WHEN ("{name} own" OR owns_none) AND nth > "{kind} by" '
        f'AND "{name} given" <= {SINCE} + INTERVAL 1 DAY THEN "{name} given" END'
        for name, kind in times.items()
    )
    return f"coalesce({MOMENT} < greatest({given}), false)"


def _repeats(times: Mapping[str, str]) -> str:
    """Whether a register has the very times that the event takes; ``times`` as in :func:`_is_old`."""
    if not times:
        return "false"
    taken = [f'("{name} own" AND "{name}" IS NOT NULL)' for name in times]
    same = (f'coalesce(nth > "{kind} by" AND {_time(name)} = "{name} given", false)' for name, kind in times.items())
    all_same = " AND ".join(f"(NOT {t} OR {s})" for t, s in zip(taken, same, strict=True))
    return f"(({' OR '.join(taken)}) AND {all_same})"


def _counts(table: Table, kind: str) -> str:
    """The place of a row among those whose values count, the last one being the one that does; null for the others.

    The last event that counts goes before the last register.
    """
    by_event = f'nth > "{kind} by" AND NOT known_already AND (ahead OR coalesce(happened > "{kind} settled", true))'
    counts = f'CASE WHEN {MOMENT} IS NULL THEN nth = "{kind} by" ELSE "{kind} by" IS NULL OR ({by_event}) END'
    at = f'CASE WHEN ahead THEN coalesce("{kind} newest" * 2 + 1, {_BEFORE_ALL} + 1) ELSE happened * 2 END'
    order = f"CASE WHEN {MOMENT} IS NULL THEN {_BEFORE_ALL} ELSE {at} END * 100_000_000 + nth"
    return f'CASE WHEN {tells_column(table, kind)} AND {counts} THEN {order} END AS "{kind} counts"'


def _value(name: str, kind: str) -> str:
    """The value of the row that counts. In a struct, a blank that is told is something."""
    return f"struct_extract(arg_max({{'it': \"{name}\"}}, \"{kind} counts\"), 'it')"


_BEFORE_ALL = "(-100_000_000_000_000_000_000_000_000_000)::HUGEINT"
