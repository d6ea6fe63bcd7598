"""Taking in what has landed: the order of work from landing folder to ledger.

Files are taken in batches: opened and typed in bulk, stored in one transaction in which each file is whole. A run that
stops in between leaves the warehouse as it was after the last batch, and the next run takes up the rest.
"""

from __future__ import annotations

import datetime as dt
import functools
import shutil
import zoneinfo
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

import duckdb
import polars as pl

from reportmetrics.ingest.archive import (
    CannotReadError,
    Received,
    StillChangingError,
    clear_incoming,
    keep,
    note_place,
    receive,
)
from reportmetrics.ingest.batch import Batch, Taken, read_batch
from reportmetrics.ingest.corrections import corrections_of, refused
from reportmetrics.ingest.hand_backs import due_records
from reportmetrics.ingest.judging import judged_tables
from reportmetrics.ingest.landing import Claim, Claims, Found, Landing, cannot_be_read, known_from, look
from reportmetrics.ingest.landing_folder import check_landing
from reportmetrics.ingest.ledger import Delivery, IngestSummary, check_balance, check_clock
from reportmetrics.ingest.left_behind import left_behind
from reportmetrics.ingest.overtaken import overtaken
from reportmetrics.ingest.places import note_left_places
from reportmetrics.ingest.pseudonyms import key_check, pseudonym_key
from reportmetrics.ingest.write import (
    Counts,
    write_ledger,
    write_refusals,
    write_refused_again,
    write_repeated,
    write_resent,
    write_sighted,
    write_table,
)
from reportmetrics.profile.intake import intake, is_corrected, is_returned
from reportmetrics.profile.load import Profile
from reportmetrics.profile.sources import FromColumn, Source
from reportmetrics.progress import Track, silent
from reportmetrics.settings import Settings
from reportmetrics.warehouse.store import Store, transaction


class _HasFound(Protocol):
    @property
    def found(self) -> Found: ...


File = TypeVar("File", bound=_HasFound)

_BATCH_FILES = 1_000
_BATCH_BYTES = 64 * 1024 * 1024


def ingest(
    settings: Settings, profile: Profile, *, now: dt.datetime | None = None, track: Track = silent
) -> IngestSummary:
    """Take in all files of the landing folder that have not been taken before.

    ``now`` is the arrival (naive UTC, or with a zone), for replays. Raises ``LandingError`` when that folder is not
    there or cannot be listed, ``StoreError`` when the warehouse cannot be opened, ``ClockError`` when the machine's
    clock lies far behind earlier arrivals, and ``LedgerError`` when the books do not balance; then nothing of the batch
    has been stored.
    """
    not_made = None if check_landing(settings) else settings.landing
    moment = _naive_utc(now or dt.datetime.now(dt.UTC))
    key = pseudonym_key(settings)
    deliveries: list[Delivery] = []
    with Store(settings.warehouse) as store:
        if now is None:
            moment = check_clock(store.connection, moment)
        clear_incoming(settings.archive)
        note_left_places(store.connection, settings.archive)
        zone = zoneinfo.ZoneInfo(profile.mission.time_zone)
        news = functools.partial(_not_seen, store.connection)
        landing = look(settings.landing, intake(profile.sources), zone, news=news)
        fresh, twins, unchanged = _fresh(store.connection, landing, settings, moment, track)
        for some in batches(track(fresh, "Taking in files", len(fresh)), lambda r: known_from(r.found, moment)):
            kept = [keep(r, settings.archive, moment) for r in some]
            first = store.position() + 1
            taken = [Taken(k, first + i, known_from(k.found, k.arrived_at)) for i, k in enumerate(kept)]
            deliveries += store_taken(store, profile, taken, key)
            for each in taken:
                note_place(each.kept, each.file_seq)
        _remember(store.connection, [(r.found, r.identity) for r in twins], moment)
        lines, uncorrected = _correct(store, settings, profile, key, moment)
        deliveries += [*lines, *_record_hand_backs(store, settings, profile, key, moment)]
        check_balance(store.connection)
        position = store.position()
    return IngestSummary(
        deliveries,
        position,
        unchanged,
        landing.waiting,
        landing.unmatched,
        uncorrected,
        landing.stuck,
        not_made,
    )


