"""Progress over time: each indicator thin, the median thick, the planned path dashed, today a line.

Belongs here: this one chart. Not here: progress itself (the estimators ``progress`` and ``trend``).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

from reportmetrics.publish import numbers, palette
from reportmetrics.publish.blocks import Chart
from reportmetrics.publish.charts.base import Trace, layout, note, segment
from reportmetrics.publish.text import for_plotly, shortened

EPOCH = dt.date(1970, 1, 1)
Points = Sequence[tuple[float, float]]
"""(days since 1970-01-01, progress) in order of days."""


@dataclass(frozen=True, slots=True)
class Path:
    """The readings of one indicator."""

    name: str
    points: Points


def paths_chart(paths: Sequence[Path], median: Points, plans: Sequence[Points], today: dt.date) -> Chart:
    """The chart; ``plans`` are straight lines from baseline to target, one for each different pair of dates."""
    return Chart(_paths(paths, median, plans, today, 300, 13), _paths(paths, median, plans, today, 260, 9))


def _paths(
    paths: Sequence[Path], median: Points, plans: Sequence[Points], today: dt.date, height: int, names: int
) -> dict[str, object]:
    now = float((today - EPOCH).days)
    everything = [p for one in (*(p.points for p in paths), median, *plans) for p in one]
    days = [x for x, _ in everything] + [now]
    values = [y for _, y in everything]
    first, last = min(days), max(days)
    low, high = min([0.0, *values]), max([1.0, *values])
    ticks = _ticks(low, high)
    x_ticks = _dates(first, last)
    room = last - now < 0.22 * (last - first)
    return {
        "data": [
            *(_dashed(plan) for plan in plans),
            *(_thin(path) for path in paths),
            *([_thick(median)] if len(median) > 1 else []),
        ],
        "layout": layout(
            height,
            left=40,
            right=(24 + 7 * names) if room else 14,
            top=30,
            bottom=30,
            x={
                "range": [first - 8, last + 8],
                "tickvals": [float((d - EPOCH).days) for d in x_ticks],
                "ticktext": [
                    numbers.month_short(d, year=k == 0 or d.year != x_ticks[k - 1].year) for k, d in enumerate(x_ticks)
                ],
            },
            y={
                "range": [low - 0.06, high + 0.06],
                "tickvals": ticks,
                "ticktext": [f"{t:g}".replace("-", numbers.MINUS) for t in ticks],
                "showgrid": True,
            },
            shapes=[segment(now, low - 0.06, now, high + 0.06, line={"color": palette.LINE, "width": 1})],
            annotations=[
                _title(),
                note("today", now, high + 0.06, xanchor="right", yanchor="top", xshift=-4),
                *_at_plan(plans),
                *_ends(paths, median, high - low, height, names),
            ],
        ),
    }


def _title() -> dict[str, object]:
    words = "Progress, 0 baseline to 1 target"
    return note(words, 0, 1, xref="paper", yref="paper", xanchor="left", yanchor="bottom", xshift=-34, yshift=8)


def _ticks(low: float, high: float) -> list[float]:
    spread = high - low
    step = 0.25 if spread <= 1.3 else 0.5 if spread <= 2.6 else 1.0 if spread <= 6 else max(2.0, round(spread / 5))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(k * step, 10) for k in range(first, last + 1)]


def _dates(first: float, last: float) -> list[dt.date]:
    """First days of months, half-years or years, at most seven."""
    start, end = EPOCH + dt.timedelta(days=first), EPOCH + dt.timedelta(days=last)
    months = (end.year - start.year) * 12 + end.month - start.month
    step = next((s for s in (1, 3, 6, 12, 24, 60) if months / s <= 6), 120)
    index = -(-(start.year * 12 + start.month - 1 + (start.day > 1)) // step) * step
    found = []
    while (day := dt.date(index // 12, index % 12 + 1, 1)) <= end:
        found.append(day)
        index += step
    return found


def _thin(path: Path) -> Trace:
    return {
        "type": "scatter",
        "mode": "lines+markers" if len(path.points) < 20 else "lines",
        "x": [x for x, _ in path.points],
        "y": [y for _, y in path.points],
        "line": {"color": palette.MARK, "width": 1},
        "marker": {"size": 4, "color": palette.MARK, "opacity": 1},
        "hoverinfo": "text",
        "hovertext": [f"{for_plotly(path.name)}, {_day(x)}: {numbers.progress(y)}" for x, y in path.points],
    }


def _thick(median: Points) -> Trace:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": [x for x, _ in median],
        "y": [y for _, y in median],
        "line": {"color": palette.NAVY, "width": 3},
        "marker": {"size": [0] * (len(median) - 1) + [9], "color": palette.NAVY, "opacity": 1},
        "hoverinfo": "text",
        "hovertext": [f"median, {_day(x)}: {numbers.progress(y)}" for x, y in median],
    }


def _dashed(plan: Points) -> Trace:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [x for x, _ in plan],
        "y": [y for _, y in plan],
        "line": {"color": palette.MARK, "width": 1.2, "dash": "dash"},
        "hoverinfo": "skip",
    }


def _day(x: float) -> str:
    return numbers.date_short(EPOCH + dt.timedelta(days=x))


def _at_plan(plans: Sequence[Points]) -> list[dict[str, object]]:
    """The words beside the planned path, at its middle above the line."""
    if not plans:
        return []
    (x0, y0), (x1, y1) = plans[0][0], plans[0][-1]
    words = "even path to<br>target, " + numbers.date_short(EPOCH + dt.timedelta(days=x1))
    x = x0 + (x1 - x0) * 0.62
    y = y0 + (y1 - y0) * 0.62
    return [note(words, x, y, xanchor="right", yanchor="bottom", xshift=-6, yshift=2, align="right")]


def _ends(paths: Sequence[Path], median: Points, spread: float, height: int, names: int) -> list[dict[str, object]]:
    """Names at the last readings: the median, the highest and the lowest, moved apart so that none touches another."""
    ends = sorted(((p.points[-1], p.name) for p in paths if p.points), key=lambda e: e[0][1])
    wanted: list[tuple[tuple[float, float], str, bool]] = []
    if ends:
        wanted.append((ends[0][0], ends[0][1], False))
    if len(ends) > 1:
        wanted.append((ends[-1][0], ends[-1][1], False))
    if median and len(ends) > 1:
        wanted.append((median[-1], "median", True))
    wanted.sort(key=lambda w: w[0][1])
    least = 15.0 * (spread + 0.12) / max(height - 60, 1)
    heights: list[float] = []
    for (_, y), _, _ in wanted:
        heights.append(max(y, heights[-1] + least) if heights else y)
    # What was pushed up stands centred on what pushed it.
    if len(heights) == 3:
        shift = min(heights[2] - wanted[2][0][1], least)
        heights = [h - shift / 2 for h in heights]
    found = []
    for ((x, y), name, bold), at in zip(wanted, heights, strict=True):
        text = f"{for_plotly(shortened(name, names))} {numbers.progress(y)}"
        font = {"size": 12, "color": palette.INK if bold else palette.NOTE}
        found.append(note(f"<b>{text}</b>" if bold else text, x, at, xanchor="left", xshift=9, font=font))
    return found
