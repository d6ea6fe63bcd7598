"""The landing folder: which files are there, whose they are, and what their names say.

Belongs here: looking, without opening. Not here: keeping (``archive``), reading (``readers``).
"""

from __future__ import annotations

import datetime as dt
import re
import time
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reportmetrics.profile.sources import FileDate, Source

QUIET_SECONDS = 1.0
"""A file that changed more recently than this may still be being written: it is left for the next run."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file that a source claims. ``name`` is its path below the landing folder, with ``/``.

    ``facts`` is None when the name does not fit the source's pattern. ``dated`` is the instant (naive UTC) that the
    name states, for a declared backfill.
    """

    source: Source
    path: Path
    name: str
    size: int
    modified_ns: int
    facts: dict[str, str] | None
    dated: dt.datetime | None


@dataclass(slots=True)
class Landing:
    """What a look at the landing folder found."""

    found: list[Found] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)


def look(folder: Path, sources: Sequence[Source], zone: zoneinfo.ZoneInfo) -> Landing:
    """All files below ``folder``, in the order in which they are to be taken: by date stated, name, source.

    Hidden files and the lock files of office programs (``~$...``) are nobody's.
    """
    landing = Landing()
    everything = {p: p.stat() for p in sorted(folder.rglob("*")) if p.is_file() and not is_scratch(p, folder)}
    claimed: set[Path] = set()
    now = time.time()
    for source in sources:
        for path in folder.glob(source.files):
            if path not in everything:
                continue
            claimed.add(path)
            stat = everything[path]
            name = path.relative_to(folder).as_posix()
            if 0 <= now - stat.st_mtime < QUIET_SECONDS:
                landing.waiting.append(name)
                continue
            landing.found.append(found_as(source, path, name, zone))
    landing.found.sort(key=lambda f: (f.dated or dt.datetime.max, f.name, f.source.source))
    landing.unmatched = [p.relative_to(folder).as_posix() for p in everything if p not in claimed]
    return landing


def found_as(source: Source, path: Path, name: str, zone: zoneinfo.ZoneInfo) -> Found:
    """A file as ``source`` would take it, under the name ``name``."""
    stat = path.stat()
    facts = facts_of_name(source, path.name)
    return Found(source, path, name, stat.st_size, stat.st_mtime_ns, facts, dated_by_name(source, facts, zone))


def is_scratch(path: Path, folder: Path) -> bool:
    """Whether a file is nobody's: hidden, or the lock file of an office program."""
    return any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)


def facts_of_name(source: Source, name: str) -> dict[str, str] | None:
    """Facts that a file's name states; None when it does not fit the source's pattern."""
    if source.facts is None:
        return {}
    match = re.fullmatch(source.facts, name)
    return None if match is None else {k: v for k, v in sorted(match.groupdict().items()) if v is not None}


def dated_by_name(source: Source, facts: dict[str, str] | None, zone: zoneinfo.ZoneInfo) -> dt.datetime | None:
    """The instant (naive UTC) that a file's name states, for a declared backfill."""
    if not isinstance(source.known_from, FileDate) or not facts or "file_date" not in facts:
        return None
    try:
        local = dt.datetime.strptime(facts["file_date"], source.known_from.file_date)
    except ValueError:
        return None
    aware = local if local.tzinfo else local.replace(tzinfo=zone)
    return aware.astimezone(dt.UTC).replace(tzinfo=None)
