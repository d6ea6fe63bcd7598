"""Rank statistics of trends: Kendall's tau-b and the slope of Theil and Sen.

Belongs here: arithmetic on paired numbers, shared by ``trend`` and ``divergence``. Not here: figures.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from reportmetrics.metrics.estimators.distributions import normal_quantile

FloatArray = npt.NDArray[np.float64]
Numbers = npt.NDArray[Any]
Ranks = npt.NDArray[np.signedinteger[Any]]

_ALL_PAIRS = 500
"""So many numbers have a quarter of a million pairs, which are compared at once."""


def tau_b(x: Numbers, y: Numbers) -> FloatArray:
    """Kendall's tau-b of pairs along the last axis, one for each leading index; nan where x or y is all ties.

    (concordant - discordant) / sqrt((pairs - ties in x)(pairs - ties in y)), Kendall 1945. Arrays of n numbers, or of
    (draws, n), none of them nan.
    """
    return tau_of_ranks(ranks(x), ranks(y))


def tau_of_ranks(x: Ranks, y: Ranks) -> FloatArray:
    """The same of places that :func:`ranks` gave, or drawn from them."""
    if x.ndim == y.ndim == 1 and len(x) <= _ALL_PAIRS:
        dx, dy = np.sign(np.subtract.outer(x, x)), np.sign(np.subtract.outer(y, y))
        # Each pair twice, which the quotient does not know of.
        return _tau(*(np.asarray(np.sum(a * b, dtype=np.float64)) for a, b in ((dx, dy), (dx, dx), (dy, dy))))
    # Pairs k places apart, for each k: slices need no copy, and all pairs at once would not fit in a processor's cache.
    first, second = (np.ascontiguousarray(np.moveaxis(places, -1, 0)) for places in (x, y))
    sums = np.int16 if len(first) <= np.iinfo(np.int16).max else np.int64
    score, untied_x, untied_y = np.zeros((3, *first.shape[1:]))
    for k in range(1, len(first)):
        dx, dy = np.sign(first[k:] - first[:-k]), np.sign(second[k:] - second[:-k])
        score += np.add.reduce(dx * dy, axis=0, dtype=sums)
        untied_x += np.add.reduce(dx * dx, axis=0, dtype=sums)
        untied_y += np.add.reduce(dy * dy, axis=0, dtype=sums)
    return _tau(score, untied_x, untied_y)


def _tau(score: FloatArray, untied_x: FloatArray, untied_y: FloatArray) -> FloatArray:
    untied = np.sqrt(untied_x * untied_y)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(untied > 0, score / untied, np.nan))


def ranks(values: Numbers) -> Ranks:
    """Places in order, from 0 on, equal for equal values, in the narrowest type that holds the difference of any two.

    Tau knows nothing else of its numbers, and an eighth as wide they are compared three times as fast.
    """
    places = np.unique(values, return_inverse=True)[1].reshape(values.shape)
    return places.astype(np.min_scalar_type(-max(1, values.size)))


def tie_groups(values: FloatArray) -> npt.NDArray[np.int64]:
    """Sizes of the groups of equal values."""
    return np.asarray(np.unique(values, return_counts=True)[1], dtype=np.int64)


def kendall_variance(x: FloatArray, y: FloatArray) -> float:
    """Variance of concordant minus discordant pairs without a trend, with ties in both (Kendall 1970, 4.4)."""
    n = len(x)
    t, u = tie_groups(x).astype(np.float64), tie_groups(y).astype(np.float64)
    variance = (
        n * (n - 1) * (2 * n + 5) - float((t * (t - 1) * (2 * t + 5)).sum()) - float((u * (u - 1) * (2 * u + 5)).sum())
    ) / 18
    variance += float((t * (t - 1)).sum()) * float((u * (u - 1)).sum()) / (2 * n * (n - 1))
    if n > 2:
        threes = float((t * (t - 1) * (t - 2)).sum()) * float((u * (u - 1) * (u - 2)).sum())
        variance += threes / (9 * n * (n - 1) * (n - 2))
    return variance


def theil_sen(x: FloatArray, y: FloatArray) -> tuple[float, float, float] | None:
    """Median of the slopes between all pairs with different x (Theil 1950, Sen 1968), and its 95 % interval.

    The interval's ranks are those of Sen 1968: (pairs -+ 1.96 sd of Kendall's score) / 2. A bound is infinite where the
    ranks fall outside. None without two different x.
    """
    i, j = np.triu_indices(len(x), k=1)
    run = x[j] - x[i]
    apart = run != 0
    if not apart.any():
        return None
    slopes = (y[j] - y[i])[apart] / run[apart]
    pairs = len(slopes)
    half = normal_quantile(0.975) * math.sqrt(max(0.0, kendall_variance(x, y)))
    low, high = round((pairs - half) / 2) - 1, round((pairs + half) / 2)
    middle = ((pairs - 1) // 2, pairs // 2)
    # Only these places are put in order: nothing else of the order is asked for.
    slopes.partition([place for place in (low, high, *middle) if 0 <= place < pairs])
    lower = float(slopes[low]) if low >= 0 else -math.inf
    upper = float(slopes[high]) if high < pairs else math.inf
    return float(slopes[list(middle)].mean()), lower, upper
