"""What a step tells of each of its assets and dates, kept in one go.

``context.add_asset_metadata`` asks the instance for all partitions and copies all that was told before, at each call:
of a year of dates and a hundred assets that took a tenth of the run. Dagster has no public way for many at once; this
is the one place that uses what lies beneath, and a test of the graph fails where a new version of Dagster changes it.

Belongs here: keeping it. Not here: what is told (``assets``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import dagster as dg
from dagster._core.execution.context.metadata_logging import AssetMetadataHandle, OutputMetadataAccumulator

Told = tuple[dg.AssetKey, dt.date, Mapping[str, Any]]
"""Of which asset, at which date, what."""


def tell(context: dg.AssetExecutionContext, told: Iterable[Told]) -> None:
    """Let the materialization of each asset and date carry what is told of it."""
    step = context.get_step_execution_context()
    known = dict(step._metadata_accumulator.per_output_metadata)
    for key, as_of, metadata in told:
        known[AssetMetadataHandle(asset_key=key, partition_key=as_of.isoformat())] = metadata
    step._metadata_accumulator = OutputMetadataAccumulator(per_output_metadata=known)
