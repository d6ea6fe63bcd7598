"""Whether a correction would leave standing what its row told.

A correction tells a row again, and takes nothing out of the warehouse, where the past stays. So it mends what the row
says of its record; where it would tell another record, the wrong one would stay beside it.

Belongs here: finding such corrections. Not here: rows that something else was told of since (``overtaken``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from reportmetrics.ingest.batch import Batch
from reportmetrics.ingest.corrections import Due
from reportmetrics.ingest.judging import judged_tables
from reportmetrics.ingest.overtaken import alone
from reportmetrics.ingest.readers.base import UnreadableError
from reportmetrics.profile.load import Profile
from reportmetrics.profile.sources import Source
from reportmetrics.warehouse.tables import TABLES

_TOLD = "SELECT source_row, row_key, faulty, row_key IN (SELECT row_key FROM core.{table}) FROM told ORDER BY ALL"


@dataclass(frozen=True, slots=True)
class _Told:
    """Rows of the file and the keys of the records that they tell; rows at fault; and what core has of the former."""

    records: frozenset[tuple[int, str]]
    faulty: frozenset[int]
    stored: frozenset[tuple[int, str]]


_NOTHING = _Told(frozenset(), frozenset(), frozenset())


def left_behind(
    connection: duckdb.DuckDBPyConnection, profile: Profile, key: bytes, due: Due, moment: dt.datetime
) -> UnreadableError | None:
    """Why a delivery of corrections is not to be taken in, if something wrong would stay beside what it tells."""
    before = _told(connection, profile, key, alone(due.before, moment))
    batch = alone(due.found, moment)
    if batch.refusals:
        return None  # said when it is taken in
    after = _told(connection, profile, key, batch)
    found = [*_other_records(due.found.source, before, after)]
    if not found:
        return None
    remedy = (
        "take this record out of the profile; have what undoes it sent (a withdrawal, an event), or forget the file "
        f"(reportmetrics forget {str(due.found.corrects)[:12]}) and have it sent again as it should be"
    )
    return UnreadableError("partial_correction", f"correction of {due.found.name}: {found[0]}", remedy)


def _told(connection: duckdb.DuckDBPyConnection, profile: Profile, key: bytes, batch: Batch) -> dict[str, _Told]:
    found = {}
    for table in judged_tables(connection, profile, batch, key):
        rows = connection.execute(_TOLD.format(table=table.name)).fetchall()
        found[table.name] = _Told(
            frozenset((row, record) for row, record, faulty, _ in rows if not faulty),
            frozenset(row for row, _, faulty, _ in rows if faulty),
            frozenset((row, record) for row, record, faulty, stored in rows if stored and not faulty),
        )
    return found


def _other_records(source: Source, before: dict[str, _Told], after: dict[str, _Told]) -> Iterator[str]:
    for table, told in before.items():
        now = after.get(table, _NOTHING)
        for row in sorted({row for row, _ in told.stored - now.records} - now.faulty):
            key = next((t.key for t in source.tables if t.table == table and t.key), None) or TABLES[table].key
            other = "another record" if any(row == there for there, _ in now.records) else "no record"
            said = f"row {row} would tell {other} of '{table}' (key: {', '.join(key)})"
            yield f"{said}, and the one that it told would stay"
