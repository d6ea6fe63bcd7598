"""Readings of the indicators (truths 7 and 8).

Belongs here: paths of progress and the values that stand for them. Not here: activity, except its weekly counts as
the driver of truth 8; the workbooks in which readings travel.

How truth 8 is built: the steps between readings are noise made orthogonal to the objective's activity at each lag, so
that their correlation with it is exactly 0; in the driven objectives the activity of eight weeks before is added with
the weight that makes the correlation exactly 0.5.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from reportmetrics.profile.objectives import Indicator
from reportmetrics.sample import truths
from reportmetrics.sample.plan import Plan

EVERY_DAYS = 14
_STEP = 0.012
"""Standard deviation of a step of progress between two readings."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A reading of an indicator."""

    indicator_id: str
    objective_id: str
    level: str
    day: dt.date
    value: float
    verified_by: str
    evidence: str


def reading_days(plan: Plan) -> list[dt.date]:
    """Sundays at which indicators are read: every second week, the last in December."""
    last = truths.LAST_READING
    number = (last - plan.first_monday).days // EVERY_DAYS + 1
    return [last - dt.timedelta(days=EVERY_DAYS * k) for k in reversed(range(number))]


def make_readings(plan: Plan, held: dict[str, np.ndarray]) -> list[Reading]:
    """All readings in order of indicator and day. ``held`` is pieces of activity by objective and week."""
    days = reading_days(plan)
    readings: list[Reading] = []
    for i in plan.profile.indicators:
        if i.indicator_id in truths.NEVER_READ:
            continue
        ends = truths.STALE_LAST_READING if i.indicator_id in truths.STALE_INDICATORS else days[-1]
        read_on = [d for d in days if d <= ends]
        rng = plan.rng(f"reading {i.indicator_id}")
        values = _values(plan, i, read_on, held[i.objective_id], rng)
        for day, value in zip(read_on, values, strict=True):
            verified = rng.random() < 0.7
            verifier = plan.profile.mission.verifiers[int(rng.integers(len(plan.profile.mission.verifiers)))]
            evidence = f"{i.objective_id}/{day:%Y-%m}" if rng.random() < 0.8 else ""
            readings.append(
                Reading(i.indicator_id, i.objective_id, i.level, day, value, verifier if verified else "", evidence)
            )
    return readings


def _values(plan: Plan, i: Indicator, days: list[dt.date], held: np.ndarray, rng: np.random.Generator) -> list[float]:
    baseline, target = float(i.baseline or 0), float(i.target or 0)
    if i.direction == "maintain":
        return [round(baseline + float(x), 1) for x in rng.uniform(-2.5, 2.5, len(days))]
    if i.level == "output":
        steps = rng.integers(4, 12, len(days))
        return [float(v) for v in np.minimum(np.cumsum(steps), 1.4 * target)]
    return [round(baseline + float(p) * (target - baseline), 4) for p in _path(plan, i, days, held, rng)]


def _path(plan: Plan, i: Indicator, days: list[dt.date], held: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Progress at each reading; the last one is the truth's."""
    final = truths.FINAL_PROGRESS[i.objective_id][int(i.indicator_id.rsplit(".", 1)[1]) - 1]
    if final is None:
        raise ValueError(f"{i.indicator_id} is never read")
    if i.objective_id == truths.BUSY_STALLED:
        return np.full(len(days), final)
    if i.indicator_id == truths.REGRESSION_INDICATOR:
        return np.append(np.zeros(len(days) - 1), final)
    first = final - 0.5 if i.objective_id == truths.QUIET_MOVING else 0.1 * final
    steps = _steps(plan, i.objective_id in truths.DRIVEN, days, held, rng)
    steps += (final - first - steps.sum()) / len(steps)
    path = first + np.concatenate([[0.0], np.cumsum(steps)])
    path[-1] = final
    return path


def _steps(plan: Plan, driven: bool, days: list[dt.date], held: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Steps between readings with the correlations of truth 8, up to a constant."""
    before = lagged_activity(plan, days, held)
    centred, inside = {}, {}
    for lag, series in before.items():
        there = ~np.isnan(series)
        inside[lag] = there
        centred[lag] = np.where(there, series - series[there].mean(), 0.0)
    basis = np.array(list(centred.values()))
    noise = rng.normal(size=len(days) - 1)
    noise -= np.linalg.lstsq(basis.T, noise, rcond=None)[0] @ basis
    if not driven:
        return np.asarray(noise * _STEP)
    there, driver = inside[truths.DRIVEN_LAG_WEEKS], centred[truths.DRIVEN_LAG_WEEKS]
    r = truths.DRIVEN_CORRELATION
    own = np.sqrt(1 - r**2) * noise / noise[there].std()
    return np.asarray(_STEP * 1.5 * (own + r * driver / driver[there].std()))


def lagged_activity(plan: Plan, days: list[dt.date], held: np.ndarray) -> dict[int, np.ndarray]:
    """Activity per week over each interval between readings, moved back by each lag; nan before the first week."""
    first_sunday = plan.first_monday + dt.timedelta(days=6)
    ends = np.array([(d - first_sunday).days // 7 for d in days])
    weeks = EVERY_DAYS // 7
    found = {}
    for lag in truths.LAGS_WEEKS:
        last = ends[1:] - lag
        usable = last - weeks + 1 >= 0
        series = [held[w - weeks + 1 : w + 1].mean() if ok else np.nan for w, ok in zip(last, usable, strict=True)]
        found[lag] = np.array(series)
    return found
