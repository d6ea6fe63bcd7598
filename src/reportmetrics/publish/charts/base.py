"""What charts share: layout, axes, labels that do not touch.

Belongs here: building blocks. Not here: any particular chart.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from reportmetrics.publish import palette

Trace = dict[str, Any]
CHARACTER = 6.3
"""Mean width of a character of 12 px text, in pixels; bold text is taken 8 % wider."""
LINE = 15.0


def layout(
    height: int, *, left: int, right: int, top: int, bottom: int, x: dict[str, Any], y: dict[str, Any], **more: Any
) -> dict[str, Any]:
    """A layout of fixed height and margins; the width is set by the page's script."""
    return {
        "height": height,
        "margin": {"l": left, "r": right, "t": top, "b": bottom, "pad": 0},
        "xaxis": x,
        "yaxis": y,
        **more,
    }


def note(text: str, x: float, y: float, **more: Any) -> dict[str, Any]:
    """An annotation without arrow. ``text`` is already fit for Plotly."""
    return {"text": text, "x": x, "y": y, "showarrow": False, "font": {"size": 12, "color": palette.NOTE}} | more


def ink(size: int = 12) -> dict[str, Any]:
    """Font of a label that must be read first."""
    return {"size": size, "color": palette.INK}


def segment(x0: float, y0: float, x1: float, y1: float, **more: Any) -> dict[str, Any]:
    """A straight line in data coordinates."""
    line = {"color": palette.LINE, "width": 1}
    return {"type": "line", "x0": x0, "y0": y0, "x1": x1, "y1": y1, "line": line, "layer": "below"} | more


def nice_ticks(top: float, *, at_most: int = 6) -> list[float]:
    """Ticks from 0 to at least ``top``: steps of 1, 2, 2.5, 3 or 5 times a power of ten, 3 to ``at_most`` of them."""
    if top <= 0:
        return [0.0, 0.5, 1.0]
    magnitude = 10.0 ** _floor_log10(top / (at_most - 1))
    for factor in (1.0, 2.0, 2.5, 3.0, 5.0, 10.0, 20.0):
        step = factor * magnitude
        ticks = _up_to(step, top)
        if len(ticks) <= at_most:
            return ticks
    return _up_to(top / 2, top)


def _floor_log10(value: float) -> int:
    exponent = 0
    while value >= 10:
        value, exponent = value / 10, exponent + 1
    while value < 1:
        value, exponent = value * 10, exponent - 1
    return exponent


def _up_to(step: float, top: float) -> list[float]:
    ticks = [0.0]
    while ticks[-1] < top - 1e-9:
        ticks.append(round(len(ticks) * step, 10))
    return ticks


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def touches(self, other: Box) -> bool:
        """Whether the two share any area."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies inside."""
        return self.left < x < self.right and self.top < y < self.bottom


class Marks:
    """Points in pixels that no label may cover, from left to right: a label is asked about its own part only."""

    def __init__(self, points: Iterable[tuple[float, float]]) -> None:
        found = one_a_pixel(np.array(list(points), dtype=np.float64).reshape(-1, 2))
        found = found[np.argsort(found[:, 0], kind="stable")]
        self._x: list[float] = found[:, 0].tolist()
        self._y: npt.NDArray[np.float64] = np.ascontiguousarray(found[:, 1])

    def any_in(self, box: Box) -> bool:
        """Whether any of the points lies inside."""
        above = self._y[bisect_right(self._x, box.left) : bisect_left(self._x, box.right)]
        return bool(((above > box.top) & (above < box.bottom)).any())


def one_a_pixel(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The first of the points (rows x, y) that fall into one pixel: years of history draw over themselves."""
    cells = np.floor(points).astype(np.int64)
    first = np.unique(cells[:, 0] * 2**32 + cells[:, 1], return_index=True)[1]
    kept: npt.NDArray[np.float64] = points[np.sort(first)]
    return kept


def text_size(text: str, *, bold: bool = False, size: int = 12) -> tuple[float, float]:
    """Width and height of a label in pixels; lines are parted by ``<br>``, ``size`` is that of the letters."""
    lines = text.replace("<b>", "").replace("</b>", "").split("<br>")
    width = max(len(line) for line in lines) * CHARACTER * (1.08 if bold else 1.0)
    return width * size / 12, len(lines) * LINE * size / 12


def place(
    at: tuple[float, float],
    size: tuple[float, float],
    *,
    inside: Box,
    boxes: Sequence[Box],
    points: Marks,
    gaps: Sequence[float] = (8, 16, 28, 44),
    accept: Callable[[Box], bool] = lambda _: True,
) -> tuple[float, float, Box] | None:
    """Where a label goes that touches nothing: its centre's shift from ``at``, and its box; None when all is taken.

    Eight places around the point are tried, near ones first: right, left, above, below, and the four corners.
    ``points`` are the marks and the sampled curves that it must not cover; ``accept`` may refuse a free place.
    """
    width, height = size
    for gap in gaps:
        for across, up in ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1)):
            dx, dy = across * (width / 2 + gap), -up * (height / 2 + gap)
            x, y = at[0] + dx, at[1] + dy
            left, top, right, bottom = x - width / 2, y - height / 2, x + width / 2, y + height / 2
            if left < inside.left or right > inside.right or top < inside.top or bottom > inside.bottom:
                continue
            box = Box(left, top, right, bottom)
            if not any(box.touches(b) for b in boxes) and not points.any_in(box) and accept(box):
                return dx, dy, box
    return None
