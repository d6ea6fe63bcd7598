"""Which rows are new, which repeat, which are replaced, which are refused.

For each key the rows that were told make a sequence, in the order (known_from, delivery, row); a mended or corrected
row stands in the place of the one that it mends (``standing``). Of an event log, those that tell of one event make a
sequence of their own: other events, and registers, do not come in between. Judged in this order:

* *duplicate*: the row repeats what is current for its key: the sound row before it, or, for a faulty row, the row told
  just before. So a faulty row that is sent twice is one reject and one duplicate.
* *rejected*: it has a fault.
* *superseded*: a later sound row of the same file, known from the same moment, has the same key and other content.
* *accepted*: all others. A row that goes back to an earlier content is a change again.

Most rows have a key that is new and stands once: they need no sequence. Only the others are put in order. A row that
is known from an earlier moment than what is stored (a backfill that arrives late), or stands there (a mended row), is
compared with the history of its key in core and with the repeats of it, so that it finds its place. Where it changes
what a later row repeated, that row is *restated*: it counts again from its own moment, so that the same files give the
same state in whatever order they came. In the ledger it stays the duplicate that it was.

Leaves the temporary table ``set_apart`` (the rows that are not accepted), and the views ``judged`` (one line per row of
``typed``) and ``news`` (the new state of each key).
"""

from __future__ import annotations

import duckdb

from reportmetrics.profile.sources import FromColumn
from reportmetrics.warehouse.schema import KEY_HASH, columns_of
from reportmetrics.warehouse.shape import Table
from reportmetrics.warehouse.store import has_rows
from reportmetrics.warehouse.told import (
    FACT,
    MOMENT,
    MOMENT_PLACE,
    SINCE,
    STANDING,
    STANDS_IN,
    STANDS_SEQ,
    in_order,
    same_fact,
)

_STANDING = ", ".join(STANDING)
_OWN_PLACE = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in STANDING.items())
_ORDER = in_order("place")
_OF_ONE_FILE = f"{FACT}, {SINCE}, {STANDS_IN}, file_seq"

KnownFrom = dict[int, FromColumn | None]
"""Group number -> where its rows say from when they are known (None: the event's time).

Rows of groups that are not in it are known from their file's moment.
"""


def judge(connection: duckdb.DuckDBPyConnection, table: Table, known: KnownFrom) -> None:
    """Judge every row of ``typed``.

    Needs the tables ``delivery`` (file_seq, source_file, known_from), ``typed``, ``fault`` and ``standing``. Leaves the
    view ``told`` too: the rows of ``typed`` with ``known_from``, ``source_file``, ``faulty`` and where they stand.
    """
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP VIEW told AS
        SELECT t.*, {_known_from(table, known)} AS known_from, d.source_file, f.row_id IS NOT NULL AS faulty,
            {_STANDING}
        FROM typed AS t
        JOIN delivery AS d ON d.file_seq = t.file_seq
        LEFT JOIN (SELECT DISTINCT row_id FROM fault) AS f ON f.row_id = t.row_id
        LEFT JOIN standing AS p ON p.row_id = t.row_id
        """
    )
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE contested AS
        SELECT
            k.* EXCLUDE (rows, earliest, elsewhere),
            l.known_from AS since,
            l.accepted,
            l.told,
            l.told_at,
            coalesce(
                k.earliest < greatest(l.known_from, l.told_at)
                OR (k.elsewhere AND k.earliest = greatest(l.known_from, l.told_at)),
                false
            ) AS late
        FROM (
            SELECT {FACT}, count(*) AS rows, min({SINCE}) AS earliest, bool_or({STANDS_SEQ} IS NOT NULL) AS elsewhere
            FROM told GROUP BY {FACT}
        ) AS k
        LEFT JOIN (
            SELECT {FACT}, known_from, accepted, told, told_at FROM latest.{table.name}
            WHERE rowid IN (
                SELECT l.rowid FROM latest.{table.name} AS l
                SEMI JOIN (SELECT {KEY_HASH} AS key_hash FROM typed) AS t USING (key_hash)
            )
        ) AS l ON {same_fact("k", "l")}
        WHERE k.rows > 1 OR l.row_key IS NOT NULL
        """
    )
    if has_rows(connection, "contested"):
        connection.execute(_PRIOR.format(table=table.name))
        connection.execute(_SEQUENCE)
        news = _NEWS
    else:
        connection.execute(_NO_SEQUENCE)
        news = _UNCONTESTED
    connection.execute(_SET_APART)
    connection.execute(_JUDGED)
    connection.execute(f"CREATE OR REPLACE TEMP VIEW news AS {news}")


def _known_from(table: Table, known: KnownFrom) -> str:
    moments = {g: "try_cast(t.event_at AS TIMESTAMP)" for g, source in known.items() if source is None}
    for group, source in known.items():
        if source is not None and source.column in table.by_name:
            moments[group] = f'CAST(t."{source.column}" AS TIMESTAMP)'
    whens = " ".join(f"WHEN {group} THEN coalesce({at}, d.known_from)" for group, at in moments.items())
    return f"CASE t.grp {whens} ELSE d.known_from END" if whens else "d.known_from"


