"""Labels of the wait curve, put where they touch neither a curve nor each other.

Belongs here: the curve's values and the places of its words. Not here: its lines and table (``waiting``).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reportmetrics.publish import numbers, palette
from reportmetrics.publish.charts.base import Box, Marks, note, one_a_pixel, place, text_size
from reportmetrics.publish.figures import Point

Pair = tuple[float, float]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
NEAR = (8, 16, 26, 38)
"""Pixels between a label and its curve: farther off it would seem to belong to another one."""

APART = 6
"""Pixels from one point of a curve that a label may stand beside to the next."""


@dataclass(frozen=True, slots=True)
class WaitCurve:
    """A curve (x days, y share still undecided, n at risk), its median, and the answered-only curve or quartiles."""

    points: Sequence[Point]
    requests: int
    still_open: int
    median: float | None
    lower: float | None
    upper: float | None
    answered: Sequence[tuple[float, float]]
    answered_in_full: bool
    answered_median: float | None


@dataclass(frozen=True, slots=True)
class Scale:
    """From days and share to pixels of the plot; ``end`` days are ``width`` wide, the share 1 is ``height`` high."""

    end: float
    width: float
    height: float

    def at(self, x: float, y: float) -> Pair:
        """Place in pixels, from the upper left corner."""
        return x / self.end * self.width, (1 - y) * self.height

    def at_each(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """The same of many points."""
        return x / self.end * self.width, (1 - y) * self.height


@dataclass(frozen=True, slots=True)
class _Wanted:
    texts: tuple[str, ...]
    """What is said where there is room, then the same in fewer words."""
    places: tuple[Pair, ...]
    """Points of the curve that it may stand beside, the best first."""
    colour: str
    bold: bool
    biased: bool = False


def labels(curve: WaitCurve, points: Sequence[Point], scale: Scale, *, compact: bool) -> list[dict[str, object]]:
    """Annotations; one that finds no free place is left out, as its words stand in the subtitle and caveat too."""
    marks = Marks(_marks(curve, points, scale))
    inside = Box(4, 2, scale.width - 2, scale.height - 4)
    notes: list[dict[str, object]] = []
    taken: list[Box] = []
    nearer = _nearer(curve, points, scale) if curve.answered else _anywhere
    for w in _wanted(curve, points, scale, compact=compact):
        for text, at in itertools.product(w.texts, w.places):
            size = text_size(text, bold=w.bold)
            accept = nearer if w.biased else _anywhere
            found = place(scale.at(*at), size, inside=inside, boxes=taken, points=marks, gaps=NEAR, accept=accept)
            if found:
                dx, dy, box = found
                taken.append(box)
                font = {"size": 12, "color": w.colour}
                notes.append(note(text, *at, xshift=round(dx), yshift=-round(dy), align="left", font=font))
                break
    return notes


def _wanted(curve: WaitCurve, points: Sequence[Point], scale: Scale, *, compact: bool) -> list[_Wanted]:
    found = []
    if curve.median is not None:
        spread = numbers.interval(curve.lower, curve.upper, numbers.days)
        parts = [f"Median {numbers.days(curve.median)} days", f"interval {spread}" if spread else ""]
        text = (",<br>" if compact else ", ").join(f"<b>{p}</b>" for p in parts if p)
        found.append(_Wanted((text,), ((curve.median, 0.5),), palette.PURPLE, True))
    if curve.answered:
        text = f"<b>Answered alone</b><br>biased: leaves out<br>the {numbers.count(curve.still_open)} still open"
        if curve.answered_median is not None:
            text += f";<br>median {numbers.days(curve.answered_median)} days"
        low = [a for a in curve.answered if a[1] <= 0.3][:1]
        beside = (*low, *_apart((a for a in curve.answered if a[1] <= 0.8), scale))
        found.append(
            _Wanted(
                (text, "<b>Answered alone,</b><br>biased", "<b>biased</b>"), beside, palette.INK, False, biased=True
            )
        )
    places = []
    for share in (0.66, 0.5, 0.8, 0.35):
        x = scale.end * share
        places.append((x, next((p.y for p in reversed(points) if p.x <= x), 1.0) or 0.0))
    text = f"<b>All {numbers.count(curve.requests)} requests,</b><br><b>those still open counted in</b>"
    found.append(_Wanted((text, "<b>All requests</b>"), tuple(places), palette.PURPLE, True))
    return found


def _apart(corners: Iterable[Pair], scale: Scale) -> Iterator[Pair]:
    """Those that lie some pixels from the one before; a label fits beside another or beside neither."""
    last = (-math.inf, -math.inf)
    for corner in corners:
        x, y = scale.at(*corner)
        if max(abs(x - last[0]), abs(y - last[1])) >= APART:
            yield corner
            last = x, y


def _marks(curve: WaitCurve, points: Sequence[Point], scale: Scale) -> list[Pair]:
    """What no label may cover: both curves, the edges of the band and the lines of the median."""
    marks = _sampled([(p.x, p.y or 0.0) for p in points], scale)
    for edge in ([(p.x, p.lower) for p in points], [(p.x, p.upper) for p in points]):
        marks += _sampled([(x, y) for x, y in edge if y is not None], scale)
    marks += _sampled(curve.answered, scale) if curve.answered_in_full else _straight(curve.answered, scale)
    if curve.median is not None:
        marks += [scale.at(curve.median, y / 50) for y in range(26)]
        marks += [scale.at(curve.median * x / 30, 0.5) for x in range(31)]
    return marks


def _anywhere(_: Box) -> bool:
    return True


def _nearer(curve: WaitCurve, points: Sequence[Point], scale: Scale) -> Callable[[Box], bool]:
    """A place nearer to the biased curve than to the other, so that nobody takes its words for the other's."""
    answered = _sampled(curve.answered, scale) if curve.answered_in_full else _straight(curve.answered, scale)
    biased = one_a_pixel(np.array(answered)).T
    other = one_a_pixel(np.array(_sampled([(p.x, p.y or 0.0) for p in points], scale))).T

    def distance(box: Box, marks: npt.NDArray[np.float64]) -> float:
        x, y = marks
        across = np.maximum(np.maximum(box.left - x, x - box.right), 0)
        down = np.maximum(np.maximum(box.top - y, y - box.bottom), 0)
        return float(np.hypot(across, down).min())

    return lambda box: distance(box, biased) < distance(box, other)


