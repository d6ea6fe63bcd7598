"""Is everything there, and as it was: archive, sidecars, ledger, core, publications. Nothing is changed.

Belongs here: comparing what should agree, and what to do where it does not. Not here: mending (``ingest.rebuild``),
whether figures are right (``audit.verify``).
"""

from __future__ import annotations

import datetime as dt
import json
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from reportmetrics.alone import is_busy
from reportmetrics.clock import TOLERANCE, now_utc
from reportmetrics.current import StepError
from reportmetrics.ingest.archive import contradiction, fingerprint
from reportmetrics.ingest.ledger import LedgerError, check_balance
from reportmetrics.ingest.pseudonyms import RESTORE_KEY, key_check, pseudonym_key
from reportmetrics.ingest.sidecars import Sidecar, SidecarError, read_sidecar, sidecar_paths
from reportmetrics.progress import Track, silent
from reportmetrics.publish import history
from reportmetrics.settings import Settings, pseudonym_key_from_environment
from reportmetrics.upkeep.finding import REBUILD, Finding
from reportmetrics.upkeep.noted import noted
from reportmetrics.upkeep.published import altered, missing
from reportmetrics.upkeep.refused import refusals
from reportmetrics.upkeep.rotation import waiting_key
from reportmetrics.upkeep.unfinished import read_unfinished
from reportmetrics.warehouse.schema import RESTATED
from reportmetrics.warehouse.store import Store, StoreError, is_locked
from reportmetrics.warehouse.tables import SOURCE_TABLES
from reportmetrics.warehouse.told import FACT, SINCE, same_fact

_RESTORE = "restore it from the backup of the archive; if it is lost: reportmetrics forget FILE"
_SIDECAR = "restore its .json file from the backup of the archive; no rebuild without it"
_LATER = "nothing was examined; try again when it has ended"


@dataclass(frozen=True, slots=True)
class Examined:
    """What was looked at, in numbers, and what was found."""

    deliveries: int
    files: int
    publications: int
    findings: list[Finding]


def fsck(settings: Settings, *, track: Track = silent) -> Examined:
    """Examine an installation. Every archived file is read once, and every file of every publication.

    Raises ``StepError`` where there is none, ``StoreError`` while a run works in it or has the warehouse open: what it
    has half done would look like harm.
    """
    parts = (settings.warehouse, settings.archive, settings.publications)
    if not any(part.exists() for part in parts):
        named = ", ".join(part.name for part in parts)
        raise StepError(f"{settings.home} is no home of a mission (it has none of {named}); correct --home")
    if is_busy(settings):
        raise StoreError(f"a run works in {settings.home}; {_LATER}")
    findings: list[Finding] = [*_unfinished(settings)]
    sidecars = _sidecars(settings.archive, findings)
    hashes = sorted({s.sha256 for s in sidecars if s.forgotten is None})
    for sha256 in track(hashes, "Archive", len(hashes)):
        findings += _archived(settings.archive, sha256)
    findings += _strays(settings.archive, sidecars)
    findings += _key(settings)
    findings += _warehouse(settings, sidecars)
    editions = history.entries(settings.publications)
    for entry in track(editions, "Publications", len(editions)):
        findings += altered(entry.folder)
    findings += missing(settings.publications, editions)
    findings += _ahead(sidecars, [e.as_of for e in editions])
    return Examined(len(sidecars), len(hashes), len(editions), findings)


def _sidecars(archive: Path, findings: list[Finding]) -> list[Sidecar]:
    """The sidecars of what counts; those of batches that were set aside are looked at too."""
    sidecars: list[Sidecar] = []
    for path in sidecar_paths(archive, aside=True):
        try:
            sidecar = read_sidecar(path)
        except SidecarError:
            findings.append(Finding(f"archive/{path.name}", "is no sidecar", "restore it from the backup"))
            continue
        wrong = contradiction(sidecar)
        if wrong is not None:
            findings.append(Finding(f"archive/{path.name}", f"was altered: {wrong}", _RESTORE))
        if not sidecar.is_aside:
            sidecars.append(sidecar)
    return sidecars


def _archived(archive: Path, sha256: str) -> Iterator[Finding]:
    path = archive / sha256
    if not path.is_file():
        yield Finding(f"archive/{sha256}", "is missing", _RESTORE)
    elif fingerprint(path) != sha256:
        yield Finding(f"archive/{sha256}", "was altered: its content does not have the hash that names it", _RESTORE)


