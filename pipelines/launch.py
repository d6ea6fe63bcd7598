"""Runs the main job in this process, recorded in the instance that Dagster's pages show.

Belongs here: instance, partition, run. Not here: what is printed about it (``reportmetrics.cli``).
"""

from __future__ import annotations

import datetime as dt
import logging
import shutil
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
from dagster._core.instance.ref import InstanceRef

from pipelines import names
from pipelines.build import build
from pipelines.resources import WATCH, Watch
from reportmetrics.ingest.ledger import IngestSummary
from reportmetrics.metrics.results import Results
from reportmetrics.progress import Track, silent
from reportmetrics.publish.publish import Publication
from reportmetrics.settings import Settings
from reportmetrics.validation.run import CheckResult

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
    """What came of a run. ``publication`` is None when a critical check stopped it; ``error`` when it broke."""

    run_id: str
    success: bool
    ingested: IngestSummary | None
    checks: list[CheckResult]
    results: Results | None
    publication: Publication | None
    error: str | None


def launch(
    settings: Settings, *, as_of: dt.date, engine: str = "duckdb", track: Track = silent, verbose: bool = False
) -> Outcome:
    """Take in, validate, freeze, compute and publish, in this process.

    Raises what loading the profile and the metrics raises; what goes wrong after that is in the outcome. ``verbose``
    lets Dagster's log through to standard error.
    """
    definitions = build(settings, engine=engine)
    watcher = Watch(track=track)
    token = WATCH.set(watcher)
    try:
        with open_instance(settings.dagster_home) as instance:
            partition = as_of.isoformat()
            instance.add_dynamic_partitions(names.AS_OF.name or "", [partition])
            result = definitions.resolve_job_def(names.JOB).execute_in_process(
                instance=instance,
                partition_key=partition,
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
        checks=watcher.checks,
        results=watcher.results,
        publication=watcher.publication,
        error=None if result.success or stopped else _first_error(result),
    )


def open_instance(home: Path) -> dg.DagsterInstance:
    """The instance in ``home``, made on first use with telemetry off."""
    home.mkdir(parents=True, exist_ok=True)
    if not (home / "dagster.yaml").exists():
        shutil.copy(Path(__file__).with_name("dagster.yaml"), home / "dagster.yaml")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    return dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(home), overrides=NO_CAPTURE))


def _first_error(result: dg.ExecuteInProcessResult) -> str:
    for event in result.all_events:
        if event.is_step_failure:
            error = event.step_failure_data.error
            while error is not None and error.cause is not None:
                error = error.cause
            if error is not None:
                return f"{event.step_key}: {error.message.strip()}"
    return "the run failed; see its log in Dagster"
