"""The cadence frontier: hours saved against what is lost, a line a form, a point for each interval.

Belongs here: this one chart. Not here: what is advised (the estimator ``replay``), its words (``burden_sentences``).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from reportmetrics.publish import numbers, palette
from reportmetrics.publish.blocks import Chart, Keys
from reportmetrics.publish.charts.base import Box, Marks, Trace, layout, nice_ticks, note, place, text_size
from reportmetrics.publish.text import for_plotly, shortened

_SPREAD = 20.0
"""Where the most hours are more than so many times the least, the axis of hours is logarithmic."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 26, 34, 46


@dataclass(frozen=True, slots=True)
class Route:
    """One form: (k, hours saved a month, error) each, the advised k (1: none), and whether the title names it."""

    id: str
    name: str
    points: Sequence[tuple[int, float, float]]
    advised: int
    named: bool = False


def frontier_chart(routes: Sequence[Route], *, tolerance: float) -> Chart:
    """Error at the worst phase against hours saved; inside the tolerance is shaded, the advised interval filled."""
    return Chart(
        _frontier(routes, tolerance, width=740, height=380, names=36),
        _frontier(routes, tolerance, width=330, height=340, names=20),
        keys=Keys("template"),
    )


def _frontier(routes: Sequence[Route], tolerance: float, *, width: int, height: int, names: int) -> dict[str, object]:
    saved = [x for r in routes for _, x, _ in r.points]
    errors = [y for r in routes for _, _, y in r.points]
    scale = _Scale.of(saved)
    ticks = nice_ticks(max([*errors, tolerance * 1.15]), at_most=6)
    high = ticks[-1]
    data: list[Trace] = []
    for route in sorted(routes, key=lambda r: r.named):
        data += _route(route, scale)
    return {
        "data": data,
        "layout": layout(
            height,
            left=_LEFT,
            right=_RIGHT,
            top=_TOP,
            bottom=_BOTTOM,
            x={
                "range": [scale.low, scale.high],
                "tickvals": [scale.at(t) for t in scale.ticks],
                "ticktext": [numbers.count(t) if t == int(t) else f"{t:g}" for t in scale.ticks],
                "title": {"text": "Hours saved a month, at most" + (", logarithmic" if scale.logarithmic else "")},
            },
            y={
                "range": [-0.03 * high, high * 1.04],
                "tickvals": ticks,
                "ticktext": [numbers.percent(t) for t in ticks],
                "showgrid": True,
            },
            shapes=[_inside(scale, tolerance)],
            annotations=_labels(routes, scale, high, tolerance, width, height, names),
        ),
    }


@dataclass(frozen=True, slots=True)
class _Scale:
    """The axis of hours; ``at`` places a number of hours on it."""

    logarithmic: bool
    low: float
    high: float
    ticks: Sequence[float]

    @classmethod
    def of(cls, saved: Sequence[float]) -> _Scale:
        """From zero where the hours are of one size, else by powers of ten."""
        positive = [s for s in saved if s > 0]
        top = max(positive, default=1.0)
        least = min(positive, default=1.0)
        if top / least <= _SPREAD:
            ticks = nice_ticks(top, at_most=6)
            return cls(False, -0.02 * ticks[-1], ticks[-1] * 1.02, ticks)
        low, high = math.log10(least) - 0.15, math.log10(top) + 0.15
        decades = range(math.floor(low), math.ceil(high) + 1)
        ticks = [m * 10.0**e for e in decades for m in (1, 3) if low <= math.log10(m * 10.0**e) <= high]
        return cls(True, low, high, ticks)

    def at(self, hours: float) -> float:
        """Place of ``hours`` on the axis; on a logarithmic one, no hours stand at its start."""
        return hours if not self.logarithmic else math.log10(hours) if hours > 0 else self.low


