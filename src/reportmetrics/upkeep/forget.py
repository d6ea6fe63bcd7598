"""Forgetting a file, or all rows that name a person: out of archive, warehouse and old publications.

What is forgotten leaves a tombstone: a line of the ledger, a sidecar without bytes (or with fewer rows), a note in each
publication that lost rows. The warehouse is made anew, since a database file keeps what was deleted from it.

Belongs here: finding what is to go, and the order in which it goes. Not here: making the warehouse anew
(``ingest.rebuild``), taking rows out of a publication (``redaction``).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from reportmetrics.clock import now_utc
from reportmetrics.ingest.archive import fingerprint
from reportmetrics.ingest.mapping import fit
from reportmetrics.ingest.pseudonyms import pseudonym, pseudonym_key
from reportmetrics.ingest.readers.archived import kept_cells, read_archived
from reportmetrics.ingest.readers.base import Sheet, UnreadableError
from reportmetrics.ingest.rebuild import Rebuilt, rebuild
from reportmetrics.ingest.sidecars import NO_NAME, Sidecar, read_sidecar, sidecar_paths, write_sidecar
from reportmetrics.ingest.text import BLANKS
from reportmetrics.profile.intake import intake
from reportmetrics.profile.load import Profile
from reportmetrics.profile.sources import Source, sheet_of
from reportmetrics.progress import Track, silent
from reportmetrics.publish import history
from reportmetrics.settings import Settings
from reportmetrics.upkeep.hand_backs import Lines, drop_written, lines_about
from reportmetrics.upkeep.redaction import Wanted, rows_in, take_out
from reportmetrics.upkeep.workbooks import workbooks_about
from reportmetrics.warehouse.tables import TABLES

_HASH = re.compile(r"[0-9a-f]{8,64}")
_PSEUDONYM = re.compile(r"p-[0-9a-f]{12}")


class ForgetError(Exception):
    """What is to be forgotten is not there, or is not clear; the text says what to give instead."""


@dataclass(slots=True)
class Plan:
    """What will be touched.

    ``files`` go as a whole. ``rows`` go out of the files of these sidecars: sheet -> source rows. ``publications`` maps
    folders to the rows that they will lose, by table. ``landing`` names files that lie in the landing folder still.
    ``workbooks`` were written for senders and hold rows of these files; ``rejects return`` writes them again.
    ``mentions`` are other cells with the name, which stay: file, row, column.
    """

    what: str
    files: list[Sidecar] = field(default_factory=list)
    rows: Lines = field(default_factory=dict)
    publications: dict[Path, dict[str, int]] = field(default_factory=dict)
    landing: list[str] = field(default_factory=list)
    workbooks: list[Path] = field(default_factory=list)
    mentions: list[str] = field(default_factory=list)
    wanted: Wanted = field(default_factory=Wanted)

    @property
    def row_count(self) -> int:
        """Rows that go out of files which stay."""
        return sum(len(numbers) for _, sheets in self.rows.values() for numbers in sheets.values())


def plan_file(settings: Settings, named: str) -> Plan:
    """What forgetting a file touches. ``named``: its name below the landing folder, or 8 or more digits of its hash.

    Raises ``ForgetError`` when no delivery is meant, or deliveries of different content.
    """
    living = [s for s in map(read_sidecar, sidecar_paths(settings.archive)) if s.forgotten is None]
    found = [s for s in living if s.name == named or (_HASH.fullmatch(named) and s.sha256.startswith(named))]
    if not found:
        raise ForgetError(f"no delivery in the archive is called '{named}'; give the name as the ledger has it")
    if len({s.sha256 for s in found}) > 1:
        hashes = ", ".join(sorted({s.sha256[:12] for s in found}))
        raise ForgetError(f"'{named}' was sent with different contents; give the hash of one of them: {hashes}")
    plan = Plan(f"the file {named}", files=found)
    going, others = {s.sha256 for s in found}, [s for s in living if s not in found]
    if not any(s.sha256 in going for s in others):  # else the same content is somebody else's too, and stays
        plan.rows |= lines_about(settings.archive, others, files={s.sent or s.sha256 for s in found})
    deliveries = frozenset(s.file_seq for s in found if s.file_seq is not None)
    plan.wanted = Wanted(deliveries=deliveries, places=_places(plan.rows))
    _look_around(settings, plan, going)
    return plan


def plan_person(settings: Settings, profile: Profile, named: str, *, track: Track = silent) -> Plan:
    """What forgetting a person touches: every row with the name (or pseudonym) in a column that names people.

    Reads all archived files whose mapping has such a column. Raises ``ForgetError`` when no row names the person.
    """
    key = pseudonym_key(settings)
    hidden = named if _PSEUDONYM.fullmatch(named) else pseudonym(key, named.strip(BLANKS))
    sources = {s.source: s for s in intake(profile.sources)}
    living = [s for s in map(read_sidecar, sidecar_paths(settings.archive)) if s.forgotten is None]
    plan = Plan(f"the person {named} ({hidden})")
    for sidecar in track(living, "Looking for the person", len(living)):
        source = sources.get(sidecar.source)
        if source is None:
            raise ForgetError(f"{sidecar.name}: its source '{sidecar.source}' is not in the profile; put it back first")
        sheets = _rows_of(settings.archive / sidecar.sha256, source, key, hidden)
        if sheets:
            plan.rows[sidecar.path] = (sidecar, sheets)
        if named != hidden:
            plan.mentions += _mentions(settings.archive / sidecar.sha256, source, sidecar, named, sheets)
    if not plan.rows:
        raise ForgetError(f"no row of the archive names '{named}'; give the name as it was sent, or the pseudonym")
    refused = {
        (s.sent or s.sha256, sheet, number)
        for s, sheets in plan.rows.values()
        for sheet, numbers in sheets.items()
        for number in numbers
    }
    plan.rows |= lines_about(settings.archive, living, rows=refused)
    plan.wanted = Wanted(person=hidden, places=_places(plan.rows))
    _look_around(settings, plan, {s.sha256 for s, _ in plan.rows.values()})
    return plan


def _places(rows: Lines) -> frozenset[tuple[int, int]]:
    """Delivery and row of all rows that go out of files which stay."""
    return frozenset(
        (s.file_seq, number)
        for s, sheets in rows.values()
        for numbers in sheets.values()
        for number in numbers
        if s.file_seq is not None
    )


def forget(settings: Settings, profile: Profile, plan: Plan, *, reason: str, track: Track = silent) -> Rebuilt:
    """Carry out a plan. It can be repeated when it was stopped in between: each step leaves what the next one needs.

    Raises what ``rebuild`` raises; archive and publications are then done, and a rebuild is what is left to do.
    """
    at = now_utc().isoformat(timespec="seconds")
    for folder in track(list(plan.publications), "Publications", len(plan.publications)):
        take_out(folder, plan.wanted, at=at, reason=reason)
    sources = {s.source: s for s in intake(profile.sources)}
    drop_written(settings.hand_backs, {s.sha256 for s in (*plan.files, *(s for s, _ in plan.rows.values()))})
    for workbook in plan.workbooks:
        workbook.unlink(missing_ok=True)
    for sidecar, sheets in plan.rows.values():
        _write_without(settings.archive, sidecar, sources[sidecar.source], sheets, at=at, reason=reason)
    for sidecar in plan.files:
        source = sources.get(sidecar.source)
        tables = [t.table for t in source.tables] if source else []
        _bury(settings.archive, sidecar, tables, at=at, reason=reason)
    return rebuild(settings, profile, keep_old=False, track=track)


def _bury(archive: Path, sidecar: Sidecar, tables: Sequence[str], *, at: str, reason: str) -> None:
    said = sidecar.said | {"original_name": NO_NAME, "facts": None}
    said["forgotten"] = {"at": at, "reason": reason, "tables": list(tables)}
    write_sidecar(sidecar.path, said)
    _drop_bytes(archive, sidecar.sha256)


def _write_without(
    archive: Path, sidecar: Sidecar, source: Source, sheets: dict[str | None, list[int]], *, at: str, reason: str
) -> None:
    """Put the remaining cells of a file in its place, under their own hash."""
    old = archive / sidecar.sha256
    wanted = list(dict.fromkeys(sheet_of(source, t) for t in source.tables))
    remaining: dict[str | None, Sheet | UnreadableError] = {}
    for name, sheet in read_archived(old, source, wanted).items():
        if isinstance(sheet, UnreadableError):
            remaining[name] = sheet
        else:
            rows = sheet.rows.filter(~pl.col("source_row").is_in(sheets.get(name, [])))
            remaining[name] = replace(sheet, held=rows)
    content = kept_cells(remaining)
    digest = hashlib.sha256(content).hexdigest()
    scratch = archive / f".{digest}.forget"
    scratch.write_bytes(content)
    scratch.chmod(0o440)
    scratch.replace(archive / digest)
    gone = {"at": at, "reason": reason, "rows": sum(map(len, sheets.values())), "was": sidecar.sha256}
    said = sidecar.said | {
        "sha256": digest,
        "bytes": len(content),
        "rows_forgotten": [*sidecar.said.get("rows_forgotten", []), gone],
    }
    write_sidecar(archive / f"{digest}.{said['identity'][:12]}.json", said)
    sidecar.path.unlink()
    _drop_bytes(archive, sidecar.sha256)


def _drop_bytes(archive: Path, sha256: str) -> None:
    """Remove the bytes, unless another delivery has the same."""
    others = (read_sidecar(p) for p in archive.glob(f"{sha256}.*.json"))
    if all(o.forgotten is not None for o in others):
        (archive / sha256).unlink(missing_ok=True)


def _look_around(settings: Settings, plan: Plan, hashes: set[str]) -> None:
    """Publications and workbooks for senders that hold rows of the plan, and files that still lie where they came."""
    for entry in history.entries(settings.publications):
        rows = rows_in(entry.folder, plan.wanted)
        if rows:
            plan.publications[entry.folder] = rows
    touched = [*plan.files, *(s for s, _ in plan.rows.values())]
    sent = {s.sent or s.sha256 for s in touched}
    plan.workbooks = workbooks_about(settings.returns, sent, {s.name for s in plan.files})
    sizes = {(settings.archive / h).stat().st_size for h in hashes if (settings.archive / h).is_file()}
    landed = (p for p in settings.landing.rglob("*") if p.is_file() and p.stat().st_size in sizes)
    plan.landing = sorted(p.relative_to(settings.landing).as_posix() for p in landed if fingerprint(p) in hashes)


def _rows_of(path: Path, source: Source, key: bytes, hidden: str) -> dict[str | None, list[int]]:
    """Rows of an archived file that name the person, by sheet."""
    found: dict[str | None, list[int]] = {}
    for name, sheet, columns in _naming(path, source):
        numbers: set[int] = set()
        for part in sheet.parts():
            for column in columns:
                texts = part.select("source_row", cell=pl.col(column).str.strip_chars(BLANKS)).drop_nulls("cell")
                same = [t for t in texts["cell"].unique() if pseudonym(key, t) == hidden]
                numbers.update(texts.filter(pl.col("cell").is_in(same))["source_row"])
        if numbers:
            found[name] = sorted({*found.get(name, []), *numbers})
    return found


def _naming(path: Path, source: Source) -> Iterator[tuple[str | None, Sheet, list[str]]]:
    """Sheets of a file with the cells that may name people; all cells where the mapping turns columns into rows."""
    naming = [t for t in source.tables if any(TABLES[t.table].by_name[c].personal for c in t.columns)]
    if not naming:
        return
    try:
        sheets = read_archived(path, source, list(dict.fromkeys(sheet_of(source, t) for t in naming)))
    except UnreadableError:
        return
    for entry in naming:
        name = sheet_of(source, entry)
        sheet = sheets[name]
        if isinstance(sheet, UnreadableError):
            continue
        try:
            origins = fit(entry, sheet.header).origins
        except UnreadableError:
            continue
        people = [o for c, o in origins.items() if TABLES[entry.table].by_name[c].personal]
        cells = [f"c{o.cell}" for o in people if o.cell is not None]
        if any(o.made is not None for o in people):
            cells = [f"c{i}" for i in range(len(sheet.header))]
        yield name, sheet, cells


def _mentions(
    path: Path, source: Source, sidecar: Sidecar, named: str, sheets: dict[str | None, list[int]]
) -> list[str]:
    """Other cells of files with people that hold the name somewhere in their text."""
    said = []
    for name, sheet, _ in _naming(path, source):
        going = sheets.get(name, [])
        for part in sheet.parts():
            left = part.filter(~pl.col("source_row").is_in(going))
            for i, title in enumerate(sheet.header):
                hits = left.filter(pl.col(f"c{i}").str.contains(named, literal=True))["source_row"]
                said += [f"{sidecar.name} row {number} column '{title}'" for number in hits]
    return said
