"""Dot charts: a row for each item, a dot for its figure, a pale bar for its interval.

Belongs here: progress of objectives, waits of headquarters or groups. Not here: bars that start at zero (``bars``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reportmetrics.publish import numbers, palette
from reportmetrics.publish.blocks import Chart, Keys
from reportmetrics.publish.charts.base import Trace, ink, layout, nice_ticks, note, segment
from reportmetrics.publish.text import for_plotly, isolated, shortened, two_lines

DOT, BAR = 9, 5
ROOMY = 5
"""Up to so many rows have room for a label above the dot and two lines beside it."""


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """Progress of one objective; bounds are null where unread indicators leave them open."""

    id: str
    name: str
    median: float | None
    lowest: float | None
    lower: float | None
    upper: float | None
    missing: str
    named: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """How the figures of a chart are written at their dots and on the axis; ``short`` where there is little room."""

    label: Callable[[float], str]
    short: Callable[[float], str]
    tick: Callable[[float], str]


DAYS = Reading(
    lambda v: f"{numbers.days(v)} days", numbers.days, lambda t: numbers.count(t) if t == int(t) else f"{t:g}"
)
SHARES = Reading(numbers.percent, numbers.percent, numbers.percent)


@dataclass(frozen=True, slots=True)
class WaitRow:
    """A figure of a group (median, share) with interval, and what stands at its right.

    ``missing`` says why there is no figure.
    """

    name: str
    median: float | None
    lower: float | None
    upper: float | None
    beside: tuple[str, ...]
    missing: str
    thin: bool = False


def progress_chart(rows: Sequence[ProgressRow]) -> Chart:
    """Progress of objectives from baseline to target: median dot, tick at the lowest indicator, bar for the bounds."""
    keys = Keys("objective", [r.id for r in rows])
    return Chart(_progress(rows, names=26, most=6), _progress(rows, names=18, most=4), keys=keys)


def waits_chart(
    rows: Sequence[WaitRow],
    *,
    axis: str = "Median days to decision",
    reading: Reading = DAYS,
    keys: Keys | None = None,
) -> Chart:
    """Medians or shares of several groups on one axis from zero; ``keys`` where a filter knows the groups."""
    return Chart(_waits(rows, axis, reading, names=22), _waits(rows, axis, reading, names=15), keys=keys)


def _progress(rows: Sequence[ProgressRow], *, names: int, most: int) -> dict[str, object]:
    values = [v for r in rows for v in (r.median, r.lowest, r.lower, r.upper) if v is not None]
    low = min([-0.1, *(v - 0.08 for v in values)])
    high = max([1.05, *(v + 0.08 for v in values)])
    count = len(rows)
    data: list[Trace] = []
    for y, row in enumerate(rows):
        if row.median is not None and (row.lower != row.median or row.upper != row.median):
            data.append(_progress_bounds(row, y, low, high))
    data += [_ticks(rows), _medians(rows)]
    notes = [
        note(_at_right(row), 1.0, y, xref="paper", xanchor="right", xshift=44, font=ink())
        for y, row in enumerate(rows)
        if row.median is not None
    ]
    notes += [
        note(for_plotly(row.missing), 0, y, xanchor="left", xshift=6)
        for y, row in enumerate(rows)
        if row.median is None
    ]
    notes += _names_of_marks(rows)
    ticks = [t for t in (-1.0, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0) if low <= t <= high]
    for step in (0.5, 1.0):
        if len(ticks) > most:
            ticks = [t for t in ticks if t % step == 0]
    words = {0.0: "<br>baseline", 1.0: "<br>target"}
    shapes = [segment(t, -0.5, t, count - 0.5, line={"color": palette.MARK, "width": 1}) for t in (0.0, 1.0)]
    shapes += [segment(low, y, high, y, line={"color": palette.GRID, "width": 1}) for y in range(count)]
    left = _left([f"{r.id}  {r.name}" for r in rows], names + 7)
    return {
        "data": data,
        "layout": layout(
            66 + 19 * max(count, 3) + 8,
            left=left,
            right=46,
            top=24,
            bottom=42,
            x={
                "range": [low, high],
                "tickvals": ticks,
                "ticktext": [f"{_tick(t)}{words.get(t, '')}" for t in ticks],
            },
            y={
                "range": [count - 0.4, -0.6],
                "tickvals": list(range(count)),
                "ticktext": [_label(r, names) for r in rows],
                "tickfont": ink(),
            },
            annotations=notes,
            shapes=shapes,
        ),
    }


def _progress_bounds(row: ProgressRow, y: int, low: float, high: float) -> Trace:
    ends = [low if row.lower is None else row.lower, high if row.upper is None else row.upper]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": ends,
        "y": [y, y],
        "line": {"color": palette.faded(palette.NAVY, 0.4), "width": BAR},
        "hoverinfo": "skip",
    }


def _ticks(rows: Sequence[ProgressRow]) -> Trace:
    kept = [(y, r) for y, r in enumerate(rows) if r.lowest is not None]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [r.lowest for _, r in kept],
        "y": [y for y, _ in kept],
        "marker": {
            "symbol": "line-ns-open",
            "size": 12,
            "line": {"width": 2},
            "color": [palette.ORANGE if r.named else palette.NAVY for _, r in kept],
        },
        "hoverinfo": "text",
        "hovertext": [f"{for_plotly(r.id)}: lowest indicator {numbers.progress(r.lowest or 0)}" for _, r in kept],
    }


def _medians(rows: Sequence[ProgressRow]) -> Trace:
    kept = [(y, r) for y, r in enumerate(rows) if r.median is not None]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [r.median for _, r in kept],
        "y": [y for y, _ in kept],
        "marker": {"size": DOT, "color": [palette.ORANGE if r.named else palette.NAVY for _, r in kept], "opacity": 1},
        "hoverinfo": "text",
        "hovertext": [f"{for_plotly(r.id)}: median {numbers.progress(r.median or 0)}" for _, r in kept],
    }


def _names_of_marks(rows: Sequence[ProgressRow]) -> list[dict[str, object]]:
    """'lowest' and 'median' over the first row, spread so that the words do not touch."""
    first = rows[0] if rows else None
    if first is None or first.median is None or first.lowest is None:
        return []
    words = [note("median", first.median, -0.6, xanchor="left", xshift=-6, yanchor="bottom")]
    if first.lowest < first.median:
        words.append(note("lowest", first.lowest, -0.6, xanchor="right", xshift=6, yanchor="bottom"))
    return words


def _at_right(row: ProgressRow) -> str:
    text = numbers.progress(row.median or 0)
    return f"<b>{text}</b>" if row.named else text


def _label(row: ProgressRow, width: int) -> str:
    text = f"{for_plotly(row.id)}  {for_plotly(isolated(shortened(row.name, width)))}"
    return f"<b>{text}</b>" if row.named else text


def _left(labels: Sequence[str], width: int) -> int:
    longest = max((min(len(label), width) for label in labels), default=0)
    return int(16 + 6.4 * longest)


def _tick(value: float) -> str:
    return f"{value:g}".replace("-", numbers.MINUS)


def _waits(rows: Sequence[WaitRow], axis: str, reading: Reading, *, names: int) -> dict[str, object]:
    dense = len(rows) > ROOMY
    ends = [v for r in rows for v in (r.median, r.upper) if v is not None]
    ticks = nice_ticks(max(ends, default=1.0), at_most=5)
    count, high = len(rows), ticks[-1] * 1.02
    notes = [_median_label(row, y, high, reading, dense=dense) for y, row in enumerate(rows)]
    notes += [_beside(row, y, dense=dense) for y, row in enumerate(rows)]
    beside_width = max((len(line) for r in rows for line in (r.beside[-1:] if dense else r.beside)), default=0)
    return {
        "data": [*_wait_bars(rows, high), _wait_dots(rows, reading)],
        "layout": layout(
            20 + (22 if dense else 44) * max(count, 2) + 46,
            left=_left([r.name for r in rows], names + 4 if dense else names),
            right=int(16 + 6 * beside_width),
            top=10,
            bottom=44,
            x={
                "range": [0, high],
                "tickvals": ticks,
                "ticktext": [reading.tick(t) for t in ticks],
                "title": {"text": axis},
            },
            y={
                "range": [count - 0.4, -0.6 if dense else -0.75],
                "tickvals": list(range(count)),
                "ticktext": [
                    for_plotly(shortened(r.name, names + 4)) if dense else two_lines(r.name, names) for r in rows
                ],
                "tickfont": ink(),
            },
            annotations=notes,
            shapes=[segment(0, y, high, y, line={"color": palette.GRID, "width": 1}) for y in range(count)],
        ),
    }


def _wait_bars(rows: Sequence[WaitRow], high: float) -> list[Trace]:
    """An interval without upper end runs to the edge."""
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [row.lower, high if row.upper is None else row.upper],
            "y": [y, y],
            "line": {"color": palette.faded(palette.PURPLE, 0.4), "width": 3 if row.thin else BAR},
            "hoverinfo": "skip",
        }
        for y, row in enumerate(rows)
        if row.median is not None and row.lower is not None
    ]


def _wait_dots(rows: Sequence[WaitRow], reading: Reading) -> Trace:
    kept = [(y, r) for y, r in enumerate(rows) if r.median is not None]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [r.median for _, r in kept],
        "y": [y for y, _ in kept],
        "cliponaxis": False,
        "marker": {"size": 8, "color": palette.PURPLE, "opacity": 1},
        "hoverinfo": "text",
        "hovertext": [f"{for_plotly(r.name)}: {reading.label(r.median or 0)}" for _, r in kept],
    }


def _median_label(row: WaitRow, y: int, high: float, reading: Reading, *, dense: bool) -> dict[str, object]:
    """Above the dot where rows have room for it, else short and beside the bar, on the side with more room."""
    if row.median is None:
        return note(for_plotly(row.missing), 0, y, xanchor="left", xshift=6)
    text = f"<b>{(reading.short if dense else reading.label)(row.median)}</b>"
    if dense:
        start = row.lower if row.lower is not None else row.median
        end = row.upper if row.upper is not None else high if row.lower is not None else row.median
        after = high - end >= start
        at = end if after else start
        return note(text, at, y, xanchor="left" if after else "right", xshift=7 if after else -7, font=ink())
    early = row.median < high * 0.2
    anchor = {"xanchor": "left", "xshift": -6} if early else {"xanchor": "center"}
    return note(text, row.median, y, yanchor="bottom", yshift=5, font=ink(), **anchor)


def _beside(row: WaitRow, y: int, *, dense: bool) -> dict[str, object]:
    """Interval and number of open requests; where rows are dense the interval is only drawn and in the table."""
    lines = row.beside[-1:] if dense else row.beside
    text = "<br>".join(for_plotly(line) for line in lines)
    return note(text, 1.0, y, xref="paper", xanchor="left", xshift=10, align="left")
