"""What a history loses when only every k-th report of it is kept: arithmetic on whole series.

Belongs here: error of the last observation carried forward, material changes, and which of them a phase misses or sees
late. Not here: groups, tolerances and figures (``replay``).

All functions take series of one length as rows of a matrix. A *phase* (0 to k-1) says at which report keeping starts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Changes:
    """Material changes of series: where they happen, which reverse the one before, and where each one ends.

    Shape of each: series x reports. ``ends`` is the report of the next material change, or the length of the series.
    """

    happens: BoolArray
    reverses: BoolArray
    ends: IntArray


@dataclass(slots=True)
class Loss:
    """What one phase loses, summed over series. Errors are in units of the scale, delays in days."""

    absolute: float = 0.0
    squared: float = 0.0
    points: int = 0
    missed: int = 0
    seen: int = 0
    reversals_missed: int = 0
    reversals_seen: int = 0
    delay: float = 0.0

    def add(self, other: Loss) -> None:
        """Count the series of ``other`` too."""
        self.absolute += other.absolute
        self.squared += other.squared
        self.points += other.points
        self.missed += other.missed
        self.seen += other.seen
        self.reversals_missed += other.reversals_missed
        self.reversals_seen += other.reversals_seen
        self.delay += other.delay


def carried_forward_errors(values: FloatArray, k: int, phase: int) -> FloatArray:
    """Value less the last one kept, at each report of the whole cycles from ``phase`` on (cycles x k columns).

    Only whole cycles count, so that the figure does not depend on where a series stops. For a random walk of standard
    deviation s the mean square is s^2 (k-1)/2, for a line of slope b the mean absolute value b (k-1)/2.
    """
    cycles = max(0, (values.shape[1] - phase) // k)
    at = np.arange(phase, phase + cycles * k)
    return values[:, at] - values[:, at - (at - phase) % k]


def material_changes(values: FloatArray, threshold: FloatArray) -> Changes:
    """Changes by more than ``threshold`` (one a series) since the last material change, or since the first report.

    A slow drift is thus a change each time that it has added up to one. A reversal goes the other way than the
    material change before it.
    """
    count, length = values.shape
    happens = np.zeros((count, length), dtype=np.bool_)
    reverses = np.zeros((count, length), dtype=np.bool_)
    level = values[:, 0].copy() if length else np.zeros(count)
    direction = np.zeros(count)
    limit = threshold * (1 + 1e-9)
    for i in range(1, length):
        moved = values[:, i] - level
        here = np.abs(moved) > limit
        happens[:, i] = here
        reverses[:, i] = here & (np.sign(moved) == -direction) & (direction != 0)
        direction = np.where(here, np.sign(moved), direction)
        level = np.where(here, values[:, i], level)
    ends = np.full((count, length), length, dtype=np.int64)
    following = np.full(count, length, dtype=np.int64)
    for i in range(length - 1, -1, -1):
        ends[:, i] = following
        following = np.where(happens[:, i], i, following)
    return Changes(happens, reverses, ends)


def phase_loss(values: FloatArray, days: FloatArray, scale: FloatArray, changes: Changes, k: int, phase: int) -> Loss:
    """What keeping reports ``phase``, ``phase`` + k, ... loses; ``days`` tells when each report was.

    A change is seen at the first kept report after it, and missed where the next material change comes first: a spell
    of L reports is missed with probability max(0, 1 - L/k) over the phases, a lasting change seen (k-1)/2 reports later
    on average. A change that the series ends on before a kept report is neither. ``scale`` is above zero where the
    series counts for the error, else zero.
    """
    counted = scale > 0
    errors = carried_forward_errors(values[counted], k, phase) / scale[counted, None]
    loss = Loss(float(np.abs(errors).sum()), float((errors**2).sum()), int(errors.size))
    length = values.shape[1]
    series, at = np.nonzero(changes.happens)
    kept = at + (phase - at) % k
    ends, reverses = changes.ends[series, at], changes.reverses[series, at]
    missed = kept >= ends
    open_ended = missed & (ends == length)
    missed &= ~open_ended
    seen = ~missed & ~open_ended
    loss.missed, loss.seen = int(missed.sum()), int(seen.sum())
    loss.reversals_missed, loss.reversals_seen = int((missed & reverses).sum()), int((seen & reverses).sum())
    loss.delay = float((days[series[seen], kept[seen]] - days[series[seen], at[seen]]).sum())
    return loss
