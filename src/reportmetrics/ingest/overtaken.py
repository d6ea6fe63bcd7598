"""Whether a row that is to be corrected is still what is known of its record.

A correction tells its whole row again. Where a later row has told something else of the same record since, that would
undo it: the later row is the one to correct.

Belongs here: finding such rows. Not here: what a correction makes of a row (``corrections``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import duckdb

from reportmetrics.ingest.archive import Kept, fingerprint, identity
from reportmetrics.ingest.batch import Batch, Taken, read_batch
from reportmetrics.ingest.judging import judged_tables
from reportmetrics.ingest.landing import Found
from reportmetrics.ingest.readers.base import UnreadableError
from reportmetrics.profile.load import Profile
from reportmetrics.warehouse.told import IN_ORDER, SINCE

_OVERTAKEN = f"""
WITH current AS (
    SELECT
        row_key,
        last(content ORDER BY {IN_ORDER}) AS content,
        last(file_seq ORDER BY {IN_ORDER}) AS file_seq,
        last(source_row ORDER BY {IN_ORDER}) AS source_row,
        max({SINCE}) AS known_from
    FROM core.{{table}} SEMI JOIN told USING (row_key)
    WHERE known_from <= $moment
    GROUP BY row_key
)
SELECT t.source_row, l.original_name, c.source_row, c.content
FROM told AS t
JOIN current AS c USING (row_key)
JOIN ledger AS l ON l.file_seq = c.file_seq AND l.table_name = '{{table}}'
WHERE CASE WHEN t.faulty THEN c.known_from >= $since ELSE c.content <> t.content END
ORDER BY ALL
"""


def overtaken(
    connection: duckdb.DuckDBPyConnection,
    profile: Profile,
    key: bytes,
    before: Found,
    found: Found,
    *,
    since: dt.datetime,
    moment: dt.datetime,
) -> UnreadableError | None:
    """Why rows cannot be corrected, if one of them was overtaken by ``moment``.

    ``before`` holds the rows as they stand, ``found`` as they are to be, ``since`` is from when their file is known
    (naive UTC). A row of an event log is one of several that make a record, and overtakes none. A later row that says
    what the correction does overtakes none either.
    """
    source = before.source
    if source.has_events:
        return None
    batch = alone(before, moment)
    if batch.refusals:
        return batch.refusals[0].why
    later: dict[tuple[str, int, str], tuple[str, int]] = {}
    for table in judged_tables(connection, profile, batch, key):
        times = {"since": since, "moment": moment}
        for row, name, by, content in connection.execute(_OVERTAKEN.format(table=table.name), times).fetchall():
            later[table.name, row, content] = (name, by)
    for place in _told(connection, profile, key, alone(found, moment)) if later else ():
        later.pop(
            place, None
        )  # the later row says what the correction does: that of another file, with the same mistake
    for (_, row, _), (name, by) in later.items():
        said = f"row {row} is no longer what is known of its record: row {by} of {name} tells something else"
        return UnreadableError(
            "overtaken_correction", f"correction of {before.name}: {said}", "correct that row instead, if it is wrong"
        )
    return None


def _told(
    connection: duckdb.DuckDBPyConnection, profile: Profile, key: bytes, batch: Batch
) -> Iterator[tuple[str, int, str]]:
    """Table, row and content of all that a batch tells."""
    for table in judged_tables(connection, profile, batch, key):
        told = connection.execute("SELECT source_row, content FROM told ORDER BY ALL").fetchall()
        yield from ((table.name, row, content) for row, content in told)


def alone(found: Found, moment: dt.datetime) -> Batch:
    """Rows that are not taken in, as a batch of their own."""
    sha256 = fingerprint(found.path)
    kept = Kept(found, sha256, identity(found.source.source, found.facts, sha256), found.path, moment)
    return read_batch([Taken(kept, 0, moment)])
