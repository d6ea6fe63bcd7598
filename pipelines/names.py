"""Keys, groups, partitions, tags and owners: how things are called in Dagster's graph.

Belongs here: naming only. Groups read as the way of a row: landing, raw, core, snapshot, derived, metrics, publication.
"""

from __future__ import annotations

import dagster as dg
from dagster._core.storage.tags import HIDDEN_TAG_PREFIX

from reportmetrics.settings import location_from_environment

LOCATION = location_from_environment()
"""Set where several missions share one Dagster instance: keys, dates and the writer are then each mission's own."""
_FIRST = [LOCATION] if LOCATION else []
_LAST = f"_{LOCATION}" if LOCATION else ""

AS_OF = dg.DynamicPartitionsDefinition(name=f"as_of{_LAST}")
"""One partition per publication date; added by the launcher, a schedule, or by hand for any date."""

JOB, INTAKE, NIGHTLY = "run", "intake", "nightly"
WRITER_POOL = f"duckdb_writer{_LAST}"
"""One writer at a time on the warehouse."""

OWNER = "team:data-team"
"""Owner of what is not a metric; a metric's owner stands in its header."""

MISSION_TAG, ENGINE_TAG, TRIGGER_TAG = "reportmetrics/mission", "reportmetrics/engine", "reportmetrics/trigger"
PROCESS_TAG = f"{HIDDEN_TAG_PREFIX}reportmetrics-process"
"""Host, process and start of what executes a run, by which others know that it has died. Of no use on a page."""


def group(name: str) -> str:
    """A group of the graph: where several missions share an instance, each has its own."""
    return "/".join([*_FIRST, name])


PROFILE = dg.AssetKey([*_FIRST, "profile"])
PUBLICATION = dg.AssetKey([*_FIRST, "publication"])


def landing(source: str) -> dg.AssetKey:
    """Files of a source as they are sent."""
    return dg.AssetKey([*_FIRST, "landing", source])


def raw(source: str) -> dg.AssetKey:
    """Rows of a source as text, with their place in the file."""
    return dg.AssetKey([*_FIRST, "raw", source])


def core(table: str) -> dg.AssetKey:
    """A canonical table in the warehouse."""
    return dg.AssetKey([*_FIRST, "core", table])


def snapshot(table: str) -> dg.AssetKey:
    """A table as known at ``as_of``."""
    return dg.AssetKey([*_FIRST, "snapshot", table])


def derived(name: str) -> dg.AssetKey:
    """A row-level view that metrics share."""
    return dg.AssetKey([*_FIRST, "derived", name])


def metric(metric_id: str) -> dg.AssetKey:
    """A metric; ``latency.time_to_decision`` becomes ``metrics/latency/time_to_decision``."""
    return dg.AssetKey([*_FIRST, "metrics", *metric_id.split(".")])
