"""The landing folder: which files are there, whose they are, and what their names say.

Belongs here: looking, without opening. Not here: keeping (``archive``), reading (``readers``).
"""

from __future__ import annotations

import datetime as dt
import errno
import os
import re
import stat
import time
import zoneinfo
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import compress
from pathlib import Path

from reportmetrics.clock import TOLERANCE
from reportmetrics.ingest.landing_folder import cannot_be_listed
from reportmetrics.ingest.taking_order import taking_order
from reportmetrics.ingest.within import open_folder
from reportmetrics.profile.sources import FileDate, Source

_SCRATCH = (".", "~$")
_MAGIC = re.compile(r"[*?\[]")

QUIET_SECONDS = 1.0
"""A file that changed more recently than this may still be being written: it is left for the next run."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file that a source claims. ``name`` is its path below the landing folder, with ``/``.

    ``facts`` is None when the name does not fit the source's pattern. ``dated`` is the instant (naive UTC) that the
    name states, for a declared backfill. ``corrects`` is the hash of the file that this delivery corrects.
    """

    source: Source
    path: Path
    name: str
    size: int
    modified_ns: int
    facts: dict[str, str] | None
    dated: dt.datetime | None
    corrects: str | None = None


@dataclass(slots=True)
class Landing:
    """What a look at the landing folder found. ``stuck`` says of files that cannot be taken in why, and what to do."""

    found: list[Found] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    unchanged: int = 0


@dataclass(slots=True)
class Listed:
    """The files of one folder: names below the landing folder, sizes, times of change (ns). ``below`` is its path.

    ``stuck`` says what there cannot be looked at, and what to do.
    """

    below: str
    names: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)


Claims = dict[str, list[object]]
"""Columns ``source``, ``name``, ``size``, ``modified_ns``: who claims which file, and how it looks from outside."""

Claim = tuple[str, str, int, int]
"""A row of ``Claims``."""


def all_rows(claims: Claims) -> list[Claim]:
    """What is news where nothing is known."""
    return list(zip(*claims.values(), strict=True))


def look(
    folder: Path,
    sources: Sequence[Source],
    zone: zoneinfo.ZoneInfo,
    *,
    news: Callable[[Claims], Sequence[Claim]] = all_rows,
) -> Landing:
    """All files below ``folder`` that are ``news``, in the order in which they are to be taken.

    That is ``taking_order``. Hidden files and the lock files of office programs (``~$...``) are nobody's.
    No link is followed: whoever may put one there could else have any file taken in that this program may read.
    Ten thousand files that are known lie there soon: they are asked for their size and time of change, and otherwise
    worked on as columns only. Raises ``LandingError`` when ``folder`` is there and cannot be listed.
    """
    landing = Landing()
    by_id = {source.source: source for source in sources}
    listed = list_files(folder)
    landing.stuck = sorted(said for at in listed for said in at.stuck)
    claims = _claims(listed, sources, landing.unmatched)
    now = time.time_ns()
    fresh = news(claims)
    landing.unchanged = len(claims["name"]) - len(fresh)
    for source_id, name, _, modified in fresh:
        if 0 <= now - modified < QUIET_SECONDS * 1e9:
            landing.waiting.append(name)
        else:
            try:
                landing.found.append(found_as(by_id[source_id], folder / name, name, zone))
            except OSError as error:  # gone, or out of reach, since it was listed
                landing.stuck.append(cannot_be_read(name, error))
    landing.found.sort(key=lambda f: taking_order(f.dated, f.source, f.name))
    landing.waiting.sort()
    landing.unmatched.sort()
    return landing


def claims_of(folder: Path, sources: Sequence[Source], unmatched: list[str]) -> Claims:
    """Which source claims which file below ``folder``; names that none does go to ``unmatched``."""
    return _claims(list_files(folder), sources, unmatched)


def list_files(folder: Path) -> list[Listed]:
    """Every file below ``folder`` that may be somebody's, by folder; none where there is no such folder.

    Raises ``LandingError`` when ``folder`` itself is there and cannot be listed.
    """
    found: list[Listed] = []
    below = [""]
    while below:
        at = Listed(below.pop())
        below += _list_folder(folder, at)
        found.append(at)
    return found


def _list_folder(folder: Path, at: Listed) -> list[str]:
    """Fill ``at``; returns the folders within it. A file that is gone before it could be asked is not there."""
    within: list[str] = []
    below, names, sizes, times = at.below, at.names, at.sizes, at.times
    try:
        # By its descriptor: then the system does not walk the whole path again for each of the files.
        opened = open_folder(folder, below)
    except OSError as error:
        return _cannot_list(folder, at, error)
    try:
        try:
            there = os.listdir(opened)  # noqa: PTH208 (a Path has no descriptor)
        except OSError as error:
            return _cannot_list(folder, at, error)
        for name in there:
            if name.startswith(_SCRATCH):
                continue
            try:
                asked = os.stat(name, dir_fd=opened, follow_symlinks=False)
                kind = stat.S_IFMT(asked.st_mode)
                if kind == stat.S_IFREG:
                    names.append(below + name)
                    sizes.append(asked.st_size)
                    times.append(asked.st_mtime_ns)
                elif kind == stat.S_IFDIR:
                    within.append(f"{below}{name}/")
                elif kind == stat.S_IFLNK:
                    at.stuck.append(_link(folder, below + name))
            except FileNotFoundError:
                continue
            except OSError as error:
                at.stuck.append(cannot_be_read(below + name, error))
    finally:
        os.close(opened)
    _leave_undecodable(at)
    return within


