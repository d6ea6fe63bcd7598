"""Runs the main job in this process, recorded in the instance that Dagster's pages show.

Belongs here: instance, partitions, run. Not here: what is printed about it (``reportmetrics.cli``).
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import shutil
from collections.abc import Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
from dagster._core.execution.plan.objects import StepFailureData
from dagster._core.instance.ref import InstanceRef
from dagster._core.storage.tags import ASSET_PARTITION_RANGE_END_TAG, ASSET_PARTITION_RANGE_START_TAG

from pipelines import names
from pipelines.build import build
from pipelines.clock import set_right
from pipelines.resources import WATCH, Watch
from pipelines.runs import add_dates, bury_the_dead
from reportmetrics.alone import locked
from reportmetrics.ingest.clearing import Cleared
from reportmetrics.ingest.landing_folder import check_landing
from reportmetrics.ingest.ledger import IngestSummary
from reportmetrics.metrics.results import Results
from reportmetrics.progress import Track, silent
from reportmetrics.publish.publish import Publication
from reportmetrics.settings import Settings
from reportmetrics.steps import NotYet, Refusals
from reportmetrics.validation.run import CheckResult
from reportmetrics.warehouse.aside import Aside

NO_CAPTURE = {
    "compute_logs": {
        "module": "dagster._core.storage.noop_compute_log_manager",
        "class": "NoOpComputeLogManager",
    }
}
"""Capturing would put a file in the place of the terminal, and no progress bar would be drawn. Dagster offers no public
way to open an instance with one setting changed, hence the import from its core."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run.

    ``publications`` are those that are whole, oldest date first, fewer than asked for when a critical check or an error
    stopped the run; ``results`` are those of the last date; ``error`` says what broke; ``aside`` lists the files of a
    batch that was set aside, ``cleared`` those that were removed from the landing folder; ``not_yet`` is what was taken
    in and does not count at the last date.
    """

    run_id: str
    success: bool
    ingested: IngestSummary | None
    refused: Refusals | None
    checks: list[CheckResult]
    aside: list[Aside]
    cleared: Cleared | None
    not_yet: NotYet | None
    results: Results | None
    publications: list[Publication]
    error: str | None

    @property
    def publication(self) -> Publication | None:
        """The last publication, None where there is none."""
        return self.publications[-1] if self.publications else None


def launch(
    settings: Settings, *, as_of: dt.date, engine: str = "duckdb", track: Track = silent, verbose: bool = False
) -> Outcome:
    """Take in, validate, freeze, compute and publish, in this process.

    Raises what loading the profile and the metrics raises, and ``LandingError`` when files cannot arrive where they
    should; what goes wrong after that is in the outcome. ``verbose`` lets Dagster's log through to standard error.
    """
    return launch_several(settings, dates=[as_of], engine=engine, track=track, verbose=verbose)


def launch_several(
    settings: Settings,
    *,
    dates: Collection[dt.date],
    engine: str = "duckdb",
    track: Track = silent,
    verbose: bool = False,
) -> Outcome:
    """The same for several dates in one run. Dates that are partitions already and lie between them come along."""
    definitions = build(settings, engine=engine)
    check_landing(settings)
    watcher = Watch(track=track, last=max(dates))
    token = WATCH.set(watcher)
    first, last = min(dates).isoformat(), max(dates).isoformat()
    several = {ASSET_PARTITION_RANGE_START_TAG: first, ASSET_PARTITION_RANGE_END_TAG: last}
    try:
        with open_instance(settings.dagster_home) as instance:
            bury_the_dead(instance)
            set_right(instance)
            with _one_at_a_time(settings.dagster_home):
                add_dates(instance, dates)
            result = definitions.resolve_job_def(names.JOB).execute_in_process(
                instance=instance,
                partition_key=first if first == last else None,
                tags=(several if first != last else {}) | {names.TRIGGER_TAG: "command line", names.ENGINE_TAG: engine},
                raise_on_error=False,
                run_config={"loggers": {"console": {"config": {"log_level": "DEBUG" if verbose else "CRITICAL"}}}},
            )
    finally:
        WATCH.reset(token)
    stopped = any(c.blocks for c in watcher.checks)
    return Outcome(
        run_id=result.run_id,
        success=result.success,
        ingested=watcher.ingested,
        refused=watcher.refused,
        checks=watcher.checks,
        aside=watcher.aside,
        cleared=watcher.cleared,
        not_yet=None if watcher.aside else watcher.not_yet,
        results=watcher.results,
        publications=watcher.publications,
        error=None if result.success or stopped else _first_error(result),
    )


def open_instance(home: Path) -> dg.DagsterInstance:
    """The instance in ``home``, made on first use with telemetry off."""
    home.mkdir(parents=True, exist_ok=True)
    if not (home / "dagster.yaml").exists():
        shutil.copy(Path(__file__).with_name("dagster.yaml"), home / "dagster.yaml")
    # The instance's own settings name their folder by it, as they do for the daemon and the webserver.
    os.environ["DAGSTER_HOME"] = str(home)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with _one_at_a_time(home):
        return dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(home), overrides=NO_CAPTURE))


def _one_at_a_time(home: Path) -> AbstractContextManager[None]:
    """Two that make the same tables, or the same dates, would trip over each other."""
    return locked(home / ".lock")


def _first_error(result: dg.ExecuteInProcessResult) -> str:
    for event in result.all_events:
        if event.is_step_failure:
            return f"{event.step_key}: {_reason(event.step_failure_data)}"
    return "the run failed; see its log in Dagster"


def _reason(failed: StepFailureData) -> str:
    """The library's own words, else the first cause."""
    if failed.user_failure_data is not None and failed.user_failure_data.description:
        return failed.user_failure_data.description
    error = failed.error
    while error is not None and error.cause is not None:
        error = error.cause
    return error.message.strip() if error is not None else "no reason given"