def _strays(archive: Path, sidecars: list[Sidecar]) -> Iterator[Finding]:
    """Bytes that no sidecar describes. Those of a batch that was set aside have one of another ending."""
    described = {s.sha256 for s in sidecars if s.forgotten is None}
    buried = {s.sha256 for s in sidecars if s.forgotten is not None} - described
    waiting = {p.name.partition(".")[0] for p in archive.glob("*.aside")}
    for path in sorted(archive.iterdir()) if archive.is_dir() else ():
        if not path.is_file() or path.suffix in (".json", ".aside"):
            continue
        if path.name.startswith("."):
            yield Finding(f"archive/{path.name}", "is left from a run that was stopped", "the next ingest removes it")
        elif path.name in buried:
            yield Finding(f"archive/{path.name}", "was to be forgotten and is still there", "delete it")
        elif path.name not in described and path.name not in waiting:
            yield Finding(
                f"archive/{path.name}", "has no sidecar, so nobody knows what it is", "restore its .json file"
            )


def _unfinished(settings: Settings) -> Iterator[Finding]:
    left = read_unfinished(settings)
    if left is not None:
        yield Finding("forget", f"{left.words}: it is not finished", left.command)
    if waiting_key(settings).exists():
        said = "going over to another key of the pseudonyms is not finished"
        yield Finding(waiting_key(settings).name, said, f"{REBUILD} --new-key")


def _key(settings: Settings) -> Iterator[Finding]:
    path = settings.pseudonym_key_file
    if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        yield Finding(path.name, "can be read by others than its owner", f"chmod 600 {path}")


def _key_of(settings: Settings, connection: duckdb.DuckDBPyConnection) -> Iterator[Finding]:
    """The key is there, and is the one that made the pseudonyms."""
    known = connection.execute("SELECT key_check FROM state").fetchall()[0][0]
    path = settings.pseudonym_key_file
    if known is None:
        return
    there = path.exists() and path.read_text().strip()
    if not (there or pseudonym_key_from_environment()):
        yield Finding(path.name, "is missing or empty, and the warehouse has pseudonyms made with it", RESTORE_KEY)
    elif key_check(pseudonym_key(settings)) != known:
        where = "REPORTMETRICS_PSEUDONYM_KEY" if pseudonym_key_from_environment() else path.name
        yield Finding(where, "is not the key that made the pseudonyms of the warehouse", RESTORE_KEY)


def _warehouse(settings: Settings, sidecars: list[Sidecar]) -> list[Finding]:
    if not settings.warehouse.is_file():
        return [Finding(settings.warehouse.name, "is missing", REBUILD)] if sidecars else []
    try:
        with Store(settings.warehouse) as store:
            findings = [
                *_key_of(settings, store.connection),
                *_ledger(store.connection),
                *_places(store.connection, sidecars),
                *noted(store.connection, sidecars),
                *refusals(store.connection),
            ]
            for table in SOURCE_TABLES:
                findings += _core(store.connection, table.name)
            return findings
    except StoreError as error:
        if error.__cause__ is not None and is_locked(error):
            raise StoreError(f"{settings.warehouse}: a run has it open; {_LATER}") from error
        what, _, remedy = str(error).removeprefix(f"{settings.warehouse}: ").partition("; ")
        return [Finding(settings.warehouse.name, what, remedy)]
    except duckdb.Error as error:
        return [Finding(settings.warehouse.name, str(error).splitlines()[0], REBUILD)]


def _ledger(connection: duckdb.DuckDBPyConnection) -> Iterator[Finding]:
    try:
        check_balance(connection)
    except LedgerError as error:
        yield Finding("ledger", str(error), REBUILD)


