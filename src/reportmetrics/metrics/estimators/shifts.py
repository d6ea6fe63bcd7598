"""Correlation of activity with the change that follows, and its distribution when activity is shifted in a circle.

Belongs here: arrays, permutation tests, Benjamini and Hochberg's correction. Not here: figures (``association``).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from reportmetrics.metrics.estimators.distributions import t_two_sided
from reportmetrics.metrics.estimators.paired import FloatArray, Pair, Path

MIN_INTERVALS = 7
"""Intervals between readings that a correlation needs: eight readings."""


def correlations(found: Pair, lag_weeks: int) -> FloatArray:
    """Mean over indicators of the correlation, for each circular shift of the activity (index 0: as it was).

    For each interval between two readings: change of progress a week, and activity a week in the weeks that ended in
    the interval ``lag_weeks`` before. Pearson's correlation over the intervals whose weeks all lie in the series and
    were reported. nan where no indicator has one.
    """
    weeks = len(found.activity)
    if weeks == 0 or not found.paths:
        return np.full(max(weeks, 1), np.nan)
    shifted = found.activity[(np.arange(weeks)[None, :] - np.arange(weeks)[:, None]) % weeks]
    known = ~np.isnan(shifted)
    sums = _cumulated(np.where(known, shifted, 0.0))
    counts = _cumulated(known.astype(np.float64))
    each = [_correlation(found.first, weeks, sums, counts, path, lag_weeks) for path in found.paths]
    stacked = np.array(each)
    there = (~np.isnan(stacked)).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(there > 0, np.nansum(stacked, axis=0) / there, np.nan))


def _cumulated(values: FloatArray) -> FloatArray:
    return np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)


def _correlation(
    first: int, weeks: int, sums: FloatArray, counts: FloatArray, path: Path, lag_weeks: int
) -> FloatArray:
    # A week ends with its Sunday; those that ended in (one reading, the next], moved back by the lag.
    ended = (path.days - 7 * lag_weeks - (first + 6)) // 7 + 1
    start, end = ended[:-1], ended[1:]
    inside = (start >= 0) & (end <= weeks) & (end > start)
    start, end = start[inside], end[inside]
    if len(start) < MIN_INTERVALS:
        return np.full(weeks, np.nan)
    length = (end - start).astype(np.float64)
    change = (np.diff(path.progress) / (np.diff(path.days) / 7))[inside]
    weight = (counts[:, end] - counts[:, start] == length).astype(np.float64)
    return _pearson((sums[:, end] - sums[:, start]) / length, change, weight)


def _pearson(x: FloatArray, y: FloatArray, weight: FloatArray) -> FloatArray:
    """Pearson's correlation of each row of x with y, over entries of weight 1; nan where either does not vary."""
    n = weight.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        dx = (x - ((x * weight).sum(axis=1) / n)[:, None]) * weight
        dy = (y[None, :] - ((y * weight).sum(axis=1) / n)[:, None]) * weight
        scale = np.sqrt((dx * dx).sum(axis=1) * (dy * dy).sum(axis=1))
        rho = (dx * dy).sum(axis=1) / scale
    # What is left of a constant after rounding is no variation.
    size = np.sqrt(((x * weight) ** 2).sum(axis=1) * ((y * weight) ** 2).sum(axis=1))
    return np.where((n >= MIN_INTERVALS) & (scale > 1e-9 * np.maximum(size, 1e-300)), rho, np.nan)


def mean_test(by_shift: list[FloatArray], draws: int, rng: np.random.Generator) -> tuple[float, float] | None:
    """Mean over objectives of the correlation, and how often random shifts give one as far from 0.

    Each objective is shifted on its own, the shift of nothing included. p = (1 + b) / (1 + draws). None where no
    objective has a correlation.
    """
    usable = [r for r in by_shift if not np.isnan(r[0])]
    if not usable:
        return None
    observed = float(np.mean([r[0] for r in usable]))
    drawn = np.array([r[np.floor(rng.random(draws) * len(r)).astype(np.int64)] for r in usable])
    there = (~np.isnan(drawn)).sum(axis=0)
    means = np.nansum(drawn, axis=0) / np.maximum(there, 1)
    as_far = int((np.abs(means) >= abs(observed) - 1e-12).sum())
    return observed, (1 + as_far) / (1 + draws)


def studentised_test(by_lag: list[FloatArray], least_shift: int) -> float | None:
    """p-value of the largest correlation over lags, each measured in its own standard error under shifting.

    The correlations at shifts by ``least_shift`` weeks or more are what chance gives two series with these rhythms:
    their root mean square is the standard error, with as many degrees of freedom as there are shifts after those that
    resemble their neighbours are counted down (n / (1 + 2 sum r_k^2), Bartlett 1935, k below ``least_shift``).
    Student's t, two-sided, times the number of lags (Bonferroni). None where no lag has a correlation.

    Comparing the maximum over lags with its own values at distant shifts, a plainer test, rejects too often: the
    correlation at one lag comes back at four shifts, which only the near ones, left out, would show.
    """
    found = [p for p in (_tail(curve, least_shift) for curve in by_lag) if p is not None]
    return min(1.0, len(by_lag) * min(found)) if found else None


def _tail(curve: FloatArray, least_shift: int) -> float | None:
    """Two-sided p of one lag."""
    far = curve[least_shift : len(curve) - least_shift + 1]
    far = far[~np.isnan(far)]
    if np.isnan(curve[0]) or len(far) <= 2 * least_shift:
        return None
    error = math.sqrt(float(np.mean(far**2)))
    if error == 0:
        return None
    deviation = far - far.mean()
    variance = float(np.mean(deviation**2))
    shifts = range(1, least_shift) if variance else ()
    alike = [float(np.mean(deviation[k:] * deviation[:-k])) / variance for k in shifts]
    freedom = len(far) / (1 + 2 * sum(r * r for r in alike))
    return t_two_sided(curve[0] / error, freedom)


def benjamini_hochberg(p: npt.ArrayLike) -> FloatArray:
    """p-values adjusted for the false discovery rate (Benjamini & Hochberg 1995), in the given order."""
    values = np.asarray(p, dtype=np.float64)
    n = len(values)
    order = np.argsort(values)
    scaled = values[order] * n / np.arange(1, n + 1)
    adjusted = np.minimum.accumulate(scaled[::-1])[::-1]
    result = np.empty(n)
    result[order] = np.minimum(adjusted, 1.0)
    return result
