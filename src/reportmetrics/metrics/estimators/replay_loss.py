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
    """Material changes of series, one entry each: in which series, at which report, and where it ends.

    ``ends`` is the report of the next material change; ``lasts`` is true where there is none, and ``ends`` then the
    length of the series. ``reverses`` tells that it goes the other way than the material change before it.
    """

    series: IntArray
    at: IntArray
    ends: IntArray
    lasts: BoolArray
    reverses: BoolArray


@dataclass(slots=True)
class Loss:
    """What one phase loses, summed over series. Errors are in units of the scale, delays in days."""

    absolute: float = 0.0
    points: int = 0
    missed: int = 0
    seen: int = 0
    reversals_missed: int = 0
    reversals_seen: int = 0
    delay: float = 0.0

    def add(self, other: Loss) -> None:
        """Count the series of ``other`` too."""
        self.absolute += other.absolute
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
    count, length = values.shape
    cycles = max(0, (length - phase) // k)
    whole = values[:, phase : phase + cycles * k].reshape(count, cycles, k)
    return (whole - whole[:, :, :1]).reshape(count, cycles * k)


def material_changes(values: FloatArray, threshold: FloatArray) -> Changes:
    """Changes by more than ``threshold`` (one a series) since the last material change, or since the first report.

    A slow drift is thus a change each time that it has added up to one.
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
    series, at = np.nonzero(happens)
    lasts = np.ones(len(at), dtype=np.bool_)
    lasts[:-1] = series[1:] != series[:-1]
    ends = np.where(lasts, length, np.r_[at[1:], length][: len(at)])
    return Changes(series, at, ends, lasts, reverses[series, at])


def phase_loss(values: FloatArray, days: FloatArray, scale: FloatArray, changes: Changes, k: int, phase: int) -> Loss:
    """What keeping reports ``phase``, ``phase`` + k, ... loses; ``days`` tells when each report was.

    A change is seen at the first kept report after it, and missed where the next material change comes first: a spell
    of L reports is missed with probability max(0, 1 - L/k) over the phases, a lasting change seen (k-1)/2 reports later
    on average. A change that the series ends on before a kept report is neither. ``scale`` is above zero where the
    series counts for the error, else zero.
    """
    counted = scale > 0
    errors = carried_forward_errors(values if counted.all() else values[counted], k, phase)
    loss = Loss(float((np.abs(errors).sum(axis=1) / scale[counted]).sum()), int(errors.size))
    kept = changes.at + (phase - changes.at) % k
    unseen = kept >= changes.ends
    missed, seen = unseen & ~changes.lasts, ~unseen
    loss.missed, loss.seen = int(np.count_nonzero(missed)), int(np.count_nonzero(seen))
    loss.reversals_missed = int(np.count_nonzero(missed & changes.reverses))
    loss.reversals_seen = int(np.count_nonzero(seen & changes.reverses))
    series, at = changes.series[seen], changes.at[seen]
    loss.delay = float((days[series, kept[seen]] - days[series, at]).sum())
    return loss
