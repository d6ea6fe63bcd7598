"""Which columns a stored row itself tells, and the state of a record that rows of several kinds tell together.

A register that has no column for the decision does not undo what an event log told of it, nor does last year's form
undo what this year's asks for. So core notes for a row which columns it tells, where others of its table tell more; a
record then holds in each column what was told of that last. In which order the rows came does not matter.

What events of a log tell is told as of their own moments: of two, the one that happened later counts, whichever was
known first. So core also notes, for a row that events told, the moment of the last one that told of each column.
What a register tells settles what events had told of the column up to then: of those, none counts once more.

Belongs here: the notes, and SQL of the state. Not here: which columns a source tells (``ingest.tells``).
"""

from __future__ import annotations

from collections.abc import Iterable

from reportmetrics.warehouse.shape import Table

TELLS = "tells"
"""Column of core beside the declared ones: a bit for each column that the row itself tells, null when it tells all."""

MOMENTS = "moments"
"""Column of core beside the declared ones: for each of these, when the last event that told of it happened.

A list of ``moment_sql``, null for a column that no event tells of; null as a whole for a row that no event told.
"""

NEWEST = "newest"
"""The same, of all rows of a record up to this one; see ``with_newest``."""

SETTLED = "settled"
"""The same, as it was when a register told of the column last; null where none did after an event."""

_PLACES = 1_000
"""Events of one moment are told apart by their place in the mapping."""

IN_ORDER = "known_from, file_seq, source_row"
"""The order in which rows of one key count; the last one counts."""


def bit(table: Table, name: str) -> int:
    """The bit of a column in ``tells``."""
    cast: int = 1 << list(table.by_name).index(name)
    return cast


def bits(table: Table, names: Iterable[str]) -> int:
    """The bits of several columns together."""
    return sum({bit(table, name) for name in names})


SO_FAR = f"so_far AS (PARTITION BY row_key ORDER BY {IN_ORDER} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
"""The window of :func:`last_told`: the rows of a key up to the current one."""


def moment_sql(at: str, place: str) -> str:
    """SQL of an event's moment as one number that orders events: microseconds since 1970, then its place (0 to 999)."""
    return f"epoch_us({at}) * {_PLACES} + least({place}, {_PLACES - 1})"


def moment_of(table: Table, name: str, moments: str = MOMENTS) -> str:
    """SQL of the entry of a column in a list of moments."""
    return f"{moments}[{list(table.by_name).index(name) + 1}]"


def with_newest(table: Table, rows: str) -> str:
    """SELECT of ``rows`` (a FROM clause of core) with ``newest`` and ``settled``."""
    newest = ", ".join(f"max({moment_of(table, name)}) OVER so_far" for name in table.by_name)
    settled = ", ".join(f"max({_settles(table, name)}) OVER so_far" for name in table.by_name)
    noted = f"SELECT *, [{newest}] AS {NEWEST} FROM {rows} WINDOW {SO_FAR}"
    return f"SELECT *, [{settled}] AS {SETTLED} FROM ({noted}) WINDOW {SO_FAR}"


def _settles(table: Table, name: str) -> str:
    by_register = f"{MOMENTS} IS NULL AND {_tells(table, name)}"
    return f"CASE WHEN {by_register} THEN {moment_of(table, name, NEWEST)} END"


def _tells(table: Table, name: str) -> str:
    return f"coalesce({TELLS} & {bit(table, name)}, 1) <> 0"


def is_late(table: Table, name: str, moment: str) -> str:
    """SQL of whether an event tells nothing of a column, since a newer one did or a register settled it.

    ``moment``: SQL of the event's. Needs ``newest`` and ``settled``.
    """
    newest, settled = (moment_of(table, name, noted) for noted in (NEWEST, SETTLED))
    return f"coalesce({moment} < {newest}, false) OR coalesce({moment} <= {settled}, false)"


def last_told(table: Table, name: str) -> str:
    """SQL of a column of a record once a row of core was told: what was told of it last.

    An event that is known later and happened earlier than one that tells of the same column tells nothing of it; nor
    does one that was told before a register told of the column. Needs ``SO_FAR`` and ``with_newest``.
    """
    tells = f"{_tells(table, name)} AND NOT ({is_late(table, name, moment_of(table, name))})"
    # In a struct, a blank that is told is something.
    told = f"CASE WHEN {tells} THEN {{'it': \"{name}\"}} END"
    return f"struct_extract(last_value({told} IGNORE NULLS) OVER so_far, 'it')"


TOLD_BY_SEVERAL = f"count(DISTINCT coalesce({TELLS}, -1)) > 1 OR count({MOMENTS}) > 1"
"""Condition on the rows of a record: not all of what is known of it stands in the last one."""


def states(table: Table, known: str) -> str:
    """SELECT of ``known`` (rows of core) with each column as the record holds it once the row was told.

    Only records that rows of several kinds tell are looked at; the others are as their rows say.
    """
    merged = ", ".join(f'{last_told(table, name)} AS "{name}"' for name in table.by_name)
    return f"""
SELECT * FROM {known} WHERE row_key NOT IN (SELECT row_key FROM told_by_several)
UNION ALL BY NAME
SELECT * EXCLUDE ({NEWEST}, {SETTLED}) REPLACE ({merged})
FROM ({with_newest(table, f"{known} WHERE row_key IN (SELECT row_key FROM told_by_several)")})
WINDOW {SO_FAR}
"""
