"""``progress``: how far readings have moved from baseline to target, of one indicator or over an objective's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Literal

import numpy as np
import polars as pl

from reportmetrics.metrics.estimators.base import Estimate, Figure, Need, Param, Params, Reduction, one_of, present

EPOCH = dt.date(1970, 1, 1)
_DEFINITION = ("baseline", "target", "direction", "tolerance")
_ORIGINAL = ("original_baseline", "original_target")


def progress(reading: float, baseline: float, target: float) -> float:
    """(reading - baseline) / (target - baseline): 0 at the baseline, 1 at the target, not clipped."""
    return (reading - baseline) / (target - baseline)


def median_bounds(known: list[float], missing: int) -> tuple[float | None, float | None]:
    """Median with every missing value at minus infinity, and at plus infinity; None where that is infinite."""
    low = float(np.median([-np.inf] * missing + known)) if known or missing else -np.inf
    high = float(np.median(known + [np.inf] * missing)) if known or missing else np.inf
    return (low if np.isfinite(low) else None), (high if np.isfinite(high) else None)


class _Indicator:
    """One indicator's definition and readings (day -> value, rising days, only those with a value)."""

    def __init__(self, rows: pl.DataFrame) -> None:
        first = rows.row(0, named=True)
        self.baseline: float | None = first["baseline"]
        self.target: float | None = first["target"]
        self.direction: str | None = first["direction"]
        self.tolerance: float = first.get("tolerance") or 0.0
        self.original: tuple[float | None, float | None] = (
            first.get("original_baseline", self.baseline),
            first.get("original_target", self.target),
        )
        read = present(rows, "value", "observed_on").sort("observed_on")
        self.days: list[dt.date] = read["observed_on"].to_list()
        self.values: list[float] = read["value"].to_list()
        self.blank = present(rows, "observed_on").get_column("value").null_count()

    @property
    def latest(self) -> float | None:
        return self.values[-1] if self.values else None

    @property
    def maintain(self) -> bool:
        return self.direction == "maintain"

    @property
    def missing(self) -> str | None:
        """What is missing to say anything about it."""
        if self.baseline is None and not (self.maintain and self.target is not None):
            return "no baseline"
        if self.target is None:
            return "no target"
        return None if self.values else "no reading"

    @property
    def reason(self) -> str | None:
        """Why it has no progress."""
        if self.missing:
            return self.missing
        if self.maintain:
            return "to be maintained"
        return "target equals baseline" if self.target == self.baseline else None

    @property
    def p(self) -> float | None:
        if self.reason or self.latest is None or self.baseline is None or self.target is None:
            return None
        return progress(self.latest, self.baseline, self.target)

    @property
    def met(self) -> bool | None:
        """For 'maintain': within its tolerance of the target. Otherwise: progress is 1 or more."""
        if self.missing or self.latest is None or self.target is None:
            return None
        if self.maintain:
            return abs(self.latest - self.target) <= self.tolerance + 1e-12 * abs(self.target)
        return None if self.p is None else self.p >= 1