_PRIOR = f"""
CREATE OR REPLACE TEMP TABLE prior AS
SELECT
    {FACT},
    since AS known_from,
    {_OWN_PLACE},
    0::BIGINT AS file_seq,
    0::BIGINT AS place,
    accepted AS content,
    false AS faulty,
    false AS again
FROM contested WHERE NOT late AND accepted IS NOT NULL
UNION ALL
SELECT {FACT}, coalesce(since, TIMESTAMP '0001-01-01'), {_OWN_PLACE}, 0, 1, told, true, false
FROM contested
WHERE told IS NOT NULL AND told IS DISTINCT FROM accepted
UNION ALL
SELECT
    c.row_key, c.{MOMENT}, c.{MOMENT_PLACE}, c.known_from, {_STANDING}, c.file_seq, c.source_row, c.content,
    false AS faulty, false AS again
FROM core.{{table}} AS c SEMI JOIN (FROM contested WHERE late) AS k ON {same_fact("c", "k")}
WHERE (SELECT bool_or(late) FROM contested)
UNION ALL
SELECT
    r.row_key, r.{MOMENT}, r.{MOMENT_PLACE}, r.known_from, {_STANDING}, r.file_seq, r.source_row, r.content,
    false AS faulty, true AS again
FROM repeated AS r
SEMI JOIN (FROM contested WHERE late) AS k ON {same_fact("r", "k")}
ANTI JOIN core.{{table}} AS c
ON {same_fact("r", "c")} AND r.file_seq = c.file_seq AND r.source_row = c.source_row AND r.content = c.content
WHERE r.table_name = '{{table}}' AND (SELECT bool_or(late) FROM contested)
"""

_SEQUENCE = f"""
CREATE OR REPLACE TEMP TABLE sequence AS
WITH everything AS (
    SELECT row_id, {FACT}, known_from, {_STANDING}, file_seq, row_id AS place, content, faulty, false AS again
    FROM told SEMI JOIN contested ON {same_fact("told", "contested")}
    UNION ALL
    SELECT NULL, {FACT}, known_from, {_STANDING}, file_seq, place, content, faulty, again FROM prior
),
repeats AS (
    SELECT
        *,
        CASE
            WHEN row_id IS NULL THEN false
            WHEN faulty THEN lag(content) OVER along_key = content
            ELSE last_value(CASE WHEN NOT faulty THEN content END IGNORE NULLS) OVER before_in_file = content
        END AS repeats
    FROM everything
    WINDOW
        along_key AS (PARTITION BY {FACT} ORDER BY {_ORDER}),
        before_in_file AS (
            PARTITION BY {_OF_ONE_FILE} ORDER BY {_ORDER}
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        )
),
replaced AS (
    SELECT
        * REPLACE (coalesce(repeats, false) AS repeats),
        NOT faulty AND NOT coalesce(repeats, false) AND lead(row_key) OVER (
            PARTITION BY {_OF_ONE_FILE}, faulty, coalesce(repeats, false) ORDER BY {_ORDER}
        ) IS NOT NULL AND row_id IS NOT NULL AS superseded
    FROM repeats
)
SELECT
    *,
    NOT faulty AND NOT repeats AND NOT superseded AND row_id IS NOT NULL
    AND coalesce(lag(content) OVER standing = content, false) AS told_before,
    again AND coalesce(lag(content) OVER standing <> content, false) AS restated,
    greatest(lag(file_seq) OVER standing, (SELECT min(file_seq) FROM delivery)) AS restated_by
FROM replaced
WINDOW standing AS (
    PARTITION BY {FACT}, faulty OR repeats OR superseded ORDER BY {_ORDER}
)
"""

_NO_SEQUENCE = f"""
CREATE OR REPLACE TEMP TABLE sequence (
    row_id BIGINT, row_key VARCHAR, {MOMENT} TIMESTAMP, {MOMENT_PLACE} INTEGER, known_from TIMESTAMP,
    {columns_of(STANDING)}, file_seq BIGINT, place BIGINT, content UBIGINT, faulty BOOLEAN,
    again BOOLEAN, repeats BOOLEAN, superseded BOOLEAN, told_before BOOLEAN, restated BOOLEAN,
    restated_by BIGINT
)
"""

_SET_APART = """
CREATE OR REPLACE TEMP TABLE set_apart AS
SELECT
    row_id,
    CASE
        WHEN repeats OR told_before THEN 'duplicate'
        WHEN faulty THEN 'rejected'
        ELSE 'superseded'
    END AS verdict
FROM sequence
WHERE row_id IS NOT NULL AND (repeats OR told_before OR faulty OR superseded)
UNION ALL
SELECT DISTINCT f.row_id, 'rejected' FROM fault AS f ANTI JOIN sequence AS s ON s.row_id = f.row_id
"""

_JUDGED = """
CREATE OR REPLACE TEMP VIEW judged AS
SELECT
    t.row_id, t.row_key, t.file_seq, t.source_row, t.content, coalesce(s.verdict, 'accepted') AS verdict
FROM typed AS t
LEFT JOIN set_apart AS s ON s.row_id = t.row_id
"""

_UNCONTESTED = f"""
SELECT
    {FACT},
    CASE WHEN NOT faulty THEN {SINCE} END AS known_from,
    CASE WHEN NOT faulty THEN content END AS accepted,
    content AS told,
    CASE WHEN NOT faulty THEN {SINCE} END AS told_at
FROM told
"""

_NEWS = f"""
{_UNCONTESTED} ANTI JOIN contested ON {same_fact("told", "contested")}
UNION ALL
SELECT
    s.row_key,
    s.{MOMENT},
    s.{MOMENT_PLACE},
    last({SINCE} ORDER BY {_ORDER}) FILTER (WHERE stands),
    last(content ORDER BY {_ORDER}) FILTER (WHERE stands),
    last(content ORDER BY {_ORDER}),
    greatest(max({SINCE}) FILTER (WHERE NOT faulty), max(told_at))
FROM (
    SELECT
        *,
        NOT faulty AND NOT repeats AND NOT superseded AND NOT told_before AND (restated OR NOT again) AS stands
    FROM sequence
)
AS s
JOIN contested AS k ON {same_fact("s", "k")}
GROUP BY s.row_key, s.{MOMENT}, s.{MOMENT_PLACE}
"""
