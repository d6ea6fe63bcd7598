"""Keys, groups, partitions, tags and owners: how things are called in Dagster's graph.

Belongs here: naming only. Groups read as the way of a row: landing, raw, core, snapshot, derived, metrics, publication.
"""

from __future__ import annotations

import dagster as dg

AS_OF = dg.DynamicPartitionsDefinition(name="as_of")
"""One partition per publication date; added by the launcher, a schedule, or by hand for any date."""

JOB, INTAKE, NIGHTLY = "run", "intake", "nightly"
WRITER_POOL = "duckdb_writer"
"""One writer at a time on the warehouse."""

OWNER = "team:data-team"
"""Owner of what is not a metric; a metric's owner stands in its header."""

MISSION_TAG, ENGINE_TAG, TRIGGER_TAG = "reportmetrics/mission", "reportmetrics/engine", "reportmetrics/trigger"
PROCESS_TAG = "reportmetrics/process"
"""Host, process and start of a run of the command line, by which a later run knows that it has died."""

PROFILE = dg.AssetKey("profile")
PUBLICATION = dg.AssetKey("publication")


def landing(source: str) -> dg.AssetKey:
    """Files of a source as they are sent."""
    return dg.AssetKey(["landing", source])


def raw(source: str) -> dg.AssetKey:
    """Rows of a source as text, with their place in the file."""
    return dg.AssetKey(["raw", source])


def core(table: str) -> dg.AssetKey:
    """A canonical table in the warehouse."""
    return dg.AssetKey(["core", table])


def snapshot(table: str) -> dg.AssetKey:
    """A table as known at ``as_of``."""
    return dg.AssetKey(["snapshot", table])


def derived(name: str) -> dg.AssetKey:
    """A row-level view that metrics share."""
    return dg.AssetKey(["derived", name])


def metric(metric_id: str) -> dg.AssetKey:
    """A metric; ``latency.time_to_decision`` becomes ``metrics/latency/time_to_decision``."""
    return dg.AssetKey(["metrics", *metric_id.split(".")])
