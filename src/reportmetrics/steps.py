"""The steps of the main job, each a function of the settings: what the command line and the orchestration both call.

Belongs here: which library function follows which, where a step leaves what the next one needs, and when a batch counts
as validated. Not here: the last step (``issuing``), the work itself (``ingest``, ``validation``, ``warehouse``,
``metrics``), when and where it runs (``pipelines``), what is printed (``cli``).

Between ingest and publication, a run's files lie in a *workspace* below ``staging``, one for each ``as_of``: the
snapshot, the results of its metrics, the results of its checks. Making a snapshot empties it, so results can never
belong to another snapshot than the one beside them.
"""

from __future__ import annotations

import datetime as dt
import functools
import shutil
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from reportmetrics.clock import now_utc
from reportmetrics.current import ENGINES, StepError, current_catalogue, day_there
from reportmetrics.engines.base import Engine
from reportmetrics.garbage import searched_seldom
from reportmetrics.ingest.clearing import Cleared, clear_landing
from reportmetrics.metrics.known import Known
from reportmetrics.metrics.results import Results
from reportmetrics.metrics.run import compute
from reportmetrics.profile.load import Profile
from reportmetrics.progress import Track, silent
from reportmetrics.publish.history import published_snapshot
from reportmetrics.senders.rejected import rejected
from reportmetrics.settings import Settings, sql_folder
from reportmetrics.validation.earlier import blank_columns, comparisons
from reportmetrics.validation.history import record
from reportmetrics.validation.rules import load_rules, tables_of
from reportmetrics.validation.run import CheckResult, cross_checks, validate
from reportmetrics.warehouse import visible
from reportmetrics.warehouse.aside import Aside, set_aside
from reportmetrics.warehouse.overview import Overview, overview
from reportmetrics.warehouse.snapshot import Snapshot, as_of_instant, make_snapshot
from reportmetrics.warehouse.staged import stage_unvalidated
from reportmetrics.warehouse.store import Store
from reportmetrics.workspace import (
    save_checks,
    save_results,
    workspace_of,
)

if TYPE_CHECKING:
    from reportmetrics.profile.frames import ProfileTables

Refusals = pl.DataFrame
"""Rows that were refused; columns as ``rejects`` gives them."""


@dataclass(frozen=True, slots=True)
class BatchCheck:
    """Result of validating what is new. ``tables`` names those that were checked, up to ledger ``position``.

    ``aside`` lists the files of a batch that was set aside, those with failing rows first; ``cleared`` is what was
    removed from the landing folder.
    """

    position: int
    tables: list[str]
    results: list[CheckResult]
    aside: list[Aside] = field(default_factory=list)
    cleared: Cleared = field(default_factory=Cleared)

    @property
    def blocked(self) -> bool:
        """Whether a critical check failed: nothing downstream may use the batch."""
        return any(r.blocks for r in self.results)


@dataclass(frozen=True, slots=True)
class NotYet:
    """Accepted rows, in so many files, that became known after ``as_of`` had begun; ``counts_from`` includes them."""

    as_of: dt.date
    files: int
    rows: int
    counts_from: dt.date


def held(settings: Settings) -> Overview:
    """What the warehouse holds, in numbers. The file is made when it is missing."""
    with Store(settings.warehouse) as store:
        return overview(store)


def known_later(settings: Settings, profile: Profile, *, as_of: dt.date, checked: bool = False) -> NotYet | None:
    """What has been taken in (or ``checked`` only) and does not count as of a date yet; None: all counts."""
    zone = profile.mission.time_zone
    with Store(settings.warehouse) as store:
        position = store.validated_position() if checked else store.position()
        later = visible.known_later(store.connection, as_of_instant(as_of, zone), position)
    if later is None:
        return None
    last = day_there(later.last.replace(tzinfo=dt.UTC), profile)
    return NotYet(as_of, later.files, later.rows, last + dt.timedelta(days=1))


def check_new(
    settings: Settings, profile: Profile, *, now: dt.datetime | None = None, track: Track = silent
) -> BatchCheck:
    """Validate all rows above the validated ledger position; when none fails critically, move the position up.

    A batch that fails is set aside whole: the warehouse forgets its rows, and the next run takes its files in again.
    ``now`` (naive UTC, default: the clock) is the time that the history of checks and the list of batches tell.
    """
    folder = settings.staging / "batch"
    moment = now or now_utc()
    compared = folder / "compared.parquet"
    with Store(settings.warehouse) as store:
        position = store.position()
        staged = {} if position == store.validated_position() else stage_unvalidated(store, folder)
        found = comparisons(store, profile) if staged else None
        if found is not None:
            found.write_parquet(compared)
    # The store is closed here: validation reads the staged files and must not keep others from the warehouse.
    results = validate(staged, profile, compared=compared, track=track)
    aside: list[Aside] = []
    cleared = Cleared()
    with Store(settings.warehouse) as store:
        record(store, results, position=position, now=moment)
        if any(r.blocks for r in results):
            failing = {f"{r.table}.{r.check}": (r.table, r.failing_keys) for r in results if r.blocks}
            blank = [] if found is None else blank_columns(found)
            aside = set_aside(store, settings.archive, failing, blank=blank, now=moment)
        else:
            store.mark_validated(position)
            cleared = clear_landing(store, settings, profile)
    if staged:
        save_checks(settings.staging / "batch_checks.json", results)
    shutil.rmtree(folder, ignore_errors=True)
    return BatchCheck(position, sorted(staged), results, aside, cleared)


