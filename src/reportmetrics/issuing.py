"""The last step of the main job: what lies in the workspace of a date becomes a publication, of many side by side.

Side by side, each publication is built by a process of its own while those before it are built too. Whatever it is
compared with is known before: results are computed, so the date before is a *draft* whose figures lie in its workspace.
Only links to pages of the dates before have to wait until those are there. Folders get their names in the order of
dates, here, so that whenever this process ends, all that is visible is whole, and no date is missing before the last.

Belongs here: taking results up, the order of publications. Not here: what a publication is (``publish``), the steps
before (``steps``), processes (``workers``).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import json
import shutil
import time
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from reportmetrics import workers
from reportmetrics.audit.changes import Changes, InTheMaking, changes_since
from reportmetrics.current import StepError, current_catalogue
from reportmetrics.garbage import searched_seldom
from reportmetrics.metrics.catalogue import Catalogue
from reportmetrics.metrics.results import Results
from reportmetrics.profile.load import Profile
from reportmetrics.progress import Track, silent
from reportmetrics.publish import history
from reportmetrics.publish.publish import Plan, Publication, build, only_publisher, plan, publish, release
from reportmetrics.publish.quality import Past, SetAside, Watched
from reportmetrics.remembered import hide_as_before
from reportmetrics.settings import Settings
from reportmetrics.steps import open_engine, open_snapshot
from reportmetrics.validation.history import history as check_history
from reportmetrics.validation.run import CheckResult
from reportmetrics.warehouse.aside import batches
from reportmetrics.warehouse.snapshot import Snapshot
from reportmetrics.warehouse.store import Store
from reportmetrics.workspace import load_checks, load_results, save_results, workspace_of

LOOKS_EVERY = 0.01
"""Seconds between looks whether a publication is there."""


@dataclass(frozen=True, slots=True)
class _TakenUp:
    """What lies in the workspace of a date, ready to be published."""

    snapshot: Snapshot
    catalogue: Catalogue
    results: Results
    checks: list[CheckResult]


@searched_seldom()
def issue(
    settings: Settings, profile: Profile, *, as_of: dt.date, engine: str = "duckdb", track: Track = silent
) -> Publication:
    """Publish the results in the workspace of ``as_of``, then clear the workspace.

    Raises ``StepError`` when results of a metric are missing, or a critical rule between tables failed.
    """
    made = _take_up(settings, as_of, engine, history.entries(settings.publications))
    publication = publish(
        settings,
        profile,
        made.snapshot,
        made.catalogue,
        made.results,
        checks=made.checks,
        engine_name=engine,
        compare=functools.partial(_compare, made),
        watched=_watched(settings, {as_of: made.checks})[as_of],
        track=track,
    )
    shutil.rmtree(workspace_of(settings, as_of), ignore_errors=True)
    return publication


@dataclass(frozen=True, slots=True)
class _Job:
    """A publication that is being built; ``building`` is None for one that was there already."""

    as_of: dt.date
    planned: Plan | Publication
    building: Future[Path] | None

    @property
    def done(self) -> bool:
        return self.building is None or self.building.done()


def issue_side_by_side(
    settings: Settings, profile: Profile, dates: Collection[dt.date], *, engine: str = "duckdb"
) -> Iterator[tuple[dt.date, Publication]]:
    """The same for many dates, oldest first, several built at a time; each is what it would be, made by itself.

    Those before an error stay; those after it are not published, as they were compared with what is not there.
    """
    number = workers.processes(len(dates))
    ahead = number + 1
    jobs: deque[_Job] = deque()
    drafts: list[history.Entry] = []
    cleared: deque[dt.date] = deque()
    try:
        with only_publisher(settings.publications), searched_seldom(), workers.pool(number) as pool:
            watched = _watched(settings, _ready(settings, sorted(dates)))
            for as_of in sorted(dates):
                while jobs and (jobs[0].done or len(jobs) >= ahead):
                    yield _released(settings, profile, jobs, cleared)
                    # Nobody looks into the workspace of a draft but those that were begun before it was published.
                    _clear(settings, cleared, keep=ahead)
                made = _take_up(settings, as_of, engine, history.entries(settings.publications, drafts[-ahead:]))
                planned = plan(
                    settings, profile, made.snapshot, made.catalogue, engine_name=engine, drafts=drafts[-ahead:]
                )
                building = None
                if isinstance(planned, Plan):
                    building = pool.submit(_built, settings, profile, planned, made.checks, watched[as_of])
                    drafts.append(_draft(settings, planned))
                jobs.append(_Job(as_of, planned, building))
            while jobs:
                yield _released(settings, profile, jobs, cleared)
    finally:
        for job in jobs:  # the pool has ended: what was built is not wanted, as something before it is not there
            built = job.building
            if built is not None and not built.cancelled() and built.exception() is None:
                shutil.rmtree(built.result(), ignore_errors=True)
        _clear(settings, cleared, keep=0)


def _released(
    settings: Settings, profile: Profile, jobs: deque[_Job], cleared: deque[dt.date]
) -> tuple[dt.date, Publication]:
    """The first of ``jobs``, published."""
    job = jobs[0]
    if isinstance(job.planned, Publication) or job.building is None:
        assert isinstance(job.planned, Publication)
        publication = job.planned
    else:
        publication = release(settings, profile, job.planned, job.building.result())
    jobs.popleft()
    cleared.append(job.as_of)
    return job.as_of, publication


def _clear(settings: Settings, dates: deque[dt.date], *, keep: int) -> None:
    while len(dates) > keep:
        shutil.rmtree(workspace_of(settings, dates.popleft()), ignore_errors=True)


def _draft(settings: Settings, planned: Plan) -> history.Entry:
    workspace = workspace_of(settings, planned.as_of)
    revision = int(planned.name.rpartition("-r")[2])
    draft = history.Draft(workspace / "results", workspace / "snapshot")
    return history.Entry(planned.as_of, revision, settings.publications / planned.name, draft)


def _built(settings: Settings, profile: Profile, planned: Plan, checks: list[CheckResult], watched: Watched) -> Path:
    """In a process of its own: the folder of a publication, not in its place yet."""
    catalogue = current_catalogue(settings)
    results = load_results(workspace_of(settings, planned.as_of) / "results", catalogue.metrics)
    made = _TakenUp(open_snapshot(settings, planned.as_of), catalogue, results, checks)
    with searched_seldom():
        return build(
            settings,
            profile,
            planned,
            made.snapshot,
            catalogue,
            results,
            checks=checks,
            watched=watched,
            compare=functools.partial(_compare, made),
            wait_for=_wait_for,
        )


def _wait_for(entry: history.Entry) -> None:
    """Return when a publication is there. Raises ``StepError`` where it will not come."""
    while not entry.there:
        if workers.given_up():
            raise StepError(f"{entry.name} was not published, and so nothing that was compared with it")
        time.sleep(LOOKS_EVERY)


def _take_up(settings: Settings, as_of: dt.date, engine: str, others: Sequence[history.Entry]) -> _TakenUp:
    """What lies in the workspace, with groups hidden as in the one of ``others`` (newest first) before it."""
    workspace = workspace_of(settings, as_of)
    snapshot = open_snapshot(settings, as_of)
    catalogue = current_catalogue(settings)
    checks = _checks(settings, as_of)
    results = load_results(workspace / "results", catalogue.metrics)
    anew = hide_as_before(snapshot, others, catalogue, results, functools.partial(open_engine, engine))
    if anew is not None:
        save_results(workspace / "results", anew, set(anew.figures["metric"]))
        results = load_results(workspace / "results", catalogue.metrics)
    return _TakenUp(open_snapshot(settings, as_of), catalogue, results, checks)


def _checks(settings: Settings, as_of: dt.date) -> list[CheckResult]:
    """What was checked of the batch and of the snapshot. Raises ``StepError`` where a critical rule failed."""
    crossed = load_checks(workspace_of(settings, as_of) / "checks.json")
    failed = [c.message for c in crossed if c.blocks]
    if failed:
        raise StepError("a critical check failed, nothing is published: " + "; ".join(failed))
    return [*load_checks(settings.staging / "batch_checks.json"), *crossed]


def _ready(settings: Settings, dates: Sequence[dt.date]) -> dict[dt.date, list[CheckResult]]:
    """The same of each date, up to the first that cannot be published: its turn comes after those before it."""
    ready: dict[dt.date, list[CheckResult]] = {}
    with contextlib.suppress(StepError):
        for as_of in dates:
            ready[as_of] = _checks(settings, as_of)
    return ready


def _compare(made: _TakenUp, before: history.Entry, name: str) -> Changes | str:
    after = InTheMaking(name, made.snapshot.as_of, made.snapshot.folder, made.catalogue, made.results)
    draft = before.draft
    if draft is None:
        return changes_since(before.folder, after)
    results = load_results(draft.results, made.catalogue.metrics)
    return changes_since(InTheMaking(before.name, before.as_of, draft.snapshot, made.catalogue, results), after)


def _watched(settings: Settings, checks: Mapping[dt.date, list[CheckResult]]) -> dict[dt.date, Watched]:
    """For each date with its checks: what the warehouse knows of them in runs up to then, and of batches set aside."""
    with Store(settings.warehouse) as store:
        aside = [
            SetAside(
                r["set_aside_at"],
                r["source"],
                r["original_name"],
                r["source_file"],
                json.loads(r["reasons"]),
                r["taken_up_at"],
            )
            for r in batches(store.connection).iter_rows(named=True)
        ]
        return {as_of: Watched(found, _past(store, as_of), aside) for as_of, found in checks.items()}


def _past(store: Store, as_of: dt.date) -> dict[tuple[str, str], Past]:
    return {
        (r["table_name"], r["check_name"]): Past(r["runs"], r["failed"], r["last_failed_at"], r["since"])
        for r in check_history(store.connection, through=as_of).iter_rows(named=True)
    }
