"""What forgetting a file or a person touches: found before anything is changed, so that it can be shown.

Batches that were set aside count too: the warehouse has forgotten them, the archive has not.

Belongs here: finding what is to go. Not here: looking into files (``naming``), making it go (``forget``), what was
stopped half-way (``unfinished``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reportmetrics.ingest.archive import fingerprint
from reportmetrics.ingest.landing_folder import check_landing
from reportmetrics.ingest.pseudonyms import proven_key, pseudonym
from reportmetrics.ingest.sidecars import Sidecar, read_sidecar, sidecar_paths
from reportmetrics.ingest.text import plain
from reportmetrics.profile.intake import intake
from reportmetrics.profile.load import Profile
from reportmetrics.profile.sources import Source, sheet_of
from reportmetrics.progress import Track, silent
from reportmetrics.publish import history
from reportmetrics.settings import Settings
from reportmetrics.upkeep.corrected import corrections_of_files, records_of, records_of_rows
from reportmetrics.upkeep.hand_backs import Lines, Place, lines_about
from reportmetrics.upkeep.made_names import are_made, rows_made
from reportmetrics.upkeep.mended import mended_rows
from reportmetrics.upkeep.mentions import in_name_of_file, mentions, mentions_of_profile
from reportmetrics.upkeep.naming import rows_naming
from reportmetrics.upkeep.redaction import Wanted, rows_in
from reportmetrics.upkeep.shared_records import shared_records
from reportmetrics.upkeep.unfinished import Unfinished, read_unfinished
from reportmetrics.upkeep.workbooks import workbooks_about

_HASH = re.compile(r"[0-9a-f]{8,64}")
_PSEUDONYM = re.compile(r"p-[0-9a-f]{12}")
_FILE_NAME = re.compile(r".*/.*|.*\.[A-Za-z][A-Za-z0-9]{1,4}|[0-9a-f]{12,64}")
_SHOWN = 5


class ForgetError(Exception):
    """What is to be forgotten is not there, or is not clear; the text says what to give instead."""


class NotClearError(ForgetError):
    """More than one thing may be meant."""


@dataclass(slots=True)
class Plan:
    """What will be touched.

    ``files`` go as a whole. ``rows`` go out of the files of these sidecars: sheet -> source rows. ``publications`` maps
    folders to the rows that they will lose, by table. ``landing`` names files that lie in the landing folder still.
    ``workbooks`` were written for senders and hold rows of these files; ``rejects return`` writes them again.
    ``mentions`` are other places with the name, which stay: file, row, column. ``returning`` names files of batches
    that were set aside: while they lie in the landing folder, the next run takes them in again with the rows.
    ``records`` are corrections of the files, or of the rows, in the profile, which is not changed here.
    ``again`` names what is meant without its name: a pseudonym, or the beginning of a hash; ``asked`` is a keyed
    hash of what was given. ``begun`` is what was ordered before and stopped.
    """

    what: str
    again: str
    asked: str = ""
    begun: Unfinished | None = None
    files: list[Sidecar] = field(default_factory=list)
    rows: Lines = field(default_factory=dict)
    publications: dict[Path, dict[str, int]] = field(default_factory=dict)
    landing: list[str] = field(default_factory=list)
    workbooks: list[Path] = field(default_factory=list)
    mentions: list[str] = field(default_factory=list)
    returning: list[str] = field(default_factory=list)
    records: list[str] = field(default_factory=list)
    wanted: Wanted = field(default_factory=Wanted)

    @property
    def file_names(self) -> list[str]:
        """Files that go as a whole, each once: one whose batch was once set aside has two sidecars."""
        return list({s.said["identity"]: s.name for s in self.files}.values())

    @property
    def rows_by_file(self) -> list[tuple[str, int]]:
        """Files that stay, each once, with the number of rows that go out of it."""
        told = {s.said["identity"]: (s.name, sum(map(len, sheets.values()))) for s, sheets in self.rows.values()}
        return list(told.values())

    @property
    def row_count(self) -> int:
        """Rows that go out of files which stay."""
        return sum(count for _, count in self.rows_by_file)


def plan_of(settings: Settings, profile: Profile, named: str, *, track: Track = silent) -> Plan:
    """What forgetting ``named`` touches: a file where the archive has one of that name or hash, else a person.

    What an order that was stopped has left is part of it. Raises ``ForgetError`` when there is nothing of that name,
    ``StoreError`` when the key is not the one of the warehouse, and ``LandingError`` when it cannot be told what still
    lies in the landing folder.
    """
    check_landing(settings)
    asked = pseudonym(proven_key(settings), named)
    left = read_unfinished(settings)
    try:
        plan = _file_or_person(settings, profile, named, track)
    except NotClearError:
        raise
    except ForgetError:
        if left is None or not left.is_meant(named, asked):
            raise
        plan = Plan("what is left", left.again[0])
    plan.asked = asked
    if left is not None:
        _go_on(settings, plan, left)
    return plan


def _file_or_person(settings: Settings, profile: Profile, named: str, track: Track) -> Plan:
    try:
        return plan_file(settings, named, profile.sources)
    except NotClearError:
        raise
    except ForgetError as no_file:
        try:
            return plan_person(settings, profile, named, track=track)
        except ForgetError as nobody:
            raise (no_file if _FILE_NAME.fullmatch(named) else nobody) from None


def _go_on(settings: Settings, plan: Plan, left: Unfinished) -> None:
    """Add to a plan what is left of an order that was stopped."""
    plan.begun = left
    there = {path.name: path for path in sidecar_paths(settings.archive, aside=True)}
    known = {s.path.name for s in plan.files}
    for name in left.files:
        if name in there and name not in known and (sidecar := read_sidecar(there[name])).forgotten is None:
            plan.files.append(sidecar)
    for name, sheets in left.rows.items():
        if name in there and there[name] not in plan.rows:
            plan.rows[there[name]] = (read_sidecar(there[name]), dict(sheets))
    plan.wanted = plan.wanted.and_also(left.wanted)
    look_around(settings, plan)
    for name, rows in left.publications.items():
        if (settings.publications / name).is_dir():
            plan.publications.setdefault(settings.publications / name, rows)


def plan_file(settings: Settings, named: str, sources: Sequence[Source] = ()) -> Plan:
    """What forgetting a file touches. ``named``: its name below the landing folder, or 8 or more digits of its hash.

    The deliveries of its corrections go with it, and its rows out of mended workbooks; records of corrections in
    ``sources`` of the profile are named.
    Raises ``ForgetError`` when no delivery is meant, or deliveries of different content.
    """
    living = _living(settings.archive)
    found = [s for s in living if s.name == named or (_HASH.fullmatch(named) and s.sha256.startswith(named))]
    if not found:
        raise ForgetError(
            f"no delivery in the archive is called '{named}'; give the name as the ledger has it "
            "(with its folder below the landing folder), or 8 or more digits of its hash"
        )
    if len({s.sha256 for s in found}) > 1:
        hashes = ", ".join(sorted({s.sha256[:12] for s in found}))
        raise NotClearError(f"'{named}' was sent with different contents; give the hash of one of them: {hashes}")
    again, records = found[0].sha256[:12], list(records_of(sources, found))
    found += corrections_of_files(living, found)
    plan = Plan(f"the file {named}", again, files=found, records=records)
    paths = {s.path for s in found}
    going, others = {s.sha256 for s in found}, [s for s in living if s.path not in paths]
    known = {s.source: s for s in intake(sources)}
    if not any(s.sha256 in going for s in others):  # else the same content is somebody else's too, and stays
        plan.rows |= mended_rows(settings.archive, others, known, found)
        plan.rows |= _shared(others, plan.rows, known)
        plan.rows |= lines_about(
            settings.archive, others, files={s.sent or s.sha256 for s in found}, rows=_refused(plan.rows)
        )
    deliveries = frozenset(s.file_seq for s in found if s.file_seq is not None)
    places, rows = _places(plan.rows, known)
    shared = shared_records(settings.warehouse, deliveries, rows)
    plan.wanted = Wanted(deliveries=deliveries, places=places, rows=rows, records=shared)
    look_around(settings, plan)
    return plan


def plan_person(settings: Settings, profile: Profile, named: str, *, track: Track = silent) -> Plan:
    """What forgetting a person touches: every row with the name (or pseudonym) in a column that names people.

    Reads all archived files whose mapping has such a column. Raises ``ForgetError`` when no row names the person, and
    ``StoreError`` when the key is not the one of the warehouse.
    """
    key = proven_key(settings)
    hidden = named if _PSEUDONYM.fullmatch(named) else pseudonym(key, plain(named))
    sources = {s.source: s for s in intake(profile.sources)}
    living = _living(settings.archive)
    plan = Plan(f"the person {named} ({hidden})", hidden)
    for sidecar in track(living, "Looking for the person", len(living)):
        source = sources.get(sidecar.source)
        if source is None:
            raise ForgetError(f"{sidecar.name}: its source '{sidecar.source}' is not in the profile; put it back first")
        sheets = rows_naming(settings.archive / sidecar.sha256, source, key, hidden)
        if are_made(source):
            made, by_file = rows_made(settings.archive, sidecar, source, profile, key, hidden)
            sheets = {n: sorted({*sheets.get(n, ()), *made.get(n, ())}) for n in (sheets | made)}
            if by_file:
                plan.mentions.append(in_name_of_file(sidecar))
        if sheets:
            plan.rows[sidecar.path] = (sidecar, sheets)
        if named != hidden:
            plan.mentions += mentions(settings.archive / sidecar.sha256, source, sidecar, named, sheets)
    plan.mentions = list(dict.fromkeys(plan.mentions))
    if named != hidden:
        plan.mentions += mentions_of_profile(profile.sources, named)
    if not plan.rows:
        told = plan.mentions[:_SHOWN] + (["..."] if len(plan.mentions) > _SHOWN else [])
        also = f" (it stands elsewhere, where nothing is removed by itself: {'; '.join(told)})" if told else ""
        raise ForgetError(
            f"no row of the archive names '{named}'{also}; give the name as it was sent, or the pseudonym"
        )
    plan.rows |= _shared(living, plan.rows, sources)
    plan.rows |= lines_about(settings.archive, living, rows=_refused(plan.rows))
    plan.records = list(records_of_rows(profile.sources, plan.rows))
    places, rows = _places(plan.rows, sources)
    shared = shared_records(settings.warehouse, (), rows)
    plan.wanted = Wanted(people=frozenset({hidden}), places=places, rows=rows, records=shared)
    look_around(settings, plan)
    return plan


def _refused(lines: Lines) -> set[Place]:
    """Places of rows that go, as a record of a hand-back names them."""
    return {
        (s.sent or s.sha256, sheet, number)
        for s, sheets in lines.values()
        for sheet, numbers in sheets.items()
        for number in numbers
    }


def _shared(living: Iterable[Sidecar], lines: Lines, sources: Mapping[str, Source]) -> Lines:
    """Other sources' deliveries of the files that lose rows: those rows, on the sheets that they read too.

    Of a file that is written anew each delivery keeps what its source reads; another sheet may hold the name.
    """
    going: dict[str, dict[str | None, list[int]]] = {}
    for sidecar, sheets in lines.values():
        of_file = going.setdefault(sidecar.sha256, {})
        for name, numbers in sheets.items():
            of_file[name] = sorted({*of_file.get(name, ()), *numbers})
    found: Lines = {}
    for sidecar in living:
        if sidecar.sha256 in going and sidecar.path not in lines and sidecar.source in sources:
            read = {sheet_of(sources[sidecar.source], t) for t in sources[sidecar.source].tables}
            found[sidecar.path] = (sidecar, {n: rows for n, rows in going[sidecar.sha256].items() if n in read})
    return found


def _living(archive: Path) -> list[Sidecar]:
    """Deliveries that were not forgotten, those of batches that were set aside included."""
    return [s for s in map(read_sidecar, sidecar_paths(archive, aside=True)) if s.forgotten is None]


def _places(
    lines: Lines, sources: Mapping[str, Source]
) -> tuple[frozenset[tuple[int, int]], frozenset[tuple[str, int, int]]]:
    """Delivery and row of all rows that go out of files which stay; and the same with each table that they went to.

    The latter without tables that one file fills from several sheets: there a row number says too little.
    """
    places: set[tuple[int, int]] = set()
    rows: set[tuple[str, int, int]] = set()
    for sidecar, sheets in lines.values():
        seq = sidecar.file_seq
        if seq is None:
            continue
        from_sheets: dict[str, set[str | None]] = {}
        source = sources[sidecar.source]
        for entry in source.tables:
            from_sheets.setdefault(entry.table, set()).add(sheet_of(source, entry))
        for sheet, numbers in sheets.items():
            places |= {(seq, number) for number in numbers}
            tables = [table for table, those in from_sheets.items() if those == {sheet}]
            rows |= {(table, seq, number) for table in tables for number in numbers}
    return frozenset(places), frozenset(rows)


def look_around(settings: Settings, plan: Plan) -> None:
    """Publications and workbooks for senders that hold rows of the plan, and files that still lie where they came."""
    for entry in history.entries(settings.publications):
        rows = rows_in(entry.folder, plan.wanted)
        if rows:
            plan.publications[entry.folder] = rows
    touched = [*plan.files, *(s for s, _ in plan.rows.values())]
    plan.workbooks = workbooks_about(
        settings.returns, {s.sent or s.sha256 for s in touched}, {s.name for s in plan.files}
    )
    plan.landing = _landed(settings, touched)
    coming = (s for s, _ in plan.rows.values() if s.is_aside and not s.path.with_suffix(".json").exists())
    plan.returning = _landed(settings, coming)


def _landed(settings: Settings, sidecars: Iterable[Sidecar]) -> list[str]:
    """Names of files in the landing folder that are what was sent, also where rows were forgotten of that since."""
    deliveries = list(sidecars)
    wanted, names = {h for s in deliveries for h in s.hashes}, {s.name for s in deliveries if s.rows_forgotten}
    sizes = {(settings.archive / h).stat().st_size for h in wanted if (settings.archive / h).is_file()}
    files = (p for p in settings.landing.rglob("*") if not p.is_symlink() and p.is_file())
    named = ((p, p.relative_to(settings.landing).as_posix()) for p in files)
    # How large a file was of which rows were forgotten, nobody knows any more.
    return sorted(n for p, n in named if (n in names or p.stat().st_size in sizes) and fingerprint(p) in wanted)
