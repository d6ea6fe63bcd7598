"""What becomes of requests, stacked: each way of ending, and what is open as the remainder.

Belongs here: the shares at each day on top of each other. Not here: a single curve with its band (``waiting``).
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass

from reportmetrics.publish import numbers, palette
from reportmetrics.publish.blocks import Chart
from reportmetrics.publish.charts.base import LINE, Trace, ink, layout, note
from reportmetrics.publish.charts.waiting import ticks
from reportmetrics.publish.figures import Point
from reportmetrics.publish.text import for_plotly, shortened

LEFT, TOP, BOTTOM, HEIGHT = 62, 12, 50, 330
FILLS = (
    palette.PURPLE,
    palette.faded(palette.PURPLE, 0.55),
    palette.faded(palette.MARK, 0.55),
    palette.faded(palette.PURPLE, 0.13),
)
"""From the lowest layer up; more ways of ending than fills share the last one."""
OPEN = "Open"


@dataclass(frozen=True, slots=True)
class Layer:
    """One way of ending: its name, and the share that has ended so by each day (a step curve)."""

    name: str
    points: Sequence[Point]

    def at(self, day: float) -> float:
        """Share ended so by ``day``."""
        before = bisect.bisect_right(self.points, day, key=lambda p: p.x)
        return (self.points[before - 1].y or 0.0) if before else 0.0


def incidence_chart(layers: Sequence[Layer], end: float) -> Chart:
    """Layers from below, up to the last day ``end`` that is known; what is left up to 100 % is open."""
    days = sorted({0.0, end, *(p.x for layer in layers for p in layer.points if p.x <= end)})
    areas = _areas(layers, days)
    return Chart(_figure(layers, areas, end, compact=False), _figure(layers, areas, end, compact=True))


def _figure(layers: Sequence[Layer], areas: list[Trace], end: float, *, compact: bool) -> dict[str, object]:
    names = [*(layer.name for layer in layers), OPEN]
    width = 11 if compact else 24
    right = int(18 + 6.4 * (max(min(len(n), width) for n in names) + 5))
    marked = ticks(end, most=6 if compact else 12)
    return {
        "data": areas,
        "layout": layout(
            HEIGHT,
            left=LEFT,
            right=right,
            top=TOP,
            bottom=BOTTOM,
            x={
                "range": [0, end],
                "tickvals": marked,
                "ticktext": [f"{d:g}" for d in marked],
                "title": {"text": "Days since the request was raised", "standoff": 2},
            },
            y={
                "range": [0, 1],
                "tickvals": [0, 0.25, 0.5, 0.75, 1.0],
                "ticktext": [numbers.percent(v) for v in (0, 0.25, 0.5, 0.75, 1.0)],
            },
            annotations=_names(layers, end, width),
        ),
    }


def _areas(layers: Sequence[Layer], days: Sequence[float]) -> list[Trace]:
    below = [0.0] * len(days)
    traces = []
    for i, layer in enumerate([*layers, Layer(OPEN, [])]):
        is_open = i == len(layers)
        shares = [1 - b for b in below] if is_open else [layer.at(d) for d in days]
        top = [b + s for b, s in zip(below, shares, strict=True)]
        name = for_plotly(layer.name.lower())
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": [round(d, 4) for d in days],
                "y": [round(t, 4) for t in top],
                "fill": "tozeroy" if i == 0 else "tonexty",
                "fillcolor": palette.GRID if is_open else FILLS[min(i, len(FILLS) - 1)],
                "line": {"color": palette.PAPER, "width": 1, "shape": "hv"},
                "hoverinfo": "text",
                "hovertext": [
                    f"Day {numbers.days(d)}: {name} {numbers.percent(s)}" for d, s in zip(days, shares, strict=True)
                ],
            }
        )
        below = top
    return traces


def _names(layers: Sequence[Layer], end: float, width: int) -> list[dict[str, object]]:
    """Each layer's name and share at its end, at the right edge, moved apart where layers are thin."""
    plot, below, wanted = HEIGHT - TOP - BOTTOM, 0.0, []
    shares = [layer.at(end) for layer in layers]
    for name, share in zip([*(la.name for la in layers), OPEN], [*shares, 1 - sum(shares)], strict=True):
        wanted.append((name, share, (below + share / 2) * plot))
        below += share
    places: list[float] = []
    for _, _, middle in wanted:
        places.append(max(middle, places[-1] + LINE if places else 0.0))
    over = max(0.0, places[-1] - (plot - LINE / 2))
    for i in reversed(range(len(places))):  # what was pushed out at the top moves down again, pushing those below
        limit = places[i + 1] - LINE if i + 1 < len(places) else places[i] - over
        places[i] = min(places[i], limit)
    return [
        note(
            f"{for_plotly(shortened(name, width))} <b>{numbers.percent(share)}</b>",
            1.0,
            place / plot,
            xref="paper",
            xanchor="left",
            xshift=8,
            yanchor="middle",
            font=ink(),
        )
        for (name, share, _), place in zip(wanted, places, strict=True)
    ]
