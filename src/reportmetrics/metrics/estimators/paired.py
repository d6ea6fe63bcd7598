"""Activity by week and progress by reading, side by side, of one objective.

Belongs here: rows, reduction and arrays that ``divergence`` and ``association`` share. Not here: any statistic.

Rows are of two kinds: activity (``week``, ``value``; null where nothing was reported, 0 where nothing was done) and
readings (``indicator_id``, ``observed_on``, ``progress``), the others null.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from reportmetrics.metrics.estimators.base import Need, Reduction, present

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

NEEDS: tuple[Need, ...] = (
    Need("week", "Monday of the week of an activity"),
    Need("value", "how much was done; null: not reported"),
    Need("indicator_id", "indicator of a reading"),
    Need("observed_on", "day of the reading"),
    Need("progress", "progress at the reading"),
)
_EPOCH = dt.date(1970, 1, 1)


def reduction() -> Reduction:
    """Activity of each week, and the distinct readings."""
    return Reduction(("week", "indicator_id", "observed_on", "progress"), {"total": "sum(CAST(value AS DOUBLE))"})


@dataclass(frozen=True, slots=True)
class Path:
    """Readings of one indicator: rising days since 1970-01-01, and progress."""

    days: IntArray
    progress: FloatArray


@dataclass(frozen=True, slots=True)
class Pair:
    """One objective: its weeks from the first to the last that was reported, nan where one between was not.

    ``first`` is the first Monday, in days since 1970-01-01.
    """

    first: int
    activity: FloatArray
    paths: tuple[Path, ...]

    @property
    def content(self) -> tuple[list[float], ...]:
        """What is in it, to put objectives in an order that does not depend on their names; activity first."""
        return (np.nan_to_num(self.activity, nan=-1.0).tolist(), *(p.progress.tolist() for p in self.paths))


def pair(part: pl.DataFrame) -> Pair:
    """The reduced rows of one objective as arrays. Indicators are in order of content, not of name."""
    weekly = present(part, "week").sort("week")
    first, activity = 0, np.empty(0)
    if not weekly.is_empty():
        starts = np.array([(d - _EPOCH).days for d in weekly["week"].to_list()])
        first = int(starts[0])
        activity = np.full((int(starts[-1]) - first) // 7 + 1, np.nan)
        totals = weekly["total"].cast(pl.Float64).to_list()
        activity[(starts - first) // 7] = [np.nan if v is None else v for v in totals]
        reported = np.flatnonzero(~np.isnan(activity))
        begin, end = (int(reported[0]), int(reported[-1]) + 1) if reported.size else (0, 0)
        first, activity = first + 7 * begin, activity[begin:end]
    read = present(part, "observed_on", "progress").sort("observed_on")
    paths = [
        Path(
            np.array([(d - _EPOCH).days for d in one["observed_on"].to_list()], dtype=np.int64),
            one["progress"].cast(pl.Float64).to_numpy(),
        )
        for one in read.partition_by("indicator_id", maintain_order=True)
    ]
    paths.sort(key=lambda p: (p.days.tolist(), p.progress.tolist()))
    return Pair(first, activity, tuple(paths))