def _places(connection: duckdb.DuckDBPyConnection, sidecars: list[Sidecar]) -> Iterator[Finding]:
    """Each delivery of the ledger has its sidecar, which says the same, and the other way round."""
    rows = connection.execute(
        "SELECT DISTINCT file_seq, source_file, original_name, status, source, facts, arrived_at FROM ledger "
        "ORDER BY ALL"
    )
    ledger = {seq: line for seq, *line in rows.fetchall()}
    known = {s.file_seq: s for s in sidecars if s.file_seq is not None}
    for seq, (sha256, name, status, source, facts, arrived_at) in ledger.items():
        sidecar = known.get(seq)
        where = f"delivery {seq} ({name})"
        if sidecar is None:
            if not any(s.sha256 == sha256 and s.file_seq is None for s in sidecars):
                yield Finding(where, "is in the ledger, and the archive has no sidecar of it", _SIDECAR)
        elif sidecar.sha256 != sha256:
            remedy = f"{REBUILD} --drop-old" if sidecar.rows_forgotten else REBUILD
            yield Finding(where, "has other content in the archive than the ledger says", remedy)
        elif (status == "forgotten") != (sidecar.forgotten is not None):
            yield Finding(where, "was forgotten in the archive and not in the warehouse", f"{REBUILD} --drop-old")
        elif differing := _otherwise(sidecar, source, name, facts, arrived_at):
            what = f"says otherwise than the ledger of delivery {seq}, so one of both was altered: {differing}"
            yield Finding(f"archive/{sidecar.path.name}", what, _RESTORE)
    for sidecar in sidecars:
        if sidecar.file_seq is None and sidecar.sha256 not in {sha for sha, *_ in ledger.values()}:
            yield Finding(f"archive/{sidecar.path.name}", "was copied and not taken in", "reportmetrics ingest")
        elif sidecar.file_seq is not None and sidecar.file_seq not in ledger:
            yield Finding(f"archive/{sidecar.path.name}", "is not in the ledger", REBUILD)


def _otherwise(sidecar: Sidecar, source: str, name: str, facts: str | None, arrived_at: dt.datetime) -> str:
    """What a sidecar says otherwise than the ledger, in words; empty where both agree."""
    told = {
        "source": (sidecar.source, source),
        "original_name": (sidecar.name, name),
        "facts": (sidecar.said.get("facts") or {}, json.loads(facts) if facts else {}),
        "arrived_at": (sidecar.arrived_at, arrived_at),
    }
    return "; ".join(f"{key} is {own}, and {its} in the ledger" for key, (own, its) in told.items() if own != its)


_DIFFERING = """
WITH held AS (SELECT file_seq, count(*) AS rows FROM core.{table} WHERE {restated} IS NULL GROUP BY file_seq),
told AS (SELECT file_seq, original_name, accepted FROM ledger WHERE table_name = '{table}' AND accepted > 0)
SELECT file_seq, coalesce(original_name, '?'), coalesce(rows, 0), coalesce(accepted, 0)
FROM held FULL JOIN told USING (file_seq) WHERE rows IS DISTINCT FROM accepted ORDER BY ALL LIMIT 20
"""
_INDEX = f"""
SELECT count(*) FROM (
    SELECT {FACT}, max({SINCE}) AS known_from FROM core.{{table}} GROUP BY {FACT}
) AS c FULL JOIN (FROM latest.{{table}} WHERE known_from IS NOT NULL) AS l ON {same_fact("c", "l")}
WHERE c.known_from IS DISTINCT FROM l.known_from
"""


def _core(connection: duckdb.DuckDBPyConnection, table: str) -> Iterator[Finding]:
    """Core holds what the ledger calls accepted, and the index of what is latest belongs to it."""
    for seq, name, rows, accepted in connection.execute(_DIFFERING.format(table=table, restated=RESTATED)).fetchall():
        what = f"{rows} rows in core.{table}, the ledger says {accepted}"
        yield Finding(f"delivery {seq} ({name})", what, REBUILD)
    wrong = connection.execute(_INDEX.format(table=table)).fetchall()[0][0]
    if wrong:
        yield Finding(f"latest.{table}", f"does not agree with core for {wrong} keys", REBUILD)


def _ahead(sidecars: list[Sidecar], dates: list[dt.date]) -> Iterator[Finding]:
    """What was taken in or published by a clock that was ahead."""
    limit = now_utc() + TOLERANCE
    files = sum(s.arrived_at > limit for s in sidecars)
    if files:
        yield Finding("archive", f"{files} files arrived at a time that is still to come", f"set the clock, {REBUILD}")
    for day in sorted({d for d in dates if d > limit.date()}):
        yield Finding(f"publications/{day}", "is of a day that is still to come", "remove it, then: reportmetrics run")