def freeze(
    settings: Settings,
    profile: Profile,
    *,
    as_of: dt.date,
    store: Store | None = None,
    position: int | None = None,
    previous: Callable[[], Path] | None = None,
    tables: ProfileTables | None = None,
) -> Snapshot:
    """A fresh snapshot of all validated rows as known at ``as_of``, in an emptied workspace.

    ``store`` is the warehouse where the caller has it open, ``position`` its validated position (several snapshots of
    which may then be made at a time). Files that are the same in the snapshot ``previous`` (left
    out: of the publication nearest before) are links to it; it is asked for last, as it may be in the making.
    ``tables`` are those of the profile, where several snapshots are made of it.
    """
    if store is None:
        with Store(settings.warehouse) as opened:
            return freeze(
                settings, profile, as_of=as_of, store=opened, position=position, previous=previous, tables=tables
            )
    workspace = workspace_of(settings, as_of)
    shutil.rmtree(workspace, ignore_errors=True)
    workspace.mkdir(parents=True)
    before = previous or functools.partial(published_snapshot, settings.publications, as_of)
    target = workspace / "snapshot"
    return make_snapshot(store, profile, as_of=as_of, target=target, position=position, previous=before, tables=tables)


def open_snapshot(settings: Settings, as_of: dt.date) -> Snapshot:
    """The snapshot in the workspace of ``as_of``. Raises ``StepError`` when there is none."""
    folder = workspace_of(settings, as_of) / "snapshot"
    if not (folder / "snapshot.json").is_file():
        raise StepError(f"there is no snapshot of {as_of} in {settings.staging}; make it first (asset 'snapshot')")
    return Snapshot.open(folder)


def open_engine(name: str, snapshot: Snapshot, only: Collection[str] | None = None) -> Engine:
    """The engine called ``name`` over ``snapshot``; close it after use. Raises ``StepError`` for an unknown name.

    ``only`` names the tables that will be asked for; left out, all.
    """
    if name not in ENGINES:
        raise StepError(f"'{name}' is no engine; use one of: {', '.join(ENGINES)}")
    from reportmetrics.engines.duckdb import DuckDBEngine

    return DuckDBEngine(snapshot.folder, only=only)


def check_snapshot(settings: Settings, *, as_of: dt.date, engine: str = "duckdb") -> list[CheckResult]:
    """Run the rules between tables on the snapshot of ``as_of``."""
    results = contradictions(settings, as_of=as_of, engine=engine)
    record_contradictions(settings, {as_of: results})
    return results


def contradictions(settings: Settings, *, as_of: dt.date, engine: str = "duckdb") -> list[CheckResult]:
    """The same, not recorded yet: for several dates at a time, as only one may write into the warehouse."""
    rules = load_rules(sql_folder())
    with open_engine(engine, open_snapshot(settings, as_of), tables_of(rules)) as opened:
        return cross_checks(opened, rules)


def record_contradictions(settings: Settings, found: Mapping[dt.date, list[CheckResult]]) -> None:
    """Keep the results of each date in the history of checks, and for the step that publishes them."""
    moment = now_utc()
    with Store(settings.warehouse) as store:
        for as_of, results in found.items():
            position = open_snapshot(settings, as_of).position
            record(store, results, position=position, as_of=as_of, now=moment)
    for as_of, results in found.items():
        save_checks(workspace_of(settings, as_of) / "checks.json", results)


@searched_seldom()
def measure(
    settings: Settings,
    *,
    as_of: dt.date,
    engine: str = "duckdb",
    select: Collection[str] | None = None,
    track: Track = silent,
    known: Known | None = None,
) -> Results:
    """Compute the metrics named in ``select`` (all when left out) and leave their results in the workspace.

    ``known`` is what is remembered of other dates; see ``metrics.known``.
    """
    catalogue = current_catalogue(settings)
    with open_engine(engine, open_snapshot(settings, as_of)) as opened:
        results = compute(catalogue, opened, as_of=as_of, select=select, track=track, known=known)
    save_results(
        workspace_of(settings, as_of) / "results", results, select if select is not None else catalogue.metrics
    )
    return results


def rejects(
    settings: Settings,
    profile: Profile,
    *,
    source: str | None = None,
    code: str | None = None,
    sender: str | None = None,
    only_open: bool = False,
) -> pl.DataFrame:
    """Faults of rejected rows and unreadable files, newest delivery first; see ``senders.rejected``.

    Raises ``StepError`` when nothing has been taken in yet.
    """
    if not settings.warehouse.is_file():
        raise StepError(f"there is no warehouse in {settings.home}; take something in first: reportmetrics ingest")
    with Store(settings.warehouse) as store:
        return rejected(store, profile, source=source, code=code, sender=sender, only_open=only_open)
