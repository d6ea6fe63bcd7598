"""The warehouse made anew from the archive, in another file, which then takes the place of the old one.

Each delivery is taken in again at its place in the ledger, with its arrival, by the profile as it is now. With the same
profile, program and key the core tables are the same; with a changed mapping they are what that mapping makes of what
was sent. It is also the way to another version of the warehouse's tables, to another key of the pseudonyms, and the way
in which what was forgotten leaves the database file (which otherwise would keep deleted pages).

Belongs here: the order of the work, and exchanging the files. Not here: taking in (``run``), forgetting (``forget``).
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from reportmetrics.clock import TOLERANCE, now_utc
from reportmetrics.ingest.archive import AGAIN, Kept, contradiction, fingerprint
from reportmetrics.ingest.batch import Taken
from reportmetrics.ingest.correction_files import told_of_forgotten
from reportmetrics.ingest.landing import Found, dated_by_name, facts_of_name, known_from
from reportmetrics.ingest.ledger import check_balance
from reportmetrics.ingest.old_warehouse import OldWarehouse, exchange, remove, shortened
from reportmetrics.ingest.pseudonyms import proven_key, pseudonym_key
from reportmetrics.ingest.run import batches, store_taken
from reportmetrics.ingest.sidecars import NO_NAME, Sidecar, SidecarError, read_sidecar, sidecar_paths, write_sidecar
from reportmetrics.ingest.taking_order import taking_order
from reportmetrics.profile.intake import intake
from reportmetrics.profile.load import Profile
from reportmetrics.profile.sources import Source
from reportmetrics.progress import Track, silent
from reportmetrics.settings import Settings
from reportmetrics.warehouse.store import Store

_FRESH = "warehouse.rebuilding.duckdb"
_COUNTS = ("rows_read", "accepted", "rejected", "duplicate", "superseded", "filtered")


class RebuildError(Exception):
    """The archive does not hold what a rebuild needs. The text lists all that is missing; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild made.

    ``changed`` tells lines of the ledger that differ from the old one's (None: there was none that could be read):
    what today's profile reads otherwise. ``aside`` is where the old warehouse lies now. ``were_ahead`` counts
    deliveries whose arrival lay ahead of the clock and was set right.
    """

    deliveries: int
    rows: int
    position: int
    forgotten: int
    changed: list[str] | None
    aside: Path | None
    were_ahead: int


def rebuild(
    settings: Settings,
    profile: Profile,
    *,
    key: bytes | None = None,
    keep_old: bool = True,
    now: dt.datetime | None = None,
    track: Track = silent,
) -> Rebuilt:
    """Make the warehouse anew and put it in the old one's place.

    ``key`` is the key of the pseudonyms, when it is another than that of the settings. Without ``keep_old`` the old
    database is removed: it holds what was forgotten, or pseudonyms of the old key.

    An arrival that lies ahead of ``now`` (naive UTC; left out: the clock's) was told by a clock that was ahead. It is
    set, in the sidecar too, to that of the next delivery whose arrival can be true, at most to ``now``.

    Raises ``RebuildError`` where files of the archive are missing or altered, or their source is not in the profile,
    and ``StoreError`` while another process has the warehouse open, or where the old one is to be kept and was made
    with another key. The old warehouse then stays as it was.
    """
    if key is None:
        key = proven_key(settings) if keep_old else pseudonym_key(settings)
    fresh = settings.home / _FRESH
    with OldWarehouse(settings.warehouse) as old:
        moment = now or now_utc()
        old.note_left_places(settings.archive)
        deliveries, ahead = _set_right(_deliveries(settings, profile, old), moment)
        remove(fresh)
        with Store(fresh) as store:
            places = _places(deliveries)
            rows = _fill(store, profile, deliveries, places, key, track)
            changed = old.compare(store.connection)
            gone = _gone([d.sidecar for d in deliveries])
            old.copy_history(store.connection, moment, gone, keep_old=keep_old)
            if changed == []:
                store.mark_validated(min(old.validated, store.passed_position()))
            position = store.position()
            store.connection.execute("CHECKPOINT")
    aside = exchange(settings, fresh, keep_old=keep_old)
    _note_places(deliveries, places)
    forgotten = sum(d.sidecar.forgotten is not None for d in deliveries)
    return Rebuilt(len(deliveries) - forgotten, rows, position, forgotten, changed, aside, ahead)


def read_again(settings: Settings, profile: Profile, target: Path, *, track: Track = silent) -> None:
    """Write into the new database ``target`` what the archive gives with this profile; the home stays as it is.

    Raises as ``rebuild`` does. Arrivals ahead of the clock stay as they were told.
    """
    key = proven_key(settings)
    with OldWarehouse(settings.warehouse) as old:
        deliveries = _deliveries(settings, profile, old)
    with Store(target) as store:
        _fill(store, profile, deliveries, _places(deliveries), key, track)


@dataclass(frozen=True, slots=True)
class _Delivery:
    sidecar: Sidecar
    kept: Kept | None

    @property
    def found(self) -> Found:
        assert self.kept is not None
        return self.kept.found

    def arrived(self, at: dt.datetime) -> _Delivery:
        """The delivery with another arrival, of which its sidecar keeps the one that it had."""
        said = self.sidecar.said
        said = said | {"arrived_at": at.isoformat(), "clock_said": said["arrived_at"]}
        write_sidecar(self.sidecar.path, said)
        kept = replace(self.kept, arrived_at=at) if self.kept else None
        return _Delivery(Sidecar(self.sidecar.path, said), kept)


def _deliveries(settings: Settings, profile: Profile, old: OldWarehouse) -> list[_Delivery]:
    """All deliveries in the order of the ledger; those that have no place yet come last, as a run would take them."""
    sources = {s.source: s for s in intake(profile.sources)}
    zone = zoneinfo.ZoneInfo(profile.mission.time_zone)
    found: list[_Delivery] = []
    sidecars: list[Sidecar] = []
    problems: list[str] = []
    for path in sidecar_paths(settings.archive):
        try:
            sidecar = read_sidecar(path)
        except SidecarError as error:
            problems.append(str(error))
            continue
        sidecars.append(sidecar)
        wrong = contradiction(sidecar)
        if wrong is not None:
            problems.append(
                f"{sidecar.name}: its sidecar {path} was altered ({wrong}); restore it from a backup, or forget "
                "the file"
            )
            continue
        if sidecar.forgotten is not None:
            found.append(_Delivery(sidecar, None))
            continue
        source, bytes_of = sources.get(sidecar.source), settings.archive / sidecar.sha256
        if source is None:
            problems.append(
                f"{sidecar.name}: its source '{sidecar.source}' is not in the profile; put its file back into "
                "sources/, or forget the file"
            )
        elif not bytes_of.is_file() or fingerprint(bytes_of) != sidecar.sha256:
            word = "was altered" if bytes_of.is_file() else "is missing"
            place = "" if sidecar.file_seq is None else f"place {sidecar.file_seq} of the ledger; "
            problems.append(f"{sidecar.name}: {place}{bytes_of} {word}; restore it from a backup, or forget the file")
        else:
            found.append(_Delivery(sidecar, kept_again(sidecar, source, bytes_of, zone)))
    lost = list(old.without_sidecar(settings.archive, sidecars))
    if lost:
        problems += [*shortened(lost), "restore the archive (bytes and .json files) from a backup, and try again"]
    elif not sidecars and not problems and (old.is_unknown or not settings.archive.is_dir()):
        problems.append(f"{settings.archive} holds no delivery; restore it from a backup, or correct --home")
    if problems:
        raise RebuildError("\n".join(["the archive is not whole; the warehouse stays as it is", *problems]))
    return sorted(found, key=_order)


def _set_right(deliveries: Sequence[_Delivery], now: dt.datetime) -> tuple[list[_Delivery], int]:
    """Deliveries, in the order of the ledger, with arrivals that can be true; and how many could not."""
    told: list[_Delivery] = []
    next_one, ahead = now, 0
    for delivery in reversed(deliveries):
        if delivery.sidecar.arrived_at > now + TOLERANCE:
            ahead += 1
            told.append(delivery.arrived(next_one))
        else:
            next_one = min(now, delivery.sidecar.arrived_at)
            told.append(delivery)
    return told[::-1], ahead


def kept_again(sidecar: Sidecar, source: Source, path: Path, zone: zoneinfo.ZoneInfo) -> Kept:
    """A delivery as it was when it was taken in, by its sidecar; ``path`` holds its bytes."""
    name = Path(sidecar.name)
    facts = facts_of_name(source, name.name)
    times = (sidecar.said["facts"] or {}).get(AGAIN)
    facts = facts if facts is None or times is None else {**facts, AGAIN: times}
    dated = dated_by_name(source, facts, zone)
    found = Found(source, name, sidecar.name, sidecar.said["bytes"], 0, facts, dated, sidecar.corrects)
    return Kept(found, sidecar.sha256, sidecar.said["identity"], path, sidecar.arrived_at, sidecar.sent)


def _order(delivery: _Delivery) -> tuple[object, ...]:
    sidecar, found = delivery.sidecar, delivery.kept.found if delivery.kept else None
    place = float("inf") if sidecar.file_seq is None else sidecar.file_seq
    dated, source = (found.dated, found.source) if found else (None, None)
    return place, sidecar.arrived_at, *taking_order(dated, source, sidecar.name), sidecar.source


def _gone(sidecars: Sequence[Sidecar]) -> set[str]:
    """Hashes of content that was forgotten wherever it came from."""
    forgotten = {s.sha256 for s in sidecars if s.forgotten is not None}
    return forgotten - {s.sha256 for s in sidecars if s.forgotten is None}


def _places(deliveries: Sequence[_Delivery]) -> dict[str, int]:
    """The place of each delivery in the new ledger, by the name of its sidecar, in ascending order."""
    places: dict[str, int] = {}
    last = 0
    for delivery in deliveries:
        # A place that is taken means sidecars of two archives in one: the next free one keeps their order.
        wanted = delivery.sidecar.file_seq
        last = wanted if wanted is not None and wanted > last else last + 1
        places[delivery.sidecar.path.name] = last
    return places


def _note_places(deliveries: Sequence[_Delivery], places: dict[str, int]) -> None:
    """Write down the places that sidecars do not tell, or tell otherwise: the next rebuild keeps them."""
    for sidecar in (d.sidecar for d in deliveries):
        place = places[sidecar.path.name]
        if sidecar.file_seq != place:
            write_sidecar(sidecar.path, sidecar.said | {"file_seq": place})


def _fill(
    store: Store, profile: Profile, deliveries: Sequence[_Delivery], places: dict[str, int], key: bytes, track: Track
) -> int:
    """Take in all deliveries; returns the rows read."""
    rows = 0
    # First, since rows that come back mended are left out where what they stand for was forgotten.
    _write_forgotten(store, [d.sidecar for d in deliveries if d.kept is None], places)
    kept = [d for d in deliveries if d.kept is not None]
    for some in batches(track(kept, "Rebuilding", len(kept)), _known_from, _apart):
        taken = []
        for delivery in some:
            assert delivery.kept is not None
            taken.append(Taken(delivery.kept, places[delivery.sidecar.path.name], _known_from(delivery)))
        rows += sum(line.rows_read for line in store_taken(store, profile, taken, key))
    store.connection.execute("UPDATE state SET position = $position", {"position": max(places.values(), default=0)})
    check_balance(store.connection)
    return rows


def _apart(one: _Delivery, other: _Delivery) -> bool:
    """Whether two deliveries came with different runs and one was known before it came: then their order tells."""
    assert one.kept is not None
    assert other.kept is not None
    dated = any(d.found.dated is not None for d in (one.kept, other.kept))
    return dated and one.kept.arrived_at != other.kept.arrived_at


def _known_from(delivery: _Delivery) -> dt.datetime:
    assert delivery.kept is not None
    return known_from(delivery.kept.found, delivery.kept.arrived_at)


def _write_forgotten(store: Store, sidecars: Sequence[Sidecar], places: dict[str, int]) -> None:
    """Lines of the ledger that say that there was a delivery; and its identity, so that it is not taken in again."""
    lines = []
    for sidecar in sidecars:
        forgotten = sidecar.forgotten or {}
        message = f"forgotten on {forgotten['at'][:10]}: {forgotten['reason']}{told_of_forgotten(sidecar)}"
        for table in forgotten["tables"]:
            lines.append(
                {
                    "file_seq": places[sidecar.path.name],
                    "table_name": table,
                    "source": sidecar.source,
                    "source_file": sidecar.sha256,
                    "original_name": NO_NAME,
                    "arrived_at": sidecar.arrived_at,
                    "status": "forgotten",
                    "message": message,
                    **dict.fromkeys(_COUNTS, 0),
                }
            )
        store.connection.execute(
            "INSERT INTO seen VALUES ($identity, $source, $name, 0, 0, $at)",
            {"identity": sidecar.said["identity"], "source": sidecar.source, "name": NO_NAME, "at": sidecar.arrived_at},
        )
    if lines:
        frame = pl.DataFrame(lines)
        names = ", ".join(frame.columns)
        store.connection.register("forgotten_lines", frame)
        store.connection.execute(f"INSERT INTO ledger ({names}) SELECT {names} FROM forgotten_lines")
        store.connection.unregister("forgotten_lines")
