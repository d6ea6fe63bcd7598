"""Backup of a mission's installation, and back: everything in ``home`` that cannot be made again from elsewhere.

Belongs here: copying while nobody writes, and putting back. Not here: rebuilding from the archive (``ingest``), copying
to another machine (any tool will do: a backup is a folder of plain files).

What is copied: archive, warehouse, publications, Dagster's history where it is in SQLite, the pseudonyms' key, the
profile. Files that never change (archive, publications) are hard links to the backup before, so that a nightly backup
costs what is new. A backup holds the key beside what it protects: keep it where the warehouse may be kept.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import filecmp
import shutil
import sqlite3
from pathlib import Path

from reportmetrics.alone import alone
from reportmetrics.current import StepError
from reportmetrics.publish.files import link_or_copy
from reportmetrics.settings import Settings
from reportmetrics.warehouse.store import Store

COMPLETE = "complete"
"""Written last: a folder without it is a backup that was interrupted."""
_IMMUTABLE = ("archive", "publications")
_PROFILE = "profile"


def backup(settings: Settings, folder: Path, *, now: dt.datetime | None = None) -> Path:
    """Write ``folder/<time>`` and return it. Runs wait for it and it for them, so that none is cut in two.

    Raises ``StepError`` when there is nothing to back up, and for a folder within what is backed up or taken in.
    """
    _refuse_within(settings, folder)
    if not settings.warehouse.is_file():
        raise StepError(f"there is no warehouse in {settings.home}; nothing to back up")
    moment = now or dt.datetime.now(dt.UTC)
    target = folder / moment.strftime("%Y-%m-%dT%H%M%SZ")
    earlier = _newest(folder)
    building = folder / f".{target.name}.building"
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    with alone(settings), Store(settings.warehouse) as store:
        store.connection.execute("CHECKPOINT")
        for part in _IMMUTABLE:
            _link_tree(settings.home / part, building / part, earlier / part if earlier else None)
        shutil.copyfile(settings.warehouse, building / settings.warehouse.name)
    if settings.pseudonym_key_file.is_file():
        shutil.copy2(settings.pseudonym_key_file, building / settings.pseudonym_key_file.name)
    _copy_history(settings.dagster_home, building / "dagster")
    shutil.copytree(settings.profile, building / _PROFILE)
    (building / COMPLETE).write_text(f"{moment.isoformat(timespec='seconds')}\n", encoding="utf-8")
    building.rename(target)
    return target


def _refuse_within(settings: Settings, folder: Path) -> None:
    """A backup that lies in what it protects is lost with it, and within the profile it would hold itself."""
    parts = {"home": settings.home, "profile": settings.profile, "landing folder": settings.landing}
    for name, part in parts.items():
        if folder.resolve().is_relative_to(part.resolve()):
            raise StepError(f"{folder} lies within the {name} {part}; give one outside of it, best on another disk")


def restore(backup_folder: Path, home: Path) -> None:
    """Put a backup into ``home``, which must be empty or missing. Raises ``StepError`` where that is not so.

    The profile stays in the backup: the one in use is under your own version control.
    """
    if not (backup_folder / COMPLETE).is_file():
        raise StepError(f"{backup_folder} is no complete backup (it has no file '{COMPLETE}'); choose another one")
    if home.is_dir() and any(home.iterdir()):
        raise StepError(f"{home} is not empty; move what is there away first, a backup never overwrites")
    home.mkdir(parents=True, exist_ok=True)
    for part in sorted(backup_folder.iterdir()):
        if part.name in (COMPLETE, _PROFILE):
            continue
        if part.is_dir():
            shutil.copytree(part, home / part.name)
        else:
            shutil.copy2(part, home / part.name)


def _newest(folder: Path) -> Path | None:
    known = sorted(p.parent for p in folder.glob(f"*/{COMPLETE}"))
    return known[-1] if known else None


def _link_tree(source: Path, target: Path, earlier: Path | None) -> None:
    """Copy a folder of files that never change; what the backup before has already is a link to it."""
    for path in sorted(p for p in source.rglob("*") if p.is_file() and not p.name.startswith(".")):
        name = path.relative_to(source)
        twin = earlier / name if earlier else None
        place = target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if twin is not None and twin.is_file() and filecmp.cmp(path, twin):
            link_or_copy(twin, place)
        else:
            shutil.copy2(path, place)


def _copy_history(source: Path, target: Path) -> None:
    """Dagster's folder: databases by SQLite's own backup, as others may write to them, all else as it is."""
    for path in sorted(p for p in source.rglob("*") if p.is_file()):
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".db":
            with contextlib.closing(sqlite3.connect(path)) as one, contextlib.closing(sqlite3.connect(place)) as other:
                one.backup(other)
        elif not path.name.endswith((".db-wal", ".db-shm")):
            shutil.copy2(path, place)
