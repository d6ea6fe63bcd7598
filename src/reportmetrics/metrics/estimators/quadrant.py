"""``quadrant``: activity beside progress, objective by objective, over a recent window and the one before."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from reportmetrics.metrics.estimators.base import (
    Estimate,
    EstimatorError,
    Figure,
    Need,
    Param,
    Params,
    Reduction,
    present,
)

_BANDS = ("activity_low", "activity_high", "progress_low", "progress_high")
_READING = ("indicator_id", "observed_on", "progress", "target_on")


@dataclass(frozen=True, slots=True)
class Movement:
    """Median progress at the latest readings of both windows, and what the median should be at the later ones."""

    before: float
    now: float
    wanted: float
    indicators: int

    @property
    def ratio(self) -> float | None:
        """Change over needed change; None where none is needed any more."""
        needed = self.wanted - self.before
        return (self.now - self.before) / needed if needed > 1e-12 else None


def wanted_progress(before: float, read_on: dt.date, now_on: dt.date, target_on: dt.date) -> float:
    """Where an even pace from a reading to 1 at the target date stands on the day of the next; 1 past that date."""
    rest = (target_on - read_on).days
    part = 1.0 if rest <= 0 else min(1.0, (now_on - read_on).days / rest)
    return before + max(0.0, 1 - before) * part


class Quadrant:
    """Position of each objective: contact hours against the middle objective's, progress against what was needed.

    Rows are of three kinds: activity (``hours``, with ``recent`` true for the window and false for the one before),
    readings of indicators with baseline and target (``indicator_id``, ``observed_on``, ``progress``, ``target_on``),
    and a row for each objective, so that one without either appears. The bands stand in every row.

    x = hours of the window / median over objectives. y = change of median progress between the latest readings of
    both windows / the change that an even pace to the target date needs between them, over indicators that were read
    in both: nothing is carried forward, so an objective without such an indicator is *unmeasured*.

    Figures: ``activity`` (x), ``progress`` (y), ``hours``, ``hours_before``, ``activity_change`` (hours /
    hours_before), ``median_before``, ``median_now``, ``position`` (1, the position as label), ``standing`` (1, label:
    progress alone is moving, neutral, stalled or unmeasured) and ``alarm``: 1 where activity has risen beyond its
    neutral band, or from none at all, while progress is stalled or unmeasured (label says which). For the whole
    mission: ``objectives`` in each position (label), ``standings`` in each standing, ``alarms``.
    """

    name = "quadrant"
    version = 1
    scope: Literal["family"] = "family"
    needs: tuple[Need, ...] = (
        Need("hours", "contact hours"),
        Need("recent", "true in the window, false in the one before"),
        Need("indicator_id", "indicator of a reading"),
        Need("observed_on", "day of the reading"),
        Need("progress", "progress at the reading"),
        Need("target_on", "day by which the target is to be reached"),
        Need("activity_low", "below this x an objective is quiet"),
        Need("activity_high", "above this x it is busy"),
        Need("progress_low", "below this y it is stalled"),
        Need("progress_high", "above this y it moves"),
    )
    params: tuple[Param, ...] = ()

    def reduction(self, columns: Collection[str], params: Params) -> Reduction:  # noqa: ARG002 (the protocol's)
        """Hours by window, and the distinct readings."""
        aggregates = {
            "total": "sum(CAST(hours AS DOUBLE))",
            "n_blank": "CAST(count(CASE WHEN recent IS NOT NULL AND indicator_id IS NULL AND hours IS NULL"
            " THEN 1 END) AS BIGINT)",
        }
        return Reduction(("recent", *_READING, *_BANDS), aggregates)

    def finish_family(
        self,
        reduced: pl.DataFrame,
        groups: Sequence[str],
        params: Params,  # noqa: ARG002 (the protocol's)
    ) -> list[tuple[dict[str, str | None], Estimate]]:
        """Positions of all groups, and how many stand where."""
        if reduced.is_empty():
            return []
        if len(groups) != 1:
            raise EstimatorError("quadrant compares objectives: it is grouped by one column")
        bands = {name: reduced[name].drop_nulls().unique().to_list() for name in _BANDS}
        if any(len(values) != 1 for values in bands.values()):
            raise EstimatorError("the neutral bands must be the same in every row")
        limit = {name: float(values[0]) for name, values in bands.items()}
        parts = reduced.partition_by(groups[0], maintain_order=True)
        hours = {p[groups[0]][0]: (_hours(p, True), _hours(p, False)) for p in parts}
        middle = float(np.median([now for now, _ in hours.values()]))
        results: list[tuple[dict[str, str | None], Estimate]] = [
            ({groups[0]: part[groups[0]][0]}, Estimate(_objective(part, *hours[part[groups[0]][0]], middle, limit)))
            for part in parts
        ]
        return [*results, ({}, Estimate(_mission([estimate for _, estimate in results])))]


def _mission(objectives: Sequence[Estimate]) -> list[Figure]:
    """How many objectives are in each position and standing, and how many raise the alarm; zero where none does."""
    n = len(objectives)
    counts = []
    for one, all_of in (("position", "objectives"), ("standing", "standings")):
        found = Counter(f.label for e in objectives for f in e.figures if f.statistic == one)
        counts += [Figure(all_of, float(k), n, label=label, unit="number") for label, k in sorted(found.items())]
    alarms = sum(f.value or 0.0 for e in objectives for f in e.figures if f.statistic == "alarm")
    return [*counts, Figure("alarms", alarms, n, unit="number")]


def _hours(part: pl.DataFrame, recent: bool) -> float:
    return float(part.filter((pl.col("recent") == recent) & pl.col("indicator_id").is_null())["total"].sum())


def movement(part: pl.DataFrame) -> Movement | None:
    """Movement of one objective's readings; None where no indicator was read in both windows."""
    read = present(part, "indicator_id", "progress", "target_on").sort("observed_on")
    before, now, wanted = [], [], []
    for one in read.partition_by("indicator_id", maintain_order=True):
        old, new = one.filter(~pl.col("recent")), one.filter(pl.col("recent"))
        if old.is_empty() or new.is_empty():
            continue
        start, end = old.row(-1, named=True), new.row(-1, named=True)
        before.append(float(start["progress"]))
        now.append(float(end["progress"]))
        wanted.append(wanted_progress(before[-1], start["observed_on"], end["observed_on"], start["target_on"]))
    if not now:
        return None
    return Movement(float(np.median(before)), float(np.median(now)), float(np.median(wanted)), len(now))