def _sampled(corners: Sequence[Pair], scale: Scale) -> list[Pair]:
    """Pixels along a step curve, dense enough that no label fits between two."""
    if not corners:
        return []
    here = np.array(corners, dtype=np.float64)
    there = np.concatenate([here[1:], here[-1:]])
    (x0, y0), (x1, y1) = here.T, there.T
    step, i, parts = _steps(120 * (x1 - x0) / scale.end)
    across = np.column_stack([x0[step] + (x1 - x0)[step] * i / parts, y0[step]])
    step, i, parts = _steps(60 * np.abs(y0 - y1))
    down = np.column_stack([x1[step], y0[step] + (y1 - y0)[step] * i / parts])
    x, y = np.concatenate([across, down]).T
    return list(zip(*(side.tolist() for side in scale.at_each(x, y)), strict=True))


def _steps(lengths: Floats) -> tuple[Ints, Ints, Ints]:
    """For parts of so many pixels: which part, which place in it from 0 on, and how many steps the part has."""
    parts = np.maximum(1, lengths.astype(np.int64))
    of = np.repeat(np.arange(len(parts)), parts + 1)
    first = np.repeat(np.cumsum(parts + 1) - (parts + 1), parts + 1)
    return of, np.arange(len(of)) - first, parts[of]


def _straight(corners: Sequence[Pair], scale: Scale) -> list[Pair]:
    """Pixels along straight lines from corner to corner."""
    marks = []
    for (x0, y0), (x1, y1) in itertools.pairwise(corners):
        marks += [scale.at(x0 + (x1 - x0) * i / 40, y0 + (y1 - y0) * i / 40) for i in range(41)]
    return marks