class Progress:
    """Progress p = (latest - baseline) / (target - baseline), rising and falling alike, not clipped.

    ``of: indicator`` (group = one indicator): figures ``progress`` (null with the reason), ``latest``, ``baseline``,
    ``target``, ``met`` (1 or 0) and, where the first version of the indicator had another baseline or target,
    ``progress_original``; series ``progress``: x days since 1970-01-01, y p of each reading.

    ``of: objective`` (group = the indicators of one objective): ``minimum`` and ``median`` with the bounds that the
    missing ones leave (null = unbounded), ``regressed`` (p below 0), ``known`` and ``total``. Indicators to be
    maintained have no p; how many are within tolerance is ``maintained``, and they are not part of the total. Series
    ``median``: x days since 1970-01-01, y the median of what had been read last by then.
    """

    name = "progress"
    version = 1
    scope: Literal["group"] = "group"
    needs: tuple[Need, ...] = (
        Need("indicator_id", "the indicator"),
        Need("observed_on", "day of the reading; null in the row of an indicator that was never read"),
        Need("value", "the reading"),
        Need("baseline", "value at the start"),
        Need("target", "value to reach"),
        Need("direction", "rise, fall or maintain"),
        Need("tolerance", "for maintain: how far off still counts as met", optional=True),
        Need("original_baseline", "baseline of the indicator's first version", optional=True),
        Need("original_target", "target of the indicator's first version", optional=True),
    )
    params: tuple[Param, ...] = (
        Param("of", None, one_of("indicator", "objective"), "whether a group is one indicator or an objective's"),
    )

    def reduction(self, columns: Collection[str], params: Params) -> Reduction:  # noqa: ARG002 (the protocol's)
        """The distinct readings of each indicator."""
        optional = tuple(c for c in ("tolerance", *_ORIGINAL) if c in columns)
        keys = ("indicator_id", "observed_on", "value", "baseline", "target", "direction", *optional)
        return Reduction(keys, {"n_rows": "CAST(count(*) AS BIGINT)"})

    def finish(self, reduced: pl.DataFrame, params: Params) -> Estimate:
        """Figures of one indicator, or of the indicators of one objective."""
        indicators = [_Indicator(rows) for rows in reduced.partition_by("indicator_id", maintain_order=True)]
        if params["of"] == "indicator":
            return self._one(indicators[0])
        return self._objective(indicators)

    @staticmethod
    def _one(one: _Indicator) -> Estimate:
        n, blank = len(one.values), one.blank
        figures = [Figure("progress", one.p, n, blank, unit="share of the way", reason=one.reason)]
        for name, value in (("latest", one.latest), ("baseline", one.baseline), ("target", one.target)):
            missing = "no reading" if name == "latest" else f"no {name}"
            figures.append(Figure(name, value, n, blank, reason=None if value is not None else missing))
        met = None if one.met is None else float(one.met)
        figures.append(Figure("met", met, n, blank, unit="yes or no", reason=None if met is not None else one.reason))
        baseline, target = one.original
        if one.original != (one.baseline, one.target) and one.latest is not None:
            fine = baseline is not None and target is not None and target != baseline
            value = progress(one.latest, baseline, target) if fine else None  # type: ignore[arg-type]
            reason = None if fine else "the first version has no comparable baseline and target"
            figures.append(Figure("progress_original", value, n, blank, unit="share of the way", reason=reason))
        return Estimate(figures, {} if one.p is None else {"progress": Progress._series(one)})

    @staticmethod
    def _series(one: _Indicator) -> pl.DataFrame:
        assert one.baseline is not None
        assert one.target is not None
        schema = {"x": pl.Float64, "y": pl.Float64, "lower": pl.Float64, "upper": pl.Float64, "n": pl.Int64}
        points = [
            (float((day - EPOCH).days), progress(value, one.baseline, one.target), None, None, 1)
            for day, value in zip(one.days, one.values, strict=True)
        ]
        return pl.DataFrame(points, schema=schema, orient="row")

    @staticmethod
    def _objective(indicators: list[_Indicator]) -> Estimate:
        moving = [i for i in indicators if not i.maintain]
        known = sorted(p for p in (i.p for i in moving) if p is not None)
        total, missing = len(moving), len(moving) - len(known)
        kept = [i.met for i in indicators if i.maintain and i.met is not None]
        blank = missing
        reason = None if known else ("no indicator is meant to move" if not moving else "no indicator has progress")
        notes = Progress._notes(total, missing, kept)
        lower, upper = median_bounds(known, missing)
        unbounded = ("unbounded: half or more of the indicators have no progress",) if 2 * missing >= total > 0 else ()
        share = "share of the way"
        figures = [
            Figure(
                "minimum",
                known[0] if known else None,
                len(known),
                blank,
                unit=share,
                lower=known[0] if known and not missing else None,
                upper=known[0] if known else None,
                reason=reason,
                caveats=notes,
            ),
            Figure(
                "median",
                float(np.median(known)) if known else None,
                len(known),
                blank,
                unit=share,
                lower=lower,
                upper=upper,
                reason=reason,
                caveats=(*unbounded, *(note for note in notes if not note.startswith("at most"))),
            ),
            Figure("regressed", float(sum(p < 0 for p in known)), len(known), blank, unit="number"),
            Figure("known", float(len(known)), total, blank, unit="number"),
            Figure("total", float(total), total, blank, unit="number"),
        ]
        if kept or total < len(indicators):
            figures.append(
                Figure("maintained", float(sum(kept)), len(kept), len(indicators) - total - len(kept), unit="number")
            )
        return Estimate(figures, {"median": Progress._path(moving)} if known else {})

    @staticmethod
    def _path(moving: list[_Indicator]) -> pl.DataFrame:
        """Median of the latest p on each day of a reading, from the day on which all that are known had one."""
        read = [i for i in moving if i.p is not None]
        days = sorted({day for i in read for day in i.days})
        latest = np.full((len(read), len(days)), np.nan)
        for row, one in zip(latest, read, strict=True):
            assert one.baseline is not None
            assert one.target is not None
            values = np.array([progress(v, one.baseline, one.target) for v in one.values])
            last = np.searchsorted(np.array(one.days, dtype="M8[D]"), np.array(days, dtype="M8[D]"), "right") - 1
            row[last >= 0] = values[last[last >= 0]]
        whole = ~np.isnan(latest).any(axis=0)
        x = np.array([(day - EPOCH).days for day in days], dtype=np.float64)[whole]
        y = np.median(latest[:, whole], axis=0)
        return pl.DataFrame({"x": x, "y": y}).with_columns(
            lower=pl.lit(None, pl.Float64), upper=pl.lit(None, pl.Float64), n=pl.lit(len(read), pl.Int64)
        )

    @staticmethod
    def _notes(total: int, missing: int, kept: list[bool]) -> tuple[str, ...]:
        notes: tuple[str, ...] = ()
        if 0 < missing < total:
            notes += (f"at most: {missing} of {total} indicators have no progress, so the minimum is at most this",)
        off = sum(not met for met in kept)
        if off:
            notes += (f"not maintained: {off} of {len(kept)} indicators to be maintained are outside their tolerance",)
        return notes
