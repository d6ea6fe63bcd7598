"""The wait curve: Kaplan-Meier steps with band, median by lines and words, at-risk table, the biased curve dashed.

Belongs here: one headquarters' curve. Not here: several headquarters beside each other (``dots``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reportmetrics.publish import numbers, palette
from reportmetrics.publish.blocks import Chart
from reportmetrics.publish.charts.base import Trace, layout, note
from reportmetrics.publish.charts.wait_labels import Scale, WaitCurve, labels
from reportmetrics.publish.figures import Point

THIN_BELOW = 10
LEFT, TOP, BOTTOM, HEIGHT = 70, 12, 112, 430
_STEPS = (0.25, 0.5, 1, 2, 5, 7, 10, 14, 15, 30, 60, 90, 180, 365)
_NOMINAL = {False: 740.0, True: 350.0}
"""Widths that labels are placed for; the page draws at nearly these."""


@dataclass(frozen=True, slots=True)
class AtRisk:
    """The numbers under a tick: at risk from that day on, decided until then, still open then."""

    day: float
    at_risk: int
    decided: int
    open: int


def wait_chart(curve: WaitCurve) -> Chart:
    """The curve for wide and narrow places."""
    return Chart(_figure(curve, compact=False), _figure(curve, compact=True))


def at_risk(curve: WaitCurve, days: Sequence[float]) -> list[AtRisk]:
    """Numbers at given days, read off the curve.

    The curve has a point at each decision, so the number at risk is that of the first decision on or after the day;
    decisions are n (1 - S / S before) at each point, a whole number.
    """
    found = []
    for day in days:
        later = [p.n for p in curve.points if p.x >= day and p.n is not None]
        if not later:
            break
        decided = sum(_decisions(curve.points, day))
        risk = later[0] if day > 0 else curve.requests
        found.append(AtRisk(day, risk, decided, max(0, curve.requests - risk - decided)))
    return found


def ticks(end: float, *, most: int) -> list[float]:
    """Days to mark: multiples of a step that people think in."""
    for step in _STEPS:
        count = int(end / step) + 1
        if count <= most:
            return [step * i for i in range(count)]
    return [0.0, float(int(end))]


def _decisions(points: Sequence[Point], day: float) -> list[int]:
    counts, before = [], 1.0
    for p in points:
        if p.x > day:
            break
        if p.y is not None and p.n and before > 0:
            counts.append(round(p.n * (1 - p.y / before)))
            before = p.y
    return counts


def _figure(curve: WaitCurve, *, compact: bool) -> dict[str, object]:
    points = [p for p in curve.points if p.y is not None]
    end = max([p.x for p in points] + [1.0])
    days = ticks(end, most=7 if compact else 13)
    right = 12 if compact else 20
    data = [*_band(points), *_line(points), *_answered(curve)]
    shapes, notes = _median_lines(curve), []
    scale = Scale(end * 1.01, _NOMINAL[compact] - LEFT - right, HEIGHT - TOP - BOTTOM)
    notes += labels(curve, points, scale, compact=compact)
    notes += _table(at_risk(curve, days), end)
    if curve.median is not None:
        data.append(_dot(curve.median, palette.PURPLE, f"Median {numbers.days(curve.median)} days"))
    if curve.answered_median is not None and curve.answered:
        data.append(
            _dot(curve.answered_median, palette.ORANGE, f"Answered alone: {numbers.days(curve.answered_median)} days")
        )
    return {
        "data": data,
        "layout": layout(
            HEIGHT,
            left=LEFT + (14 if not compact else 8),
            right=right,
            top=TOP,
            bottom=BOTTOM,
            x={
                "range": [0, end * 1.01],
                "tickvals": days,
                "ticktext": [f"{d:g}" for d in days],
                "title": {"text": "Days since the request was raised", "standoff": 2},
            },
            y={
                "range": [0, 1.0],
                "tickvals": [0, 0.25, 0.5, 0.75, 1.0],
                "ticktext": [numbers.percent(v) for v in (0, 0.25, 0.5, 0.75, 1.0)],
                "showgrid": True,
            },
            annotations=notes,
            shapes=shapes,
        ),
    }


def _band(points: Sequence[Point]) -> list[Trace]:
    kept = [p for p in points if p.lower is not None and p.upper is not None]
    if len(kept) < 2:
        return []
    edge = {"width": 0, "shape": "hv", "color": palette.CLEAR}
    x = [p.x for p in kept]
    common = {"type": "scatter", "mode": "lines", "x": x, "line": edge, "hoverinfo": "skip"}
    return [
        common | {"y": [_r(p.upper) for p in kept]},
        common
        | {"y": [_r(p.lower) for p in kept], "fill": "tonexty", "fillcolor": palette.faded(palette.PURPLE, 0.13)},
    ]


def _line(points: Sequence[Point]) -> list[Trace]:
    """The curve, thinner from where fewer than ten are at risk."""
    thin_from = next((i for i, p in enumerate(points) if p.n is not None and p.n < THIN_BELOW), len(points))
    parts = [(points[: thin_from + 1], 2.4), (points[thin_from:], 1.2)]
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [_r(p.x) for p in part],
            "y": [_r(p.y) for p in part],
            "line": {"color": palette.PURPLE, "width": width, "shape": "hv"},
            "hoverinfo": "text",
            "hovertext": [
                f"Day {numbers.days(p.x)}: {numbers.percent(p.y or 0)} still undecided, {p.n} at risk" for p in part
            ],
        }
        for part, width in parts
        if len(part) > 1
    ]


def _answered(curve: WaitCurve) -> list[Trace]:
    if len(curve.answered) < 2:
        return []
    return [
        {
            "type": "scatter",
            "mode": "lines" if curve.answered_in_full else "lines+markers",
            "x": [_r(x) for x, _ in curve.answered],
            "y": [_r(y) for _, y in curve.answered],
            "line": {
                "color": palette.ORANGE,
                "width": 1.6,
                "dash": "dot",
                "shape": "hv" if curve.answered_in_full else "linear",
            },
            "marker": {"size": 5, "color": palette.ORANGE, "opacity": 1},
            "hoverinfo": "skip",
        }
    ]


def _median_lines(curve: WaitCurve) -> list[dict[str, object]]:
    if curve.median is None:
        return []
    line = {"color": palette.MARK, "width": 1}
    return [
        {"type": "line", "x0": 0, "x1": curve.median, "y0": 0.5, "y1": 0.5, "line": line, "layer": "below"},
        {"type": "line", "x0": curve.median, "x1": curve.median, "y0": 0, "y1": 0.5, "line": line, "layer": "below"},
    ]


def _dot(x: float, colour: str, text: str) -> Trace:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [x],
        "y": [0.5],
        "marker": {"size": 9, "color": colour, "opacity": 1},
        "hoverinfo": "text",
        "hovertext": [text],
    }


def _table(rows: Sequence[AtRisk], end: float) -> list[dict[str, object]]:
    """At risk, decided, still open, under the ticks."""
    notes = []
    lines: list[tuple[str, Callable[[AtRisk], int]]] = [
        ("At risk", lambda r: r.at_risk),
        ("Decided", lambda r: r.decided),
        ("Still open", lambda r: r.open),
    ]
    for line, (head, pick) in enumerate(lines):
        down = -(54 + 18 * line)
        notes.append(
            note(head, 0, 0, yref="paper", xref="paper", xanchor="right", yanchor="top", xshift=-20, yshift=down)
        )
        notes += [
            note(
                numbers.count(pick(r)),
                r.day,
                0,
                yref="paper",
                yanchor="top",
                yshift=down,
                xanchor="center",
                font={"size": 12, "color": palette.INK},
            )
            for r in rows
            if r.day <= end
        ]
    return notes


def _r(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
