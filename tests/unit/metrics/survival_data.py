"""Rows of durations and events as an estimator gets them from the engine, and shorthand to look figures up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from reportmetrics.metrics.estimators import ESTIMATORS
from reportmetrics.metrics.estimators.base import Estimate, Figure, checked_params


def reduced_spells(
    duration: Sequence[float | None], event: Sequence[bool], entry: Sequence[float | None] | None = None
) -> pl.DataFrame:
    """What the reduce step returns for these spells."""
    frame = pl.DataFrame({"duration": duration, "event": event}, strict=False)
    keys = ["duration"]
    if entry is not None:
        frame = frame.with_columns(pl.Series("entry", entry, dtype=pl.Float64, strict=False))
        keys.append("entry")
    return (
        frame.group_by(keys)
        .agg(pl.len().cast(pl.Int64).alias("n_rows"), pl.col("event").sum().cast(pl.Int64).alias("n_events"))
        .sort(keys)
    )


def estimate(name: str, reduced: pl.DataFrame, **given: Any) -> Estimate:
    """Finish with these parameters, others by default."""
    estimator = ESTIMATORS[name]
    params, problems = checked_params(estimator, given)
    assert not problems
    assert estimator.scope == "group"
    return estimator.finish(reduced, params)


def kaplan_meier(
    duration: Sequence[float | None], event: Sequence[bool], entry: Sequence[float | None] | None = None, **given: Any
) -> Estimate:
    return estimate("kaplan_meier", reduced_spells(duration, event, entry), **given)


def figure(of: Estimate, statistic: str, label: str = "") -> Figure:
    """The one figure with this statistic and label."""
    (found,) = [f for f in of.figures if f.statistic == statistic and f.label == label]
    return found
