"""The landing folder: which files are there, whose they are, and what their names say.

Belongs here: looking, without opening. Not here: keeping (``archive``), reading (``readers``).
"""

from __future__ import annotations

import datetime as dt
import os
import re
import time
import zoneinfo
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reportmetrics.profile.sources import FileDate, Source

_SCRATCH = (".", "~$")
_MAGIC = re.compile(r"[*?\[]")

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
    unchanged: int = 0


Glimpse = tuple[str, str, int, int]
"""Source, name, size and time of change: what tells that a file need not be opened again."""


Listed = tuple[str, int, int]
"""Name below the landing folder, size and time of change (ns)."""


def look(
    folder: Path,
    sources: Sequence[Source],
    zone: zoneinfo.ZoneInfo,
    *,
    known: Collection[Glimpse] = frozenset(),
    listed: Iterable[Listed] | None = None,
) -> Landing:
    """All files below ``folder`` but the ``known`` ones, in the order in which they are to be taken.

    That is by date stated, name, source. Hidden files and the lock files of office programs (``~$...``) are nobody's.
    The cost of a file that is known is that of asking the file system for it: ten thousand of them lie there soon.
    ``listed`` is what ``list_files`` gave, where the caller has it.
    """
    landing = Landing()
    patterns = _patterns(sources)
    now = time.time_ns()
    for name, size, modified in list_files(folder) if listed is None else listed:
        claimed = False
        for source_id, claims, source in patterns(name):
            if not claims(name):
                continue
            claimed = True
            if (source_id, name, size, modified) in known:
                landing.unchanged += 1
            elif 0 <= now - modified < QUIET_SECONDS * 1e9:
                landing.waiting.append(name)
            else:
                landing.found.append(found_as(source, folder / name, name, zone))
        if not claimed:
            landing.unmatched.append(name)
    landing.found.sort(key=lambda f: (f.dated or dt.datetime.max, f.name, f.source.source))
    landing.waiting.sort()
    landing.unmatched.sort()
    return landing


def list_files(folder: Path) -> list[Listed]:
    """Every file below ``folder`` that may be somebody's, in no order; none where there is no such folder."""
    listed: list[Listed] = []
    below = [""]
    while below:
        at = below.pop()
        try:
            entries = os.scandir(folder / at)
        except (FileNotFoundError, NotADirectoryError):
            continue
        with entries:
            for entry in entries:
                name = entry.name
                if name.startswith(_SCRATCH):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    below.append(f"{at}{name}/")
                elif entry.is_file():
                    stat = entry.stat()
                    listed.append((at + name, stat.st_size, stat.st_mtime_ns))
    return listed


Claims = Sequence[tuple[str, Callable[[str], object], Source]]
"""Id of a source, what tells whether a name is one of its files, and the source."""


def _patterns(sources: Sequence[Source]) -> Callable[[str], Claims]:
    """The sources that may claim a name, found by its first folder where their globs say one."""
    by_folder: dict[str, list[tuple[str, Callable[[str], object], Source]]] = {}
    for source in sources:
        first, rest, _ = source.files.partition("/")
        by_folder.setdefault(first if rest and not _MAGIC.search(first) else "", []).append(
            (source.source, re.compile(as_regex(source.files)).fullmatch, source)
        )
    anywhere = by_folder.get("", [])
    within = {first: [*claims, *anywhere] for first, claims in by_folder.items() if first}

    def candidates(name: str) -> Claims:
        first, slash, _ = name.partition("/")
        return within.get(first, anywhere) if slash else anywhere

    return candidates


def as_regex(glob: str) -> str:
    """A glob as ``pathlib`` understands it, as a regular expression over a path with ``/``."""
    parts = []
    *folders, last = glob.split("/")
    for part in folders:
        parts.append("(?:[^/]+/)*" if part == "**" else f"{_part(part)}/")
    return "".join([*parts, _part(last)])


def _part(glob: str) -> str:
    def one(match: re.Match[str]) -> str:
        text = match[0]
        if text == "?":
            return "[^/]"
        if text.startswith("*"):
            return "[^/]*"
        if text.startswith("[") and text.endswith("]"):
            inner = text[1:-1].replace("\\", "\\\\").replace("[", "\\[")
            return f"[{'^' + inner[1:] if inner.startswith('!') else inner}]"
        return re.escape(text)

    return re.sub(r"\*+|\?|\[!?\]?[^\]]*\]|.", one, glob)


def found_as(source: Source, path: Path, name: str, zone: zoneinfo.ZoneInfo) -> Found:
    """A file as ``source`` would take it, under the name ``name``."""
    stat = path.stat()
    facts = facts_of_name(source, path.name)
    return Found(source, path, name, stat.st_size, stat.st_mtime_ns, facts, dated_by_name(source, facts, zone))


def is_scratch(path: Path, folder: Path) -> bool:
    """Whether a file is nobody's: hidden, or the lock file of an office program."""
    return any(part.startswith(_SCRATCH) for part in path.relative_to(folder).parts)


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
