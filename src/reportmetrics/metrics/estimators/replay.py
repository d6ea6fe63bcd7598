"""``replay``: what would have been lost if a report had come every k-th time only."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import polars as pl

from reportmetrics.metrics.estimators.base import Estimate, Figure, Need, Param, Params, Reduction, positive, present
from reportmetrics.metrics.estimators.replay_loss import (
    Changes,
    FloatArray,
    IntArray,
    Loss,
    material_changes,
    phase_losses,
)

MONTH_DAYS = 30.4375
LIMITS = ("error_limit", "missed_limit", "delay_limit")


def _cadences(value: Any) -> str | None:
    fine = isinstance(value, list) and value and all(isinstance(k, int) and k >= 1 for k in value)
    return None if fine and sorted(set(value)) == value else f"must be a list of rising whole numbers, not {value!r}"


@dataclass(frozen=True, slots=True)
class _Cadence:
    """Losses at one cadence, one entry a phase."""

    k: int
    phases: Sequence[Loss]
    short: int

    def over(self, top: Callable[[Loss], float], bottom: Callable[[Loss], float]) -> list[float]:
        """Top / bottom in each phase in which there is something to divide by."""
        return [top(p) / bottom(p) for p in self.phases if bottom(p)]

    @property
    def error(self) -> list[float]:
        return self.over(lambda p: p.absolute, lambda p: p.points)

    @property
    def missed(self) -> list[float]:
        return self.over(lambda p: p.missed, lambda p: p.missed + p.seen)

    @property
    def reversals(self) -> list[float]:
        return self.over(lambda p: p.reversals_missed, lambda p: p.reversals_missed + p.reversals_seen)

    @property
    def delay(self) -> list[float]:
        return self.over(lambda p: p.delay, lambda p: p.seen)


class Replay:
    """For each cadence k (the label): the history kept at every k-th report, in every phase, the worst shown.

    Figures ``error`` (mean error of the last observation carried forward, in units of ``scale``, else of the series'
    range), ``missed`` and ``reversals_missed`` (shares of the material changes), ``delay`` (days until a change is
    seen): value and upper are the worst phase, lower the best; with ``_mean``, the average over phases. ``changes`` and
    ``missed_changes`` are the numbers behind ``missed`` at its worst. ``hours_saved`` a month is an upper bound: what
    is not asked for may have to be told in another way. ``advised`` is the longest k inside the limits such that all
    shorter ones are too, 1 where none is. Series ``frontier``: x hours saved, y error, n the cadence.

    A material change is one by more than ``noise`` (in units of the scale), else by more than ``material``. Series
    shorter than two cycles are left out of a cadence (n_missing); series that never change have no range: they lose
    nothing, and are left out of the mean error so as not to dilute it.
    """

    name = "replay"
    version = 1
    scope: Literal["group"] = "group"
    needs: tuple[Need, ...] = (
        Need("row_key", "the report's row"),
        Need("series", "what makes one history"),
        Need("at", "day of the report, as a whole number"),
        Need("value", "the state that it tells"),
        Need("scale", "distance to target; null: the series' range", optional=True),
        Need("noise", "change that is not yet material, in units of the scale", optional=True),
        Need("minutes", "minutes that the report takes", optional=True),
        *(Need(name, "the profile's tolerance", optional=True) for name in LIMITS),
    )
    params: tuple[Param, ...] = (
        Param("cadences", [2, 4, 8, 13], _cadences, "every how many reports one is kept"),
        Param("material", 0.1, positive, "change that is material where no noise is stated, in units of the scale"),
    )

    def reduction(self, columns: Collection[str], params: Params) -> Reduction:  # noqa: ARG002 (the protocol's)
        """The rows as they are: a history cannot be added up."""
        names = ["value", *(n.name for n in self.needs if n.optional and n.name in columns)]
        return Reduction(("series", "at", "row_key"), {n: f"CAST({n} AS DOUBLE)" for n in names}, each_row=True)

    def finish(self, reduced: pl.DataFrame, params: Params) -> Estimate:
        """Losses at each cadence, and the longest that is inside the limits."""
        known = present(reduced, "value", "at")
        missing = reduced.height - known.height
        histories = _histories(known)
        count, constant = len(histories.starts), histories.constant
        hours = _hours_a_month(known, histories)
        blocks = list(histories.blocks(params["material"]))
        cadences = [_replayed(blocks, k) for k in params["cadences"]]
        caveats: tuple[str, ...] = ()
        if constant:
            caveats = (f"constant: {constant} of {count} series never change and are not in the error",)
        figures: list[Figure] = []
        for cadence in cadences:
            figures += self._figures(cadence, count, constant, hours, caveats)
        figures.append(_advised(cadences, reduced, count, missing))
        return Estimate(figures, {"frontier": _frontier(cadences, hours)})

    @staticmethod
    def _figures(
        cadence: _Cadence, series: int, constant: int, hours: float | None, caveats: tuple[str, ...]
    ) -> list[Figure]:
        label, n = str(cadence.k), series - cadence.short
        few = f"fewer than {2 * cadence.k} reports in a row"
        figures = []
        measures = (
            ("error", cadence.error, "share of the scale", "nothing to compare"),
            ("missed", cadence.missed, "share", "no material change"),
            ("reversals_missed", cadence.reversals, "share", "no reversal"),
            ("delay", cadence.delay, "days", "no material change seen"),
        )
        for name, by_phase, unit, nothing in measures:
            found = [0.0] if name == "error" and not by_phase and n and n <= constant else by_phase
            reason = None if found else few if n == 0 else nothing
            worst, best, mean = (max(found), min(found), float(np.mean(found))) if found else (None, None, None)
            figures.append(
                Figure(name, worst, n, cadence.short, label, best, worst, unit=unit, reason=reason, caveats=caveats)
            )
            figures.append(Figure(f"{name}_mean", mean, n, cadence.short, label, unit=unit, reason=reason))
        worst_phase = max(cadence.phases, key=lambda p: (p.missed / max(1, p.missed + p.seen), p.missed))
        judged = worst_phase.missed + worst_phase.seen
        figures.append(Figure("changes", float(judged), n, cadence.short, label, unit="number"))
        figures.append(Figure("missed_changes", float(worst_phase.missed), n, cadence.short, label, unit="number"))
        if hours is not None:
            saved = hours * (1 - 1 / cadence.k)
            figures.append(Figure("hours_saved", saved, n, cadence.short, label, upper=saved, unit="hours a month"))
        return figures


@dataclass(frozen=True, slots=True)
class _Block:
    """All series of one length, a row each, with what does not depend on the cadence."""

    values: FloatArray
    days: FloatArray
    scale: FloatArray
    changes: Changes


@dataclass(frozen=True, slots=True)
class _Histories:
    """All series, one after the other: their values and days, and of each where it starts, its length, scale and noise.

    ``scale`` is 0 where a series never changes: it has nothing to lose, whatever it is a distance to. ``noise`` is nan
    where none is stated.
    """

    values: FloatArray
    days: FloatArray
    starts: IntArray
    lengths: IntArray
    scale: FloatArray
    noise: FloatArray
    constant: int

    def blocks(self, material: float) -> Iterator[_Block]:
        """The series by their length; ``material`` is the noise of those that state none, in units of the scale."""
        for length in dict.fromkeys(self.lengths.tolist()):
            mine = self.lengths == length
            rows = self.starts[mine, None] + np.arange(length)
            values, scale, noise = self.values[rows], self.scale[mine], self.noise[mine]
            threshold = np.where(np.isnan(noise), material, noise) * scale
            yield _Block(values, self.days[rows], scale, material_changes(values, threshold))


def _histories(known: pl.DataFrame) -> _Histories:
    """The series of rows in order of series and day."""
    values, days = (known[c].cast(pl.Float64).to_numpy() for c in ("value", "at"))
    starts = np.flatnonzero(np.diff(known["series"].rle_id().to_numpy().astype(np.int64), prepend=-1))
    lengths = np.diff(starts, append=known.height)
    if not len(starts):
        return _Histories(values, days, starts, lengths, np.zeros(0), np.zeros(0), 0)
    spread = np.maximum.reduceat(values, starts) - np.minimum.reduceat(values, starts)
    last = starts + lengths - 1
    unknown = np.full(known.height, np.nan)
    given, noise = (
        known[c].cast(pl.Float64).to_numpy()[last] if c in known.columns else unknown[last] for c in ("scale", "noise")
    )
    scale = np.where(spread == 0, 0.0, np.where(np.abs(given) > 0, np.abs(given), spread))
    return _Histories(values, days, starts, lengths, scale, noise, int(np.count_nonzero(spread == 0)))


def _replayed(blocks: Sequence[_Block], k: int) -> _Cadence:
    phases = [Loss() for _ in range(k)]
    short = 0
    for block in blocks:
        count, length = block.values.shape
        if length < 2 * k:
            short += count
            continue
        for phase, loss in enumerate(phase_losses(block.values, block.days, block.scale, block.changes, k)):
            phases[phase].add(loss)
    return _Cadence(k, phases, short)


def _hours_a_month(known: pl.DataFrame, histories: _Histories) -> float | None:
    """Minutes of all rows over the time that they cover; None without minutes or with one report a series."""
    if "minutes" not in known.columns or known["minutes"].null_count() == known.height:
        return None
    longest, first, last = int(histories.lengths.max()), histories.days.min(), histories.days.max()
    if longest < 2 or first == last:
        return None
    span = float(last - first) * longest / (longest - 1)
    return float(np.nansum(known["minutes"].cast(pl.Float64).to_numpy())) / 60 / span * MONTH_DAYS


def _advised(cadences: Sequence[_Cadence], reduced: pl.DataFrame, series: int, missing: int) -> Figure:
    limits = {name: reduced[name].max() for name in LIMITS if name in reduced.columns}
    if len(limits) < len(LIMITS) or any(v is None for v in limits.values()):
        return Figure("advised", None, series, missing, unit="every k-th report", reason="no tolerances in the profile")
    if not cadences or cadences[0].short == series:
        return Figure("advised", None, series, missing, unit="every k-th report", reason="too few reports")
    best = 1
    for cadence in cadences:
        measures = (cadence.error, cadence.missed, cadence.delay)
        worst = [max(m, default=0.0) for m in measures]
        inside = all(w <= float(limits[name]) + 1e-12 for w, name in zip(worst, LIMITS, strict=True))  # type: ignore[arg-type]
        if cadence.short == series or not inside:
            break
        best = cadence.k
    caveats = () if best > 1 else ("no longer interval: none stays inside the tolerances",)
    return Figure("advised", float(best), series, missing, unit="every k-th report", caveats=caveats)


def _frontier(cadences: Sequence[_Cadence], hours: float | None) -> pl.DataFrame:
    points = [
        {"x": (hours or 0.0) * (1 - 1 / c.k), "y": max(c.error), "lower": min(c.error), "upper": max(c.error), "n": c.k}
        for c in cadences
        if hours is not None and c.error
    ]
    types = {"x": pl.Float64(), "y": pl.Float64(), "lower": pl.Float64(), "upper": pl.Float64(), "n": pl.Int64()}
    return pl.DataFrame(points, schema=types, orient="row")
