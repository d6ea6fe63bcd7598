"""What a history loses when only every k-th report of it is kept: arithmetic on whole series.

Belongs here: error of the last observation carried forward, material changes, and which of them a phase misses or sees
late. Not here: groups, tolerances and figures (``replay``).

All functions take series of one length as rows of a matrix. A *phase* (0 to k-1) says at which report keeping starts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


CELLS = 2_000_000
"""Largest number of (phase, change) pairs held at once."""


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
        now = values[:, i]
        moved = now - level
        here = np.abs(moved) > limit
        if not here.any():
            continue
        happens[:, i] = here
        reverses[:, i] = here & (moved * direction < 0)
        np.copyto(direction, np.sign(moved), where=here)
        np.copyto(level, now, where=here)
    series, at = np.nonzero(happens)
    lasts = np.ones(len(at), dtype=np.bool_)
    lasts[:-1] = series[1:] != series[:-1]
    ends = np.where(lasts, length, np.r_[at[1:], length][: len(at)])
    return Changes(series, at, ends, lasts, reverses[series, at])


def phase_losses(values: FloatArray, days: FloatArray, scale: FloatArray, changes: Changes, k: int) -> list[Loss]:
    """What keeping every k-th report loses, for each phase; ``days`` tells when each report was.

    A change is seen at the first kept report after it, and missed where the next material change comes first: a spell
    of L reports is missed with probability max(0, 1 - L/k) over the phases, a lasting change seen (k-1)/2 reports later
    on average. A change that the series ends on before a kept report is neither. ``scale`` is above zero where the
    series counts for the error, else zero.
    """
    counted = scale > 0
    among, scale = (values, scale) if counted.all() else (values[counted], scale[counted])
    losses = []
    for phase in range(k):
        errors = carried_forward_errors(among, k, phase)
        losses.append(Loss(float((np.abs(errors).sum(axis=1) / scale).sum()), int(errors.size)))
    at_once = max(1, CELLS // max(1, len(changes.at)))
    for first in range(0, k, at_once):
        _add_changes(losses[first : first + at_once], days, changes, k, first)
    return losses


def _add_changes(losses: Sequence[Loss], days: FloatArray, changes: Changes, k: int, first: int) -> None:
    """Which changes are missed or seen, and how late, in phases from ``first`` on: arrays (phases, changes)."""
    phases = np.arange(first, first + len(losses))[:, None]
    kept = changes.at + (phases - changes.at) % k
    unseen = kept >= changes.ends
    missed, seen = unseen & ~changes.lasts, ~unseen
    counts = [np.count_nonzero(which, axis=1).tolist() for which in (missed, seen)]
    turned = [np.count_nonzero(which & changes.reverses, axis=1).tolist() for which in (missed, seen)]
    seen_at = days[changes.series, np.where(seen, kept, changes.at)]
    delays = (seen_at - days[changes.series, changes.at]).sum(axis=1).tolist()
    for i, loss in enumerate(losses):
        loss.missed, loss.seen = counts[0][i], counts[1][i]
        loss.reversals_missed, loss.reversals_seen = turned[0][i], turned[1][i]
        loss.delay = delays[i]