def _objective(
    part: pl.DataFrame, hours: float, hours_before: float, middle: float, limit: dict[str, float]
) -> list[Figure]:
    moved = movement(part)
    blank = int(part["n_blank"].sum())
    activity = hours / middle if middle > 0 else None
    change = hours / hours_before if hours_before > 0 else None
    ratio = moved.ratio if moved else None
    n = moved.indicators if moved else 0
    read_reason = "unmeasured" if moved is None else "target reached" if ratio is None else None
    position = _position(activity, moved, ratio, limit)
    rising = hours > limit["activity_high"] * hours_before
    standing = "unmeasured" if moved is None else _word(ratio, limit)
    failing = standing if standing in ("unmeasured", "stalled") else ""
    share = "share of the way"
    return [
        Figure(
            "activity",
            activity,
            1,
            blank,
            unit="times the middle objective's hours",
            reason=None if middle > 0 else "the middle objective has no hours",
        ),
        Figure("progress", ratio, n, unit="times the change needed", reason=read_reason),
        Figure("hours", hours, 1, blank, unit="hours"),
        Figure("hours_before", hours_before, 1, unit="hours"),
        Figure(
            "activity_change",
            change,
            1,
            blank,
            unit="times the window before",
            reason=None if change is not None else "no hours in the window before",
        ),
        Figure("median_before", moved.before if moved else None, n, unit=share, reason=None if moved else read_reason),
        Figure("median_now", moved.now if moved else None, n, unit=share, reason=None if moved else read_reason),
        Figure("position", 1.0, n, label=position, unit="position"),
        Figure("standing", 1.0, n, label=standing, unit="standing"),
        Figure("alarm", float(rising and failing != ""), n, label=failing if rising else "", unit="yes or no"),
    ]


def _word(ratio: float | None, limit: dict[str, float]) -> str:
    """Where progress stands; a target that is reached asks for no movement and is no stall."""
    if ratio is None or ratio > limit["progress_high"]:
        return "moving"
    return "stalled" if ratio < limit["progress_low"] else "neutral"


def _position(activity: float | None, moved: Movement | None, ratio: float | None, limit: dict[str, float]) -> str:
    if moved is None:
        return "unmeasured"
    progress = _word(ratio, limit)
    if activity is None or progress == "neutral" or limit["activity_low"] <= activity <= limit["activity_high"]:
        return "neutral"
    return f"{'busy' if activity > limit['activity_high'] else 'quiet'} and {progress}"
