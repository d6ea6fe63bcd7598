"""Progress over time: each indicator thin, the median thick, the planned path dashed, today a line.

Belongs here: this one chart. Not here: progress itself (the estimators ``progress`` and ``trend``).
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from reportmetrics.publish import numbers, palette
from reportmetrics.publish.blocks import Chart, Time
from reportmetrics.publish.charts.base import LINE, Box, Marks, Trace, layout, note, place, segment, text_size
from reportmetrics.publish.text import for_plotly, shortened

EPOCH = dt.date(1970, 1, 1)
_LEFT, _TOP, _BOTTOM = 40, 30, 30
_RIM = 8
"""Days left free at both ends."""
Points = Sequence[tuple[float, float]]
"""(days since 1970-01-01, progress) in order of days."""


@dataclass(frozen=True, slots=True)
class Path:
    """The readings of one indicator."""

    name: str
    points: Points


def paths_chart(paths: Sequence[Path], median: Points, plans: Sequence[Points], today: dt.date) -> Chart:
    """The chart; ``plans`` are straight lines from baseline to target, one for each different pair of dates."""
    screens = _Size(556, 300, 13), _Size(358, 260, 9), _Size(343, 224, 9, 10)
    lines = [  # the same at each size
        *(_dashed(plan) for plan in plans),
        *(_thin(path) for path in paths),
        *([_thick(median)] if len(median) > 1 else []),
    ]
    wide, compact, paper = (_paths(paths, median, plans, today, size) | {"data": lines} for size in screens)
    return Chart(wide, compact, paper, time=Time(EPOCH, 1, _RIM))


@dataclass(frozen=True, slots=True)
class _Size:
    """Pixels of the figure, characters of a name, pixels of the letters."""

    width: int
    height: int
    names: int
    text: int = 12


@dataclass(frozen=True, slots=True)
class _Scale:
    """From days and progress to pixels from the top left corner of the plot, which is ``width`` by ``height``."""

    x0: float
    x1: float
    y0: float
    y1: float
    width: float
    height: float

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Place of a reading."""
        return (x - self.x0) / (self.x1 - self.x0) * self.width, (self.y1 - y) / (self.y1 - self.y0) * self.height


