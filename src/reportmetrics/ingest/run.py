"""Taking in what has landed: the order of work from landing folder to ledger.

Files are taken in batches: opened and typed in bulk, stored in one transaction in which each file is whole. A run that
stops in between leaves the warehouse as it was after the last batch, and the next run takes up the rest.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterator, Sequence

import duckdb
import polars as pl

from reportmetrics.ingest.archive import Kept, StillChangingError, fingerprint, identity, keep
from reportmetrics.ingest.batch import Batch, Taken, read_batch
from reportmetrics.ingest.judging import judged_tables
from reportmetrics.ingest.landing import Found, Landing, look
from reportmetrics.ingest.ledger import Delivery, IngestSummary, check_balance
from reportmetrics.ingest.pseudonyms import pseudonym_key
from reportmetrics.ingest.write import (
    Counts,
    write_ledger,
    write_raw,
    write_refusals,
    write_resent,
    write_sighted,
    write_table,
)
from reportmetrics.profile.intake import intake
from reportmetrics.profile.load import Profile
from reportmetrics.progress import Track, silent
from reportmetrics.settings import Settings
from reportmetrics.warehouse.store import Store

_BATCH_FILES = 1_000
_BATCH_BYTES = 64 * 1024 * 1024


def ingest(
    settings: Settings, profile: Profile, *, now: dt.datetime | None = None, track: Track = silent
) -> IngestSummary:
    """Take in all files of the landing folder that have not been taken before.

    ``now`` is the arrival (naive UTC, or with a zone), for replays. Raises ``StoreError`` when the warehouse cannot be
    opened and ``LedgerError`` when the books do not balance; then nothing of the batch has been stored.
    """
    moment = _naive_utc(now or dt.datetime.now(dt.UTC))
    landing = look(settings.landing, intake(profile.sources), zoneinfo.ZoneInfo(profile.mission.time_zone))
    key = pseudonym_key(settings)
    deliveries: list[Delivery] = []
    with Store(settings.warehouse) as store:
        fresh, unchanged = _fresh(store.connection, landing, moment)
        for some in _batches(track(fresh, "Taking in files", len(fresh))):
            kept = _keep(some, settings, moment, landing)
            deliveries += _store(store, profile, kept, key)
        check_balance(store.connection)
        position = store.position()
    return IngestSummary(deliveries, position, unchanged, landing.waiting, landing.unmatched)


def _naive_utc(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(dt.UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _fresh(
    connection: duckdb.DuckDBPyConnection, landing: Landing, now: dt.datetime
) -> tuple[list[tuple[Found, str]], int]:
    """Files to take, with their hashes, and the number of those seen before.

    A file whose name, size and time of change are known is not opened again.
    """
    looked = connection.execute("SELECT source, name, size, modified_ns FROM seen").fetchall()
    glimpsed = set(looked)
    unknown = [f for f in landing.found if (f.source.source, f.name, f.size, f.modified_ns) not in glimpsed]
    hashed = [(f, fingerprint(f.path)) for f in unknown]
    known = {row[0] for row in connection.execute("SELECT identity FROM seen").fetchall()} if hashed else set()
    fresh: list[tuple[Found, str]] = []
    again: list[tuple[Found, str]] = []
    for found, sha256 in hashed:
        name = identity(found.source.source, found.facts, sha256)
        (again if name in known else fresh).append((found, sha256))
        known.add(name)
    _remember(connection, again, now)
    return fresh, len(landing.found) - len(fresh)


def _remember(connection: duckdb.DuckDBPyConnection, files: Sequence[tuple[Found, str]], now: dt.datetime) -> None:
    if not files:
        return
    rows = [
        (identity(f.source.source, f.facts, h), f.source.source, f.name, f.size, f.modified_ns, now) for f, h in files
    ]
    names = ["identity", "source", "name", "size", "modified_ns", "seen_at"]
    connection.register("glimpses", pl.DataFrame(rows, schema=names, orient="row"))
    connection.execute("INSERT INTO seen SELECT * FROM glimpses")
    connection.unregister("glimpses")


def _batches(files: Iterator[tuple[Found, str]]) -> Iterator[list[tuple[Found, str]]]:
    some: list[tuple[Found, str]] = []
    size = 0
    for found, sha256 in files:
        if some and (found.source.has_events or some[-1][0].source.has_events):
            # An event changes what is known: what that is must not depend on how files fall into batches.
            yield some
            some, size = [], 0
        some.append((found, sha256))
        size += found.size
        if len(some) >= _BATCH_FILES or size >= _BATCH_BYTES:
            yield some
            some, size = [], 0
    if some:
        yield some


def _keep(files: Sequence[tuple[Found, str]], settings: Settings, now: dt.datetime, landing: Landing) -> list[Kept]:
    kept: list[Kept] = []
    for found, sha256 in files:
        try:
            kept.append(keep(found, sha256, settings.archive, now))
        except StillChangingError:
            landing.waiting.append(found.name)
    return kept


def _store(store: Store, profile: Profile, kept: Sequence[Kept], key: bytes) -> list[Delivery]:
    """One batch, in one transaction."""
    if not kept:
        return []
    connection = store.connection
    first = store.position() + 1
    batch = read_batch(Taken(k, first + i, k.found.dated or k.arrived_at) for i, k in enumerate(kept))
    connection.begin()
    try:
        lines = _store_batch(connection, profile, batch, key)
        _remember(connection, [(k.found, k.sha256) for k in kept], kept[-1].arrived_at)
        connection.execute("UPDATE state SET position = $position", {"position": batch.taken[-1].file_seq})
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    return lines


def _store_batch(connection: duckdb.DuckDBPyConnection, profile: Profile, batch: Batch, key: bytes) -> list[Delivery]:
    counts: dict[str, Counts] = {}
    for table in judged_tables(connection, profile, batch, key):
        counts[table.name] = write_table(connection, table, batch)
        write_resent(connection, table, batch)
        write_sighted(connection, table, batch)
    write_raw(connection, batch)
    write_refusals(connection, batch.refusals)
    return write_ledger(connection, batch, counts)