def _cannot_list(folder: Path, at: Listed, error: OSError) -> list[str]:
    """Say so in ``at``; returns the folders that are known within it, which are none."""
    if at.below and not isinstance(error, FileNotFoundError | NotADirectoryError):  # else gone since it was listed
        at.stuck.append(cannot_be_read(at.below, error))
    if not at.below and not isinstance(error, FileNotFoundError):
        raise cannot_be_listed(folder, error) from error
    return []


def _link(folder: Path, name: str) -> str:
    """What is said of a link. Where it leads to is asked for these words only."""
    path, said = folder / name, f"{_readable(name)}: is a link"
    try:
        what = "folder" if stat.S_ISDIR(path.stat().st_mode) else "file"
    except PermissionError:
        what = "file"
    except OSError:
        return f"{said} that leads nowhere; copy the file there, or remove the link"
    if Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):
        return f"{said} to a {what} within the landing folder, which is looked at where it lies; remove the link"
    return f"{said} out of the landing folder; copy the {what} there"


def cannot_be_read(name: str, error: OSError) -> str:
    """What is said of a file or folder that the system does not let this program read."""
    if error.errno == errno.ELOOP:  # since it was listed
        return f"{_readable(name)}: has become a link, and none is followed; copy the file there"
    return f"{_readable(name)}: cannot be read ({error.strerror}); mend that or remove it"


def _readable(name: str) -> str:
    """A name as it may stand in a line of text."""
    text = _decoded(name)
    return text if text.isprintable() else repr(text)[1:-1]


def _decoded(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _leave_undecodable(at: Listed) -> None:
    """Leave out names whose bytes are not UTF-8: neither the warehouse nor the archive could hold them."""
    try:
        "".join(at.names).encode()
    except UnicodeEncodeError:
        for place in reversed(range(len(at.names))):
            if at.names[place] != (name := _decoded(at.names[place])):
                at.stuck.append(f"{name}: the name is not UTF-8; rename the file")
                del at.names[place], at.sizes[place], at.times[place]


def _claims(listed: Iterable[Listed], sources: Sequence[Source], unmatched: list[str]) -> Claims:
    """Which source claims which file; names that none does go to ``unmatched``."""
    claims: Claims = {"source": [], "name": [], "size": [], "modified_ns": []}
    candidates = _patterns(sources)
    for at in listed:
        left = at.names
        for source_id, claimed in candidates(at.below):
            names, sizes, times = at.names, at.sizes, at.times
            if all(map(claimed, names)):  # as in a folder that is for one source
                left = []
            else:
                fits = [claimed(name) is not None for name in names]
                names = list(compress(names, fits))
                sizes, times = list(compress(sizes, fits)), list(compress(times, fits))
                if left and names:
                    taken = set(names)
                    left = [name for name in left if name not in taken]
            claims["source"] += [source_id] * len(names)
            claims["name"] += names
            claims["size"] += sizes
            claims["modified_ns"] += times
        unmatched += left
    return claims


def _patterns(sources: Sequence[Source]) -> Callable[[str], Sequence[tuple[str, Callable[[str], object]]]]:
    """For a folder, the ids of the sources that may claim files in it, each with what tells whether a name is one.

    They are found by the first folder where their globs say one.
    """
    by_folder: dict[str, list[tuple[str, Callable[[str], object]]]] = {}
    for source in sources:
        first, rest, _ = source.files.partition("/")
        by_folder.setdefault(first if rest and not _MAGIC.search(first) else "", []).append(
            (source.source, re.compile(as_regex(source.files)).fullmatch)
        )
    anywhere = by_folder.get("", [])
    within = {first: [*claims, *anywhere] for first, claims in by_folder.items() if first}
    return lambda below: within.get(below.partition("/")[0], anywhere) if below else anywhere


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
    asked = path.stat()
    facts = facts_of_name(source, path.name)
    return Found(source, path, name, asked.st_size, asked.st_mtime_ns, facts, dated_by_name(source, facts, zone))


def is_ahead(found: Found, arrived_at: dt.datetime) -> bool:
    """Whether the name states a date that had not come when the file did (naive UTC): a slip of the keyboard."""
    return found.dated is not None and found.dated > arrived_at + TOLERANCE


def known_from(found: Found, arrived_at: dt.datetime) -> dt.datetime:
    """From when a file's rows count as known, where they do not say so themselves (naive UTC)."""
    return arrived_at if found.dated is None or is_ahead(found, arrived_at) else found.dated


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
