"""What core notes of a row beside its columns, so that what is known of a record can be made of several rows of it.

Registers tell other columns, and a log tells of events. A register that has no column for the decision does not undo
what an event log told of it, nor does last year's form undo what this year's asks for. So core notes for a row which
columns it tells, where others of its table tell more, for one of an event log when its event happened, and for one that
came back mended in whose place it stands.

Belongs here: the notes, and the order in which rows count. Not here: what is known of a record (``told_state``), which
columns a source tells (``ingest.tells``).
"""

from __future__ import annotations

from collections.abc import Iterable

from reportmetrics.warehouse.shape import Table

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
``was`` and ``was_place`` (without round) are what both were in the file, before any correction.
"""

PLACES = 1_000
"""Events of one round are told apart by their place in the mapping, from 0 to one less than this."""

FACT = f"row_key, {MOMENT}, {MOMENT_PLACE}"
"""What tells one thing of a record, which may be told again or otherwise: its register, or an event of its own."""

STANDS_FROM, STANDS_SEQ, STANDS_ROW = "stands_from", "stands_seq", "stands_row"

STANDING = {STANDS_FROM: "TIMESTAMP", STANDS_SEQ: "BIGINT", STANDS_ROW: "BIGINT"}
"""Columns of core beside the declared ones, and their SQL types: in whose place a mended or corrected row stands.

``stands_from`` is the moment of the file that it is of (naive UTC), ``stands_seq`` the delivery of it, ``stands_row``
the row in it. Null for all other rows, which stand in their own place. Whatever its place, a row is not visible before
it is known.
"""

SINCE = f"coalesce({STANDS_FROM}, known_from)"
"""SQL of the moment at which a row stands among those of its key."""


STANDS_IN = f"coalesce({STANDS_SEQ}, file_seq)"
"""SQL of the delivery among whose rows a row stands."""


def in_order(row: str = "source_row", *, last_first: bool = False) -> str:
    """SQL of the order in which rows of one key count; the last one counts. ``row``: place within a delivery."""
    terms = (SINCE, STANDS_IN, f"coalesce({STANDS_ROW}, {row})", "file_seq", row)
    return ", ".join(f"{term} DESC" if last_first else term for term in terms)


IN_ORDER = in_order()

TOLD_BY_SEVERAL = f"count(DISTINCT coalesce({TELLS}, -1)) > 1 OR count({MOMENT}) > 0"
"""Condition on the rows of a record: what is known of it does not stand in the last one."""


def same_fact(one: str, other: str) -> str:
    """SQL of whether rows of two relations tell the same thing; see ``FACT``."""
    rest = (f"{one}.{name} IS NOT DISTINCT FROM {other}.{name}" for name in (MOMENT, MOMENT_PLACE))
    return f"{one}.row_key = {other}.row_key AND {' AND '.join(rest)}"


def is_ahead(since: str = SINCE) -> str:
    """SQL of whether an event is dated after it became known, by more than a time zone.

    A mended one is so where it was when it was sent first, though the day may have come before it came back.
    """
    return f"coalesce({MOMENT} > {since} + INTERVAL 1 DAY, false)"


def bit(table: Table, name: str) -> int:
    """The bit of a column in ``tells``."""
    cast: int = 1 << list(table.by_name).index(name)
    return cast


def bits(table: Table, names: Iterable[str]) -> int:
    """The bits of several columns together."""
    return sum({bit(table, name) for name in names})


def tells_column(table: Table, name: str) -> str:
    """SQL of whether a row of core tells a column itself."""
    return f"coalesce({TELLS} & {bit(table, name)}, 1) <> 0"
