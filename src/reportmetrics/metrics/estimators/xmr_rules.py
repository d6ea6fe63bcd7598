"""The XmR chart of individual values: limits, and the rules that tell a signal from noise.

Belongs here: arithmetic on one series in which nan marks a missing period. Not here: figures (``xmr``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

SCALE = 2.66
"""3 / d2 for moving ranges of two, d2 = 1.128 (Shewhart; Wheeler & Chambers 1992)."""
FROZEN = 24
"""Limits are those of the first points; later points are judged by them and do not move them."""
RUN, TREND = 8, 7


@dataclass(frozen=True, slots=True)
class Limits:
    """Mean and natural process limits; ``points`` is how many they were made from."""

    mean: float
    width: float
    points: int

    @property
    def lower(self) -> float:
        """Mean less 2.66 mean moving ranges."""
        return self.mean - self.width

    @property
    def upper(self) -> float:
        """Mean plus 2.66 mean moving ranges."""
        return self.mean + self.width


def limits(values: FloatArray) -> Limits | None:
    """Limits from the first 24 points; None without a moving range. A gap has no moving range to either side."""
    seen = np.cumsum(~np.isnan(values))
    base = values[seen <= FROZEN]
    ranges = np.abs(np.diff(base))
    ranges = ranges[~np.isnan(ranges)]
    if not ranges.size:
        return None
    return Limits(float(np.nanmean(base)), SCALE * float(ranges.mean()), int((~np.isnan(base)).sum()))


def signals(values: FloatArray, found: Limits) -> dict[str, BoolArray]:
    """Which points each rule points at. Runs are flagged from the point on that completes them; gaps break them."""
    side = np.where(np.isnan(values), 0, np.sign(values - found.mean))
    return {
        "outside": (values > found.upper) | (values < found.lower),
        "run of 8": _streaks(side) >= RUN,
        "trend of 7": _trends(values) >= TREND,
        "2 of 3": _two_of_three(values, found),
    }


def _streaks(side: FloatArray) -> npt.NDArray[np.int64]:
    """Length, up to each point, of the streak of equal signs that it ends; 0 where the sign is 0."""
    lengths = np.zeros(len(side), dtype=np.int64)
    for k, sign in enumerate(side):
        if sign != 0:
            lengths[k] = 1 + (lengths[k - 1] if k and side[k - 1] == sign else 0)
    return lengths


def _trends(values: FloatArray) -> npt.NDArray[np.int64]:
    """Points, up to each point, of the strictly rising or falling sequence that it ends."""
    steps = np.sign(np.diff(values, prepend=np.nan))
    streaks = _streaks(np.where(np.isnan(steps), 0, steps))
    return np.where(streaks > 0, streaks + 1, 0)


def _two_of_three(values: FloatArray, found: Limits) -> BoolArray:
    """Points beyond two thirds of a limit with another one on that side among the two points before."""
    flagged = np.zeros(len(values), dtype=bool)
    for sign in (1, -1):
        beyond = sign * (values - found.mean) > found.width * 2 / 3
        for k in np.flatnonzero(beyond):
            start = k
            while start > 0 and k - start < 2 and not np.isnan(values[start - 1]):
                start -= 1
            flagged[k] |= bool(beyond[start:k].any())
    return flagged