def _paths(
    paths: Sequence[Path], median: Points, plans: Sequence[Points], today: dt.date, size: _Size
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
    right = (24 + 7 * size.names) if room else 14
    scale = _Scale(
        first - _RIM, last + _RIM, low - 0.06, high + 0.06, size.width - _LEFT - right, size.height - _TOP - _BOTTOM
    )
    ends = _ends(paths, median, scale, size, before=len(plans))
    return {
        "layout": layout(
            size.height,
            left=_LEFT,
            right=right,
            top=_TOP,
            bottom=_BOTTOM,
            x={
                "range": [scale.x0, scale.x1],
                "tickvals": [float((d - EPOCH).days) for d in x_ticks],
                "ticktext": [
                    numbers.month_short(d, year=k == 0 or d.year != x_ticks[k - 1].year) for k, d in enumerate(x_ticks)
                ],
            },
            y={
                "range": [scale.y0, scale.y1],
                "tickvals": ticks,
                "ticktext": [f"{t:g}".replace("-", numbers.MINUS) for t in ticks],
                "showgrid": True,
            },
            shapes=[segment(now, scale.y0, now, scale.y1, line={"color": palette.LINE, "width": 1})],
            annotations=[
                _title(size),
                note("today", now, scale.y1, xanchor="right", yanchor="top", xshift=-4, font=_quiet(size)),
                *_at_plan(plans, [*(p.points for p in paths), median], [e.box for e in ends], now, scale, size),
                *(e.note for e in ends),
            ],
        ),
    }


def _quiet(size: _Size) -> dict[str, object]:
    return {"size": size.text, "color": palette.NOTE}


def _title(size: _Size) -> dict[str, object]:
    words, where = "Progress, 0 baseline to 1 target", {"xref": "paper", "yref": "paper"}
    return note(words, 0, 1, xanchor="left", yanchor="bottom", xshift=-34, yshift=8, font=_quiet(size), **where)


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


def _at_plan(
    plans: Sequence[Points], lines: Sequence[Points], taken: Sequence[Box], now: float, scale: _Scale, size: _Size
) -> list[dict[str, object]]:
    """The words beside the planned path, where they touch no line and no name; left out where there is no room."""
    if not plans:
        return []
    (x0, y0), (x1, y1) = plans[0][0], plans[0][-1]
    words = "even path to<br>target, " + numbers.date_short(EPOCH + dt.timedelta(days=x1))
    marks = Marks(m for line in (*plans, *lines, [(now, scale.y0), (now, scale.y1)]) for m in _sampled(line, scale))
    today = Box(scale.at(now, 0)[0] - 44, 0, scale.at(now, 0)[0], LINE)
    inside = Box(2, 2, scale.width - 2, scale.height - 2)
    for share in (0.62, 0.75, 0.5, 0.85, 0.35, 0.2):
        x, y = x0 + (x1 - x0) * share, y0 + (y1 - y0) * share
        wide, tall = text_size(words, size=size.text)
        found = place(
            scale.at(x, y), (wide + 8, tall), inside=inside, boxes=[*taken, today], points=marks, gaps=(4, 9, 16, 24)
        )
        if found:
            dx, dy, _ = found
            align = "right" if dx < 0 else "left"
            return [note(words, x, y, xshift=round(dx), yshift=-round(dy), align=align, font=_quiet(size))]
    return []


def _sampled(line: Points, scale: _Scale) -> list[tuple[float, float]]:
    """Pixels along a line, near enough that no label fits between two."""
    found = []
    for (x0, y0), (x1, y1) in itertools.pairwise(scale.at(x, y) for x, y in line):
        steps = max(1, int(math.hypot(x1 - x0, y1 - y0) / 6))
        found += [(x0 + (x1 - x0) * i / steps, y0 + (y1 - y0) * i / steps) for i in range(steps + 1)]
    return found


@dataclass(frozen=True, slots=True)
class _End:
    """A name at a last reading, and the room it takes."""

    note: dict[str, object]
    box: Box


def _ends(paths: Sequence[Path], median: Points, scale: _Scale, size: _Size, *, before: int) -> list[_End]:
    """Names at the last readings: the median, the highest and the lowest, moved apart so that none touches another.

    Each belongs to a trace, of which ``before`` are drawn first.
    """
    ends = sorted(((p.points[-1], p.name, before + i) for i, p in enumerate(paths) if p.points), key=lambda e: e[0][1])
    wanted = [(*end, False) for end in (ends if len(ends) < 2 else (ends[0], ends[-1]))]
    if median and len(ends) > 1:
        wanted.append((median[-1], "median", before + len(paths), True))
    wanted.sort(key=lambda w: w[0][1])
    least = (LINE + 1) * size.text / 12 * (scale.y1 - scale.y0) / max(scale.height, 1)
    heights: list[float] = []
    for (_, y), *_ in wanted:
        heights.append(max(y, heights[-1] + least) if heights else y)
    # What was pushed up stands centred on what pushed it.
    if len(heights) == 3:
        shift = min(heights[2] - wanted[2][0][1], least)
        heights = [h - shift / 2 for h in heights]
    found = []
    for ((x, y), name, trace, bold), at in zip(wanted, heights, strict=True):
        text = f"{for_plotly(shortened(name, size.names))} {numbers.progress(y)}"
        font = {"size": size.text, "color": palette.INK if bold else palette.NOTE}
        across, down = scale.at(x, at)
        wide, tall = text_size(text, bold=bold, size=size.text)
        box = Box(across + 5, down - tall / 2, across + 14 + wide, down + tall / 2)
        # On a ground of its own: a planned path may run behind it.
        behind = {"bgcolor": palette.PAPER, "borderpad": 0}
        shown = f"<b>{text}</b>" if bold else text
        named = f"end:{trace}"
        found.append(_End(note(shown, x, at, xanchor="left", xshift=9, font=font, name=named, **behind), box))
    return found
