"""The quadrant: activity across, progress upwards, a point for each objective, neutral bands grey.

Belongs here: this one chart. Not here: where an objective stands (the estimator ``quadrant``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reportmetrics.publish import numbers, palette
from reportmetrics.publish.blocks import Chart, Keys
from reportmetrics.publish.charts.base import Box, Marks, Trace, layout, note, place, segment, text_size
from reportmetrics.publish.text import for_plotly

CORNERS = ("quiet and moving", "busy and moving", "quiet and stalled", "busy and stalled")
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 12, 30, 46
_ROWS = (8.0, 22.0, 36.0)
"""Pixels below its line at which a corner's name may hang: clear of a dot on the line, or lower."""
_APART = 6
"""Pixels that two labels keep between them."""
_LOWEST, _HIGHEST = -1.5, 3.0
"""Progress beyond these is drawn at the rim, with its number: one odd objective must not flatten the others."""


@dataclass(frozen=True, slots=True)
class Spot:
    """One objective; ``y`` None: unmeasured, or with ``reached`` its targets are met. ``named``: the title names it."""

    id: str
    x: float | None
    y: float | None
    position: str
    named: bool = False
    quiet: bool = False
    reached: bool = False


@dataclass(frozen=True, slots=True)
class Bands:
    """Between low and high an objective is too near the middle to call."""

    activity: tuple[float, float]
    progress: tuple[float, float]


def quadrant_chart(spots: Sequence[Spot], bands: Bands, *, heights: tuple[int, int] = (320, 330)) -> Chart:
    """The chart; spots that are ``quiet`` stand grey and without a label behind the others."""
    sizes = (560, heights[0], 12), (350, heights[1], 12), (343, 240, 10)
    wide, compact, paper = (_quadrant(spots, bands, *size) for size in sizes)
    return Chart(wide, compact, paper, keys=Keys("objective"))


@dataclass(frozen=True, slots=True)
class _Scale:
    """Ranges of both axes, and pixels for labels."""

    low: float
    high: float
    bottom: float
    top: float
    width: int
    height: int
    text: int

    @property
    def floor(self) -> float:
        """Where unmeasured objectives stand: below the scale of progress."""
        return self.bottom + (self.top - self.bottom) * 0.045

    def x(self, ratio: float | None) -> float:
        """Place on the logarithmic axis; no hours at all stand at its left end."""
        return self.low if not ratio else min(max(math.log2(ratio), self.low), self.high)

    def y(self, spot: Spot) -> float:
        """Place on the axis of progress."""
        if spot.y is None:
            return self.top if spot.reached else self.floor
        return min(max(spot.y, _LOWEST), _HIGHEST)

    def pixel(self, x: float, y: float) -> tuple[float, float]:
        """Pixels from the top left corner of the figure."""
        across = (self.width - _LEFT - _RIGHT) / (self.high - self.low)
        up = (self.height - _TOP - _BOTTOM) / (self.top - self.bottom)
        return _LEFT + (x - self.low) * across, self.height - _BOTTOM - (y - self.bottom) * up


def _scale(spots: Sequence[Spot], width: int, height: int, text: int) -> _Scale:
    far = max((abs(math.log2(s.x)) for s in spots if s.x), default=1.0)
    far = min(max(far + 0.35, 2.15), 5.0)
    known = [min(max(s.y, _LOWEST), _HIGHEST) for s in spots if s.y is not None]
    bottom, top = min([-0.25, *known]) - 0.2, max([1.2, *known])
    if any(s.y is None and not s.reached for s in spots):
        bottom -= (top - bottom) * 0.12
    # The names of the upper corners stand above the highest point.
    plot, names = height - _TOP - _BOTTOM, 2.6 * text
    top += (top - bottom) * names / (plot - names)
    return _Scale(-far, far, bottom, top, width, height, text)


def _quadrant(spots: Sequence[Spot], bands: Bands, width: int, height: int, text: int = 12) -> dict[str, object]:
    """The figure for one place; ``text`` is the size of its letters in pixels: 12 on a screen, 10 on paper."""
    scale = _scale(spots, width, height, text)
    ticks = [t for t in (-4, -3, -2, -1, 0, 1, 2, 3, 4) if scale.low <= t <= scale.high]
    levels = [t for t in (-1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0) if scale.bottom < t < scale.top]
    if len(levels) > 6:
        levels = [t for t in levels if t == int(t)]
    return {
        "data": [_marks(group, scale) for group in ([s for s in spots if s.quiet], [s for s in spots if not s.quiet])],
        "layout": layout(
            height,
            left=_LEFT,
            right=_RIGHT,
            top=_TOP,
            bottom=_BOTTOM,
            x={
                "range": [scale.low, scale.high],
                "tickvals": ticks,
                "ticktext": [_times(t) for t in ticks],
                "title": {"text": "Contact hours against the median objective"},
            },
            y={
                "range": [scale.bottom, scale.top],
                "tickvals": levels,
                "ticktext": [f"{t:g}".replace("-", numbers.MINUS) for t in levels],
            },
            shapes=_shapes(scale, bands),
            annotations=_labels(spots, scale, bands),
        ),
    }


def _times(power: int) -> str:
    if power == 0:
        return "median"
    return f"{2**power}×" if power > 0 else {-1: "½", -2: "¼", -3: "⅛"}.get(power, f"1/{2**-power}")


