"""Which columns a stored row itself tells, and the state of a record that rows of several kinds tell together.

A register that has no column for the decision does not undo what an event log told of it, nor does last year's form
undo what this year's asks for. So core notes for a row which columns it tells, where others of its table tell more; a
record then holds in each column what was told of that last. In which order the rows came does not matter.

Belongs here: the note, and SQL of the state. Not here: which columns a source tells (``ingest.tells``).
"""

from __future__ import annotations

from collections.abc import Iterable

from reportmetrics.warehouse.shape import Table

TELLS = "tells"
"""Column of core beside the declared ones: a bit for each column that the row itself tells, null when it tells all."""

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


def last_told(table: Table, name: str) -> str:
    """SQL of a column of a record once a row of core was told: what was told of it last. Needs ``SO_FAR``."""
    # In a struct, a blank that is told is something.
    told = f"CASE WHEN coalesce({TELLS} & {bit(table, name)}, 1) <> 0 THEN {{'it': \"{name}\"}} END"
    return f"struct_extract(last_value({told} IGNORE NULLS) OVER so_far, 'it')"


def states(table: Table, known: str) -> str:
    """SELECT of ``known`` (rows of core) with each column as the record holds it once the row was told.

    Only records that rows of several kinds tell are looked at; the others are as their rows say.
    """
    merged = ", ".join(f'{last_told(table, name)} AS "{name}"' for name in table.by_name)
    return f"""
SELECT * FROM {known} WHERE row_key NOT IN (SELECT row_key FROM told_by_several)
UNION ALL BY NAME
SELECT * REPLACE ({merged})
FROM {known} WHERE row_key IN (SELECT row_key FROM told_by_several)
WINDOW {SO_FAR}
"""
