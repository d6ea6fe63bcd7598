"""Forgetting a file, or all rows that name a person: out of archive, warehouse and old publications.

What is forgotten leaves a tombstone: a line of the ledger, a sidecar without bytes (or with fewer rows), a note in each
publication that lost rows. The warehouse is made anew, since a database file keeps what was deleted from it.

Belongs here: the order in which it goes. Not here: finding what is to go (``plan``), making the warehouse anew
(``ingest.rebuild``), taking rows out of a publication (``redaction``).
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from reportmetrics.clock import now_utc
from reportmetrics.ingest.archive import clear_incoming
from reportmetrics.ingest.corrected_rows import row_of_note
from reportmetrics.ingest.correction_files import day_for_tombstone
from reportmetrics.ingest.old_warehouse import OldWarehouse
from reportmetrics.ingest.readers.archived import kept_cells, read_archived
from reportmetrics.ingest.readers.base import Sheet, UnreadableError
from reportmetrics.ingest.rebuild import RebuildError, Rebuilt, rebuild
from reportmetrics.ingest.sidecars import INCOMING, NO_NAME, Sidecar, read_sidecar, sidecar_paths, write_sidecar
from reportmetrics.profile.intake import intake, is_corrected
from reportmetrics.profile.load import Profile
from reportmetrics.profile.sources import Source, sheet_of
from reportmetrics.progress import Track, silent
from reportmetrics.settings import Settings
from reportmetrics.upkeep.hand_backs import drop_written
from reportmetrics.upkeep.plan import ForgetError, Plan
from reportmetrics.upkeep.redaction import take_out
from reportmetrics.upkeep.unfinished import Unfinished, finished, note


def forget(settings: Settings, profile: Profile, plan: Plan, *, reason: str, track: Track = silent) -> Rebuilt:
    """Carry out a plan. What is left to do is written down before the first change: repeated, the order goes on.

    Raises what ``rebuild`` raises; archive and publications are then done, and repeating it makes the warehouse anew.
    Raises ``ForgetError``, with nothing forgotten, where the archive was not yet what a plan needs.
    """
    with OldWarehouse(settings.warehouse) as old:
        if old.note_left_places(settings.archive):
            raise ForgetError("a run was stopped before it noted what it had stored; that is done now: try again")
    begun = plan.begun
    at = begun.at if begun else now_utc().isoformat(timespec="seconds")
    if begun and begun.reason != reason:
        reason = f"{begun.reason}; {reason}"
    intent = _intent(plan, at, reason)
    note(settings, intent)
    clear_incoming(settings.archive)
    for folder in track(list(plan.publications), "Publications", len(plan.publications)):
        planned = begun.publications.get(folder.name) if begun else None
        take_out(folder, plan.wanted, at=at, reason=reason, planned=planned)
    for folder in settings.staging.glob("*/"):
        shutil.rmtree(folder, ignore_errors=True)  # a run that was stopped would else go on with what it had read
    sources = {s.source: s for s in intake(profile.sources)}
    drop_written(settings.hand_backs, {s.sha256 for s in (*plan.files, *(s for s, _ in plan.rows.values()))})
    for workbook in plan.workbooks:
        workbook.unlink(missing_ok=True)
    for sidecar, sheets in plan.rows.values():
        _write_without(settings.archive, sidecar, sources[sidecar.source], sheets, at=at, reason=reason)
    for sidecar in plan.files:
        source = sources.get(sidecar.source)
        tables = [t.table for t in source.tables] if source else []
        _bury(sidecar, tables, at=at, reason=reason)
    _drop_bytes(settings.archive, {name.partition(".")[0] for name in (*intent.files, *intent.rows)})
    try:
        made = rebuild(settings, profile, keep_old=False, track=track)
    except RebuildError as error:
        raise RebuildError(
            f"{error}\narchive and publications are rid of what was to go, the warehouse is not; mend the above, and "
            f"finish it: {intent.command}"
        ) from error
    finished(settings)
    return made


def _intent(plan: Plan, at: str, reason: str) -> Unfinished:
    begun = plan.begun
    return Unfinished(
        again=list(dict.fromkeys([*(begun.again if begun else ()), plan.again])),
        asked=list(dict.fromkeys([*(begun.asked if begun else ()), plan.asked])),
        at=at,
        reason=reason,
        files=list(dict.fromkeys([*(begun.files if begun else ()), *(s.path.name for s in plan.files)])),
        rows=(begun.rows if begun else {})
        | {path.name: list(sheets.items()) for path, (_, sheets) in plan.rows.items()},
        publications={f.name: rows for f, rows in plan.publications.items()} | (begun.publications if begun else {}),
        wanted=plan.wanted,
    )


def _bury(sidecar: Sidecar, tables: Sequence[str], *, at: str, reason: str) -> None:
    """Put a tombstone in the place of a sidecar.

    One that was set aside gets a place in the ledger by its tombstone, so that the file is not taken in again.
    """
    said = sidecar.said | {"original_name": NO_NAME, "facts": None}
    said["forgotten"] = {"at": at, "reason": reason, "tables": list(tables), **day_for_tombstone(sidecar)}
    if sidecar.is_aside:
        said.pop("file_seq", None)
        stone = sidecar.path.with_suffix(".json")
        if not stone.exists():  # else it was taken in again since, and that delivery has a say of its own
            write_sidecar(stone, said)
        sidecar.path.unlink()
    else:
        write_sidecar(sidecar.path, said)


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
            gone_rows = tuple(map(row_of_note, sheets.get(name, [])))
            notes = tuple(
                n for n in sheet.notes if not (gone_rows and is_corrected(source) and n.startswith(gone_rows))
            )
            remaining[name] = replace(sheet, held=rows, notes=notes)
    content = kept_cells(remaining)
    digest = hashlib.sha256(content).hexdigest()
    scratch = archive / INCOMING / digest
    scratch.parent.mkdir(exist_ok=True)
    scratch.write_bytes(content)
    scratch.chmod(0o440)
    scratch.replace(archive / digest)
    gone = {"at": at, "reason": reason, "rows": sum(map(len, sheets.values())), "was": sidecar.sha256}
    said = sidecar.said | {
        "sha256": digest,
        "bytes": len(content),
        "rows_forgotten": [*sidecar.said.get("rows_forgotten", []), gone],
    }
    write_sidecar(archive / f"{digest}.{said['identity'][:12]}{sidecar.path.suffix}", said)
    sidecar.path.unlink()


def _drop_bytes(archive: Path, hashes: Collection[str]) -> None:
    """Remove the bytes of what an order names, also before it was stopped, unless another delivery has the same."""
    sidecars = (read_sidecar(p) for p in sidecar_paths(archive, aside=True) if p.name.partition(".")[0] in hashes)
    for sha256 in {*hashes} - {s.sha256 for s in sidecars if s.forgotten is None}:
        (archive / sha256).unlink(missing_ok=True)
