"""Clearing the landing folder of files that are safe elsewhere, where the mission asks for it (``clear_landing``).

A file goes once nothing can be lost with it: every source that claims it has taken it in, the checks have let its
batch pass, and the archive has, on the disk, the bytes that lie there now and what the ledger cannot be made without.
All of that is asked anew before each removal and nothing is remembered, so a run that is stopped at any moment leaves
files that the next one removes.

A file that was refused goes like any other: the ledger and the rejects name it, and what was sent is in the archive. A
file that no source claims stays, as do those of a batch that was set aside, and one whose bytes are not what was taken.
So does one that was forgotten, as a whole or some rows of it, and was sent again: it is named each time. No link is
followed, so that nothing goes from elsewhere.

Belongs here: when a file may go. Not here: what lies there (``landing``), what is kept (``archive``).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from reportmetrics.ingest.archive import fingerprint, identity
from reportmetrics.ingest.landing import claims_of, facts_of_name
from reportmetrics.ingest.landing_folder import LandingError, check_landing
from reportmetrics.ingest.sidecars import SidecarError, read_sidecar
from reportmetrics.ingest.within import open_at, place_of
from reportmetrics.profile.intake import intake
from reportmetrics.profile.load import Profile
from reportmetrics.profile.sources import Source
from reportmetrics.settings import Settings
from reportmetrics.warehouse.store import Store

_FORGOTTEN = "it, or rows of it, was forgotten; it is not taken in again: delete it here, and tell its sender"


@dataclass(frozen=True, slots=True)
class Cleared:
    """Names of files that were removed, and of those that the system did not let go, with its reason."""

    removed: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Taken:
    """A file as it lay there when the sources ``by`` took it in."""

    name: str
    size: int
    modified_ns: int
    by: list[Source]


def clear_landing(store: Store, settings: Settings, profile: Profile) -> Cleared:
    """Remove what is safe from the landing folder; nothing unless the mission asks for it.

    The caller has the warehouse open, so that no other run takes files in meanwhile.
    """
    cleared = Cleared()
    if not profile.mission.clear_landing:
        return cleared
    try:
        check_landing(settings)
        files = _taken(store, settings.landing, intake(profile.sources))
    except LandingError as error:
        cleared.stuck.append(f"anything ({error})")
        return cleared
    for taken in files:
        try:
            with place_of(settings.landing, taken.name) as (folder, name):
                if _is_safe(store, folder, name, taken, settings.archive):
                    os.unlink(name, dir_fd=folder)
                    cleared.removed.append(taken.name)
                elif _was_forgotten(store, folder, name, taken):
                    cleared.stuck.append(f"{taken.name} ({_FORGOTTEN})")
        except FileNotFoundError:
            continue
        except OSError as error:
            cleared.stuck.append(f"{taken.name} ({error.strerror})")
    return cleared


def _taken(store: Store, landing: Path, sources: Sequence[Source]) -> list[_Taken]:
    """Files of the landing folder that each source which claims them has seen as they are."""
    claims = claims_of(landing, sources, [])
    if not claims["name"]:
        return []
    by_id = {source.source: source for source in sources}
    store.connection.register("claims", pl.DataFrame(claims))
    rows = store.connection.execute(
        "SELECT name, size, modified_ns, list(source) FROM claims WHERE name NOT IN "
        "(SELECT name FROM claims ANTI JOIN seen USING (source, name, size, modified_ns)) GROUP BY ALL ORDER BY name"
    ).fetchall()
    store.connection.unregister("claims")
    return [_Taken(name, size, modified, [by_id[s] for s in ids]) for name, size, modified, ids in rows]


def _is_safe(store: Store, folder: int, name: str, taken: _Taken, archive: Path) -> bool:
    """Whether all that lies there is kept. Raises ``OSError`` when the file cannot be read."""
    sha256 = _fingerprint(folder, name)
    kept = [archive / sha256]
    for source in taken.by:
        facts = facts_of_name(source, name)
        named = identity(source.source, facts, sha256)
        kept.append(archive / f"{sha256}.{named[:12]}.json")
        if not (_is_recorded(store, source, facts, sha256) and _describes(kept[-1], named)):
            return False
    if not (kept[0].is_file() and fingerprint(kept[0]) == sha256):
        return False
    _write_through([*kept, archive])
    now = os.stat(name, dir_fd=folder, follow_symlinks=False)
    return (now.st_size, now.st_mtime_ns) == (taken.size, taken.modified_ns)


def _fingerprint(folder: int, name: str) -> str:
    with open_at(folder, name) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _was_forgotten(store: Store, folder: int, name: str, taken: _Taken) -> bool:
    """Whether what lies there was taken in once, and no line of the ledger tells of it as it was sent."""
    sha256 = _fingerprint(folder, name)
    for source in taken.by:
        named = identity(source.source, facts_of_name(source, name), sha256)
        found = store.connection.execute(
            "SELECT 1 FROM seen WHERE identity = $named AND NOT EXISTS (SELECT 1 FROM ledger "
            "WHERE source = $source AND source_file = $sha256 AND status <> 'forgotten') LIMIT 1",
            {"named": named, "source": source.source, "sha256": sha256},
        ).fetchall()
        if found:
            return True
    return False


def _is_recorded(store: Store, source: Source, facts: dict[str, str] | None, sha256: str) -> bool:
    """Whether the ledger tells of the delivery, in a batch that has passed."""
    rows = store.connection.execute(
        "SELECT 1 FROM ledger WHERE source = $source AND source_file = $sha256 AND facts IS NOT DISTINCT FROM $facts "
        "AND file_seq <= (SELECT validated_position FROM state) LIMIT 1",
        {
            "source": source.source,
            "sha256": sha256,
            "facts": json.dumps(facts, ensure_ascii=False) if facts else None,
        },
    ).fetchall()
    return bool(rows)


def _describes(sidecar: Path, named: str) -> bool:
    try:
        found = read_sidecar(sidecar)
    except SidecarError:
        return False
    return found.said["identity"] == named and found.forgotten is None


def _write_through(paths: Sequence[Path]) -> None:
    """Wait until the disk has these files and folders: the landing folder's copy is the last one that is not ours."""
    for path in paths:
        opened = os.open(path, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