def _correct(
    store: Store, settings: Settings, profile: Profile, key: bytes, now: dt.datetime
) -> tuple[list[Delivery], list[str]]:
    """Take in the corrections of the profile that are not known yet, after the files that they may be of."""
    zone = zoneinfo.ZoneInfo(profile.mission.time_zone)
    scratch = settings.staging / "corrections"
    found = corrections_of(store.connection, profile.sources, settings.archive, scratch, zone)
    _remember(store.connection, found.known, now)
    lines: list[Delivery] = []
    for each in found.due:
        moment = each.known_from or now
        why = overtaken(store.connection, profile, key, each.before, each.found, since=each.since, moment=moment)
        why = why or left_behind(store.connection, profile, key, each, moment)
        lines += _take_alone(store, settings, profile, key, refused(each, why) if why else each.found, moment)
    shutil.rmtree(scratch, ignore_errors=True)
    return lines, found.waiting


def take_hand_backs(settings: Settings, profile: Profile, *, now: dt.datetime | None = None) -> list[Delivery]:
    """Take in the records of hand-backs that are not known yet, and nothing else. Raises as ``ingest`` does."""
    moment = _naive_utc(now or dt.datetime.now(dt.UTC))
    key = pseudonym_key(settings)
    with Store(settings.warehouse) as store:
        return _record_hand_backs(store, settings, profile, key, moment)


def _record_hand_backs(
    store: Store, settings: Settings, profile: Profile, key: bytes, now: dt.datetime
) -> list[Delivery]:
    due = due_records(store.connection, settings.hand_backs, zoneinfo.ZoneInfo(profile.mission.time_zone))
    return [line for each in due for line in _take_alone(store, settings, profile, key, each, now)]


def _take_alone(
    store: Store, settings: Settings, profile: Profile, key: bytes, found: Found, arrival: dt.datetime
) -> list[Delivery]:
    """Archive and store one file as a batch of its own; what is known is told once only, such as a refusal."""
    received = receive(found, settings.archive)
    if _known(store.connection, [received.identity]):
        received.scratch.unlink()
        _remember(store.connection, [(found, received.identity)], arrival)
        return []
    kept = keep(received, settings.archive, arrival)
    taken = Taken(kept, store.position() + 1, kept.arrived_at)
    lines = store_taken(store, profile, [taken], key)
    note_place(kept, taken.file_seq)
    return lines