def _shapes(scale: _Scale, bands: Bands) -> list[dict[str, object]]:
    low, high = (math.log2(b) for b in bands.activity)
    grey = {"type": "rect", "fillcolor": palette.GRID, "line": {"width": 0}, "layer": "below"}
    return [
        grey | {"x0": low, "x1": high, "y0": scale.bottom, "y1": scale.top},
        grey | {"x0": scale.low, "x1": scale.high, "y0": bands.progress[0], "y1": bands.progress[1]},
        segment(scale.low, 0, scale.high, 0),
    ]


def _marks(spots: Sequence[Spot], scale: _Scale) -> Trace:
    colours = [palette.ORANGE if s.named else palette.LINE if s.quiet else palette.NAVY for s in spots]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [scale.x(s.x) for s in spots],
        "y": [scale.y(s) for s in spots],
        "cliponaxis": False,
        "marker": {
            "size": [(11 if s.named else 8) * scale.text / 12 for s in spots],
            "opacity": 1,
            "symbol": ["circle-open" if s.y is None and not s.reached else "circle" for s in spots],
            "color": [
                c if s.y is not None or s.reached or s.named else palette.MARK
                for s, c in zip(spots, colours, strict=True)
            ],
            "line": {"width": 1.5},
        },
        "hoverinfo": "text",
        "hovertext": [_hover(s) for s in spots],
        "customdata": [s.id for s in spots],
    }


def _hover(s: Spot) -> str:
    hours = "no contact hours" if not s.x else f"{s.x:.2f} times the median objective’s contact hours"
    change = "unmeasured" if s.y is None else f"{numbers.progress(s.y)} times the change needed"
    return f"{for_plotly(s.id)}: {hours}, {'targets reached' if s.reached else change}"


def _labels(spots: Sequence[Spot], scale: _Scale, bands: Bands) -> list[dict[str, object]]:
    """The four corners, then the ids: the named first, and each only where it touches nothing."""
    notes = [
        note(
            "Change of median progress ÷ change needed" + (" to reach the target" if scale.width > 400 else ""),
            0,
            1,
            xref="paper",
            yref="paper",
            xanchor="left",
            yanchor="bottom",
            xshift=-_LEFT + 4,
            yshift=10,
            font={"size": scale.text, "color": palette.NOTE},
        )
    ]
    marks = [scale.pixel(scale.x(s.x), scale.y(s)) for s in spots]
    boxes: list[Box] = []
    for box, at in _corners(scale, bands, marks):
        boxes.append(box)
        notes.append(at)
    inside = Box(_LEFT, _TOP, scale.width - _RIGHT, scale.height - _BOTTOM)
    dots = Marks(d for x, y in marks for d in ((x, y), (x - 4, y), (x + 4, y), (x, y - 4), (x, y + 4)))
    for s in sorted((s for s in spots if not s.quiet), key=lambda s: (not s.named, s.y is not None, s.id)):
        text = for_plotly(_label(s))
        at_x, at_y = scale.x(s.x), scale.y(s)
        spot, (wide, tall) = scale.pixel(at_x, at_y), text_size(text, bold=s.named, size=scale.text)
        size = wide + _APART, tall
        near = place(spot, size, inside=inside, boxes=boxes, points=dots, gaps=(5, 11))
        found = near or place(spot, size, inside=inside, boxes=boxes, points=dots, gaps=(21, 33, 47, 63))
        if found is None:
            continue
        dx, dy, box = found
        boxes.append(box)
        where: dict[str, Any] = {"xshift": dx, "yshift": -dy} if near else _leader(dx, dy)
        font = {"size": scale.text, "color": palette.INK}
        notes.append(note(f"<b>{text}</b>" if s.named else text, at_x, at_y, font=font, name=s.id, **where))
    return notes


def _leader(dx: float, dy: float) -> dict[str, Any]:
    """A line from the point to a label that found no room beside it."""
    line: dict[str, Any] = {"showarrow": True, "arrowhead": 0, "arrowwidth": 1, "arrowcolor": palette.MARK}
    return line | {"standoff": 4, "ax": dx, "ay": dy}


def _label(s: Spot) -> str:
    if s.y is None:
        return f"{s.id} {'targets reached' if s.reached else 'no reading'}"
    if not _LOWEST <= s.y <= _HIGHEST:
        return f"{s.id} {numbers.progress(s.y)}"
    return s.id


def _corners(scale: _Scale, bands: Bands, marks: Sequence[tuple[float, float]]) -> list[tuple[Box, dict[str, object]]]:
    """Box in pixels and label of the four corners' names: the upper at the top, the lower below the line of no change.

    Where a name would lie on a point, it and its neighbour stand a line lower.
    """
    found = []
    font = {"size": scale.text, "color": palette.NOTE}
    for pair in (CORNERS[:2], CORNERS[2:]):
        y = scale.top if pair[0].endswith("moving") else min(0.0, bands.progress[0])
        row = next((r for r in _ROWS if not any(_corner(c, scale, y, r).holds(*m) for c in pair for m in marks)), 0.0)
        for corner in pair:
            left = corner.startswith("quiet")
            side = {"xanchor": "left", "xshift": 6} if left else {"xanchor": "right", "xshift": -6}
            words = f"<b>{corner.capitalize()}</b>"
            label = note(words, scale.low if left else scale.high, y, yanchor="top", yshift=-row, font=font, **side)
            found.append((_corner(corner, scale, y, row), label))
    return found


def _corner(corner: str, scale: _Scale, y: float, row: float) -> Box:
    """Pixels of a corner's name that hangs ``row`` pixels below ``y``."""
    left = corner.startswith("quiet")
    width, height = text_size(corner, bold=True, size=scale.text)
    px, py = scale.pixel(scale.low if left else scale.high, y)
    start = px + 2 if left else px - 10 - width
    return Box(start, py + row - 2, start + width + 8, py + row + height + 2)
