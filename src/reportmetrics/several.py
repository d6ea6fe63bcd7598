"""The steps of the main job for several dates of one run: a year of publications in one go.

Belongs here: the order of dates, what is shared between them, and metrics computed side by side. Not here: a step
itself (``steps``, ``issuing``), processes (``workers``).

Dates are taken in their order whatever order they are given in, because each publication compares itself with those
before it, and a month of the snapshot that did not change is a hard link to the date before.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from reportmetrics import steps, workers
from reportmetrics.current import StepError, current_catalogue
from reportmetrics.issuing import issue, issue_side_by_side
from reportmetrics.metrics.estimators import ESTIMATORS
from reportmetrics.metrics.known import Known
from reportmetrics.metrics.results import Results
from reportmetrics.profile.load import Profile
from reportmetrics.progress import Track, silent
from reportmetrics.publish.publish import Publication
from reportmetrics.settings import Settings
from reportmetrics.validation.run import CheckResult
from reportmetrics.warehouse.snapshot import Snapshot
from reportmetrics.warehouse.store import Store


@contextlib.contextmanager
def prepared_for(settings: Settings, dates: int) -> Iterator[None]:
    """Within the block, the steps for so many dates share their processes, which start at once where they are needed.

    Without it each step starts its own.
    """
    if not workers.worth_processes(dates):
        yield
        return
    with workers.kept(workers.processes(dates), functools.partial(_prepare, settings)):
        yield


def _prepare(settings: Settings) -> None:
    """Import and read, in a process of the pool, what its first job would."""
    current_catalogue(settings)
    for name in ESTIMATORS:
        ESTIMATORS[name]  # is imported when it is asked for


def freeze_each(
    settings: Settings, profile: Profile, dates: Collection[dt.date], *, track: Track = silent
) -> Iterator[Snapshot]:
    """A snapshot of each date, oldest first, several made at a time; the warehouse is opened once."""
    ordered = sorted(dates)
    from reportmetrics.profile.frames import ProfileTables

    if not ordered:
        return
    with Store(settings.warehouse) as store, _threads(len(ordered)) as pool:
        jobs: list[Future[Snapshot]] = []
        position = store.validated_position()
        tables = ProfileTables(profile, ordered[-1])
        for as_of in ordered:
            before = functools.partial(_folder, jobs[-1]) if jobs else None
            make = functools.partial(steps.freeze, settings, profile, as_of=as_of, position=position, tables=tables)
            jobs.append(pool.submit(make, store=store, previous=before))
        yield from track((job.result() for job in jobs), "Snapshots", len(ordered))


def _folder(job: Future[Snapshot]) -> Path:
    return job.result().folder


@contextlib.contextmanager
def _threads(dates: int) -> Iterator[ThreadPoolExecutor]:
    """Threads, as DuckDB and polars do the work outside of Python; what was not begun is not begun after an error."""
    pool = ThreadPoolExecutor(workers.processes(dates))
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def check_each(
    settings: Settings, dates: Collection[dt.date], *, engine: str = "duckdb"
) -> Iterator[tuple[dt.date, list[CheckResult]]]:
    """Rules between tables on the snapshot of each date, oldest first."""
    ordered = sorted(dates)
    with _threads(len(ordered)) as pool:
        check = functools.partial(_contradictions, settings, engine)
        found = dict(zip(ordered, pool.map(check, ordered), strict=True))
    steps.record_contradictions(settings, found)
    yield from found.items()


def _contradictions(settings: Settings, engine: str, as_of: dt.date) -> list[CheckResult]:
    return steps.contradictions(settings, as_of=as_of, engine=engine)


@dataclass(frozen=True, slots=True)
class Measured:
    """A date whose results lie in its workspace: how many there are, by metric, as ``Results.counts`` has them.

    ``results`` is None where another process computed them: megabytes a date that nobody here may want.
    """

    as_of: dt.date
    counts: Mapping[str, dict[str, int]]
    results: Results | None


def measure_each(
    settings: Settings,
    dates: Collection[dt.date],
    *,
    engine: str = "duckdb",
    select: Collection[str] | None = None,
    track: Track = silent,
) -> Iterator[Measured]:
    """Results of each date, oldest first; of many dates, several are computed at a time in processes of their own."""
    ordered = sorted(dates)
    wanted = list(current_catalogue(settings).metrics if select is None else select)
    if not workers.worth_processes(len(ordered)):
        for as_of in ordered:
            results = steps.measure(settings, as_of=as_of, engine=engine, select=wanted, track=track)
            yield Measured(as_of, results.counts(wanted), results)
        return
    with workers.pool(workers.processes(len(ordered))) as pool:
        jobs = [pool.submit(_measure, settings, as_of, engine, wanted) for as_of in ordered]
        for as_of, job in track(zip(ordered, jobs, strict=True), "Metrics", len(ordered)):
            yield Measured(as_of, job.result(), None)


@functools.cache
def _known() -> Known:
    """What this process knows of the dates that it computed before."""
    return Known()


def _measure(settings: Settings, as_of: dt.date, engine: str, select: Collection[str]) -> dict[str, dict[str, int]]:
    return steps.measure(settings, as_of=as_of, engine=engine, select=select, known=_known()).counts(select)


def issue_each(
    settings: Settings,
    profile: Profile,
    dates: Collection[dt.date],
    *,
    engine: str = "duckdb",
    track: Track = silent,
) -> Iterator[tuple[dt.date, Publication]]:
    """A publication of each date, oldest first. Those made before an error stay; each is whole."""
    if workers.worth_processes(len(dates)):
        made = issue_side_by_side(settings, profile, dates, engine=engine)
        yield from track(made, "Publications", len(dates))
        return
    one = track if len(dates) == 1 else silent
    several = silent if len(dates) == 1 else track
    for as_of in several(sorted(dates), "Publications", len(dates)):
        yield as_of, issue(settings, profile, as_of=as_of, engine=engine, track=one)


def weekly(first: dt.date, last: dt.date, *, every_days: int = 7) -> list[dt.date]:
    """Dates from ``first`` to ``last``, both included where they fall on the step. Raises ``StepError``."""
    if last < first or every_days < 1:
        raise StepError(f"no dates from {first} to {last}, every {every_days} days; give the earlier one first")
    return [first + dt.timedelta(days=n) for n in range(0, (last - first).days + 1, every_days)]