def _naive_utc(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(dt.UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _not_seen(connection: duckdb.DuckDBPyConnection, claims: Claims) -> list[Claim]:
    """The claims of files that were not seen before by that source with that size and time of change."""
    if not claims["name"]:
        return []
    connection.register("claims", pl.DataFrame(claims))
    rows = connection.execute("FROM claims ANTI JOIN seen USING (source, name, size, modified_ns)").fetchall()
    connection.unregister("claims")
    return rows


def _fresh(
    connection: duckdb.DuckDBPyConnection, landing: Landing, settings: Settings, now: dt.datetime, track: Track
) -> tuple[list[Received], list[Received], int]:
    """Copies of the files to take, files that hold the same as one of these, and the number of files seen before.

    A file whose name, size and time of change are known is not opened again. The second ones are not known before the
    first are stored: until then they would stand for rows that nobody has.
    """
    received: list[Received] = []
    for found in track(landing.found, "Copying files to the archive", len(landing.found)):
        try:
            received.append(receive(found, settings.archive, landing=settings.landing))
        except StillChangingError:
            landing.waiting.append(found.name)
        except CannotReadError as error:
            landing.stuck.append(cannot_be_read(found.name, error.why))
    known = _known(connection, [r.identity for r in received])
    last = _last_known(connection, [r.found for r in received if r.identity in known])
    fresh: dict[str, Received] = {}
    twins: list[Received] = []
    again: list[Received] = []
    for each in received:
        is_known = each.identity in known
        stood = last.get((each.found.source.source, each.found.name), each.identity)
        told: Received | None = each
        if is_known:
            told = None if stood == each.identity else _as_told(connection, each, stood)
        if told is not None and told.identity not in fresh:
            fresh[told.identity] = told
            continue
        each.scratch.unlink()
        (again if is_known else twins).append(each)
    _remember(connection, [(r.found, r.identity) for r in again], now)
    return list(fresh.values()), twins, landing.unchanged + len(again) + len(twins)


def _last_known(connection: duckdb.DuckDBPyConnection, files: Sequence[Found]) -> dict[tuple[str, str], str]:
    """By source and name, the identity of what was seen last under that name."""
    if not files:
        return {}
    asked = pl.DataFrame([(f.source.source, f.name) for f in files], schema=["source", "name"], orient="row")
    connection.register("asked", asked)
    rows = connection.execute(
        "SELECT source, name, arg_max(identity, seen.rowid) FROM seen SEMI JOIN asked USING (source, name) GROUP BY ALL"
    ).fetchall()
    connection.unregister("asked")
    return {(source, name): identity for source, name, identity in rows}


def _as_told(connection: duckdb.DuckDBPyConnection, known: Received, stood: str) -> Received | None:
    """A file whose content is known as a delivery of its own, where its name ``stood`` for other content meanwhile.

    A register that is overwritten each week may go back to what it was; one that is sent again as it was tells nothing.
    What was forgotten, or lost rows to that, does not come back.
    """
    if known.found.facts is None or not _is_kept(connection, known):
        return None
    same, times = {known.identity}, 2
    while _known(connection, [(again := known.again(times)).identity]):
        same.add(again.identity)
        times += 1
    return again if stood not in same else None


def _is_kept(connection: duckdb.DuckDBPyConnection, known: Received) -> bool:
    rows = connection.execute(
        "SELECT 1 FROM ledger WHERE source = $source AND source_file = $sha256 AND status <> 'forgotten' LIMIT 1",
        {"source": known.found.source.source, "sha256": known.sha256},
    ).fetchall()
    return bool(rows)


def _known(connection: duckdb.DuckDBPyConnection, identities: Sequence[str]) -> set[str]:
    """Those of the identities that were taken before."""
    if not identities:
        return set()
    connection.register("asked", pl.DataFrame({"identity": identities}))
    rows = connection.execute("SELECT DISTINCT identity FROM seen SEMI JOIN asked USING (identity)").fetchall()
    connection.unregister("asked")
    return {row[0] for row in rows}


def _remember(connection: duckdb.DuckDBPyConnection, files: Sequence[tuple[Found, str]], now: dt.datetime) -> None:
    if not files:
        return
    rows = [(name, f.source.source, f.name, f.size, f.modified_ns, now) for f, name in files]
    names = ["identity", "source", "name", "size", "modified_ns", "seen_at"]
    connection.register("glimpses", pl.DataFrame(rows, schema=names, orient="row"))
    connection.execute("INSERT INTO seen SELECT * FROM glimpses")
    connection.unregister("glimpses")


def batches(
    files: Iterable[File],
    known_from: Callable[[File], dt.datetime],
    apart: Callable[[File, File], bool] = lambda *_: False,
) -> Iterator[list[File]]:
    """Files by the number and the bytes that are worked on at once, in their order.

    What a row means for what was known must not depend on how files fall into batches. In a batch rows are compared in
    the order of ``known_from``, so a file that is known from an earlier moment than the one before begins a new one,
    and a file whose rows each have a moment of their own is a batch by itself. ``apart`` tells of a file and the next
    one whether they were taken in by different runs, of which the later one found what the first had stored.
    """
    some: list[File] = []
    size = 0
    for file in files:
        if some and (
            _goes_alone(file.found.source)
            or _goes_alone(some[-1].found.source)
            or known_from(file) < known_from(some[-1])
            or apart(some[-1], file)
        ):
            yield some
            some, size = [], 0
        some.append(file)
        size += file.found.size
        if len(some) >= _BATCH_FILES or size >= _BATCH_BYTES:
            yield some
            some, size = [], 0
    if some:
        yield some


def _goes_alone(source: Source) -> bool:
    """Whether a delivery is a batch of its own.

    What its rows are folded into, or their order, is not its file's; or they stand in places of other deliveries.
    """
    own = source.has_events or isinstance(source.known_from, FromColumn)
    return own or is_returned(source) or is_corrected(source)


def store_taken(store: Store, profile: Profile, taken: Sequence[Taken], key: bytes) -> list[Delivery]:
    """Read and store one batch, in one transaction. The last of its places becomes the ledger's position."""
    connection = store.connection
    store.claim_key(key_check(key))
    batch = read_batch(taken, profile.sources)
    known = {u.unit_id for u in profile.mission.units}
    batch.units = {seq: unit for seq, unit in batch.units.items() if unit in known}
    with transaction(connection):
        lines = _store_batch(connection, profile, batch, key)
        _remember(connection, [(t.kept.found, t.kept.identity) for t in taken], taken[-1].kept.arrived_at)
        connection.execute("UPDATE state SET position = $position", {"position": taken[-1].file_seq})
    return lines


def _store_batch(connection: duckdb.DuckDBPyConnection, profile: Profile, batch: Batch, key: bytes) -> list[Delivery]:
    counts: dict[str, Counts] = {}
    for table in judged_tables(connection, profile, batch, key):
        counts[table.name] = write_table(connection, table, batch)
        write_resent(connection, table, batch)
        write_sighted(connection, table, batch)
        write_repeated(connection, table)
        write_refused_again(connection, table)
    write_refusals(connection, batch)
    return write_ledger(connection, batch, counts)
