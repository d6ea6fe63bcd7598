"""Quantiles of counted values, and the order statistics that bound them.

Belongs here: arithmetic on sorted distinct values with counts, shared by ``quantile`` and ``age_profile``.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from reportmetrics.metrics.estimators.distributions import binomial_cdf

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def at_rank(values: FloatArray, counts: IntArray, rank: int) -> float:
    """The value at ``rank`` (1 = smallest) of distinct rising ``values`` that occur ``counts`` times."""
    return float(values[int(np.searchsorted(np.cumsum(counts), rank))])


def inverse_cdf(values: FloatArray, counts: IntArray, q: float) -> float:
    """The smallest x with F(x) >= q, within 1e-12 of rounding: the quantile of Kaplan-Meier without censoring."""
    n = int(counts.sum())
    return at_rank(values, counts, max(1, math.ceil((q - 1e-12) * n)))


def averaged_quantile(values: FloatArray, counts: IntArray, q: float) -> float:
    """As :func:`inverse_cdf`, but midway to the next value where F(x) is exactly q: the median that spreadsheets give.

    Type 2 of Hyndman & Fan 1996.
    """
    n = int(counts.sum())
    rank = round(q * n)
    if not 0 < rank < n or abs(q * n - rank) > 1e-9:
        return inverse_cdf(values, counts, q)
    return (at_rank(values, counts, rank) + at_rank(values, counts, rank + 1)) / 2


def rank_interval(n: int, q: float, level: float = 0.95) -> tuple[int, int] | None:
    """Ranks (lower, upper) whose values hold the q-quantile with at least ``level`` confidence, for any distribution.

    The number of values below the quantile is binomial(n, q): the lower rank is the largest l with P(B < l) <=
    alpha/2, the upper the smallest u with P(B >= u) <= alpha/2 (Conover 1999, 3.2). None where n is too small: below 6
    for the median, 13 for a quartile.
    """
    tail = (1 - level) / 2
    cdf = binomial_cdf(np.arange(n), n, q)  # cdf[i] = P(B <= i)
    below = np.flatnonzero(cdf <= tail + 1e-15)
    above = np.flatnonzero(cdf >= 1 - tail - 1e-15)
    if not below.size or not above.size:
        return None
    return int(below[-1]) + 1, int(above[0]) + 1