def _route(route: Route, scale: _Scale) -> list[Trace]:
    colour = palette.PURPLE if route.named else palette.MARK
    xs = [scale.at(x) for _, x, _ in route.points]
    ys = [y for _, _, y in route.points]
    return [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "meta": route.id,
            "x": xs,
            "y": ys,
            "cliponaxis": False,
            "line": {"color": colour, "width": 2 if route.named else 1.5},
            "marker": {
                "size": [11 if k == route.advised else 8 for k, _, _ in route.points],
                "color": [colour if k == route.advised else palette.PAPER for k, _, _ in route.points],
                "line": {"color": colour, "width": 1.8},
                "opacity": 1,
            },
            "hoverinfo": "text",
            "hovertext": [
                f"{for_plotly(route.name)}, every {k}: {numbers.hours(x)} hours a month, error {numbers.percent(y)}"
                for k, x, y in route.points
            ],
        }
    ]


def _inside(scale: _Scale, tolerance: float) -> dict[str, object]:
    return {
        "type": "rect",
        "x0": scale.low,
        "x1": scale.high,
        "y0": 0,
        "y1": tolerance,
        "fillcolor": palette.GRID,
        "line": {"width": 0},
        "layer": "below",
    }


def _labels(
    routes: Sequence[Route], scale: _Scale, high: float, tolerance: float, width: int, height: int, names: int
) -> list[dict[str, object]]:
    """The k at each point, the name at each line's end, and what the shade means; none touches another."""
    across = (width - _LEFT - _RIGHT) / (scale.high - scale.low)
    up = (height - _TOP - _BOTTOM) / (1.07 * high)

    def pixel(hours: float, error: float) -> tuple[float, float]:
        return _LEFT + (scale.at(hours) - scale.low) * across, height - _BOTTOM - (error + 0.03 * high) * up

    inside = Box(_LEFT - 10, 16, width - 2, height - _BOTTOM)
    ends = [pixel(x, y) for r in routes for _, x, y in r.points]
    between = [p for r in routes for p in _between([pixel(x, y) for _, x, y in r.points])]
    marks = Marks([*ends, *between])
    boxes: list[Box] = []
    notes = [
        note(
            "Error at the worst phase",
            0,
            1,
            xref="paper",
            yref="paper",
            xanchor="left",
            yanchor="bottom",
            xshift=-36,
            yshift=12,
        )
    ]

    def put(text: str, hours: float, error: float, *, key: str, bold: bool, colour: str) -> bool:
        size = text_size(text, bold=bold)
        found = place(pixel(hours, error), size, inside=inside, boxes=boxes, points=marks, gaps=(7, 13, 22))
        if found is None:
            return False
        dx, dy, box = found
        boxes.append(box)
        shown = f"<b>{text}</b>" if bold else text
        font = {"size": 12, "color": colour}
        notes.append(note(shown, scale.at(hours), error, xshift=dx, yshift=-dy, font=font, name=key))
        return True

    for route in sorted(routes, key=lambda r: not r.named):
        colour = palette.PURPLE if route.named else palette.INK
        name = for_plotly(shortened(route.name, names))
        # The end of the line is the best place for the name; any other point of it will do.
        any(put(name, x, y, key=route.id, bold=True, colour=colour) for _, x, y in reversed(route.points))
        for k, x, y in route.points:
            tone = colour if k == route.advised else palette.NOTE
            put(str(k), x, y, key=route.id, bold=k == route.advised, colour=tone)
    shade = f"error inside the tolerance, up to {numbers.percent(tolerance)}"
    for hours_end, anchor in ((scale.high, "right"), (scale.low, "left")):
        x = _LEFT + (hours_end - scale.low) * across
        y, (wide, tall) = height - _BOTTOM - (tolerance + 0.03 * high) * up, text_size(shade)
        box = Box(x - wide, y - tall, x, y) if anchor == "right" else Box(x, y - tall, x + wide, y)
        if not any(box.touches(b) for b in boxes) and not marks.any_in(box):
            notes.append(note(shade, hours_end, tolerance, xanchor=anchor, yanchor="bottom", yshift=1))
            break
    return notes


def _between(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Places along the lines between points, near enough that a label would be noticed to lie on one."""
    found = []
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        steps = max(1, int(math.hypot(x1 - x0, y1 - y0) / 8))
        found += [(x0 + (x1 - x0) * i / steps, y0 + (y1 - y0) * i / steps) for i in range(1, steps)]
    return found
