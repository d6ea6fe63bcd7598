"""The XmR chart: a flow by week or month, limits of routine variation, points that a rule points at ringed.

Belongs here: this one chart. Not here: limits and rules (the estimator ``xmr``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from reportmetrics.publish import numbers, palette
from reportmetrics.publish.blocks import Chart, Time
from reportmetrics.publish.charts.base import Trace, layout, nice_ticks, note, segment

_RIGHT = 84
WEEK = 7


@dataclass(frozen=True, slots=True)
class Period:
    """A week or a month: its value (None: not reported), its limits, and how many rules point at it."""

    start: dt.date
    value: float | None
    lower: float | None = None
    upper: float | None = None
    rules: int = 0


def signals_chart(periods: Sequence[Period], mean: float | None, *, y_title: str) -> Chart:
    """The chart from zero; a period not reported is a gap, named where there are at most two gaps."""
    weekly = len(periods) > 1 and (periods[1].start - periods[0].start).days == WEEK
    wide, compact = (_signals(periods, mean, y_title, height) for height in (300, 250))
    return Chart(wide, compact, time=Time(periods[0].start, WEEK, 0.6) if weekly else None)


def _signals(periods: Sequence[Period], mean: float | None, y_title: str, height: int) -> dict[str, object]:
    top = max((v for p in periods for v in (p.value, p.upper) if v is not None), default=1.0)
    ticks = nice_ticks(top, at_most=5)
    months = [i for i, p in enumerate(periods) if i == 0 or p.start.month != periods[i - 1].start.month]
    step = max(1, -(-len(months) // 5))
    shown = [i for i in months[::step] if i <= len(periods) - 2 or len(periods) < 4]
    return {
        "data": [_line(periods), _rings(periods)],
        "layout": layout(
            height,
            left=36,
            right=_RIGHT,
            top=30,
            bottom=30,
            x={
                "range": [-0.6, len(periods) - 0.4],
                "tickvals": shown,
                "ticktext": [_month(periods, i, k) for k, i in enumerate(shown)],
            },
            y={
                "range": [0, max(ticks[-1], top * 1.04)],
                "tickvals": ticks,
                "ticktext": [numbers.count(t) if t == int(t) else f"{t:g}" for t in ticks],
            },
            shapes=_limits(periods, mean),
            annotations=[_title(y_title), *_names(periods, mean), *_gaps(periods)],
        ),
    }


def _month(periods: Sequence[Period], index: int, k: int) -> str:
    day = periods[index].start
    january = k > 0 and day.month <= 2 and day.year != periods[0].start.year
    return numbers.month_short(day, year=k == 0 or january)


def _title(text: str) -> dict[str, object]:
    return note(text, 0, 1, xref="paper", yref="paper", xanchor="left", yanchor="bottom", xshift=-30, yshift=8)


def _line(periods: Sequence[Period]) -> Trace:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": list(range(len(periods))),
        "y": [p.value for p in periods],
        "connectgaps": False,
        "line": {"color": palette.TEAL, "width": 1.5},
        "marker": {"size": 5, "color": palette.TEAL, "opacity": 1},
        "hoverinfo": "text",
        "hovertext": [
            f"{numbers.date_short(p.start)}: {numbers.or_missing(p.value, numbers.hours, 'not reported')}"
            + (" – a rule points at it" if p.rules else "")
            for p in periods
        ],
    }


def _rings(periods: Sequence[Period]) -> Trace:
    kept = [(i, p) for i, p in enumerate(periods) if p.rules and p.value is not None]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [i for i, _ in kept],
        "y": [p.value for _, p in kept],
        "marker": {
            "symbol": "circle-open",
            "size": 12,
            "opacity": 1,
            "color": palette.INK,
            "line": {"width": 1.5, "color": palette.INK},
        },
        "hoverinfo": "skip",
    }


def _limits(periods: Sequence[Period], mean: float | None) -> list[dict[str, object]]:
    """A grey area for each stretch of the same limits, and the line of the mean over the last of them."""
    found: list[dict[str, object]] = []
    start = 0
    for i in range(1, len(periods) + 1):
        if i < len(periods) and (periods[i].lower, periods[i].upper) == (periods[start].lower, periods[start].upper):
            continue
        lower, upper = periods[start].lower, periods[start].upper
        if lower is not None and upper is not None:
            found.append(
                {
                    "type": "rect",
                    "x0": start - 0.5,
                    "x1": i - 0.5,
                    "y0": lower,
                    "y1": upper,
                    "fillcolor": palette.GRID,
                    "line": {"width": 0},
                    "layer": "below",
                }
            )
            if i == len(periods) and mean is not None:
                found.append(segment(start - 0.5, mean, i - 0.5, mean, line={"color": palette.MARK, "width": 1}))
        start = i
    return found


def _names(periods: Sequence[Period], mean: float | None) -> list[dict[str, object]]:
    """Upper limit, mean and lower limit at the right; where they are near each other only the mean is named."""
    last = periods[-1] if periods else None
    if last is None or mean is None or last.upper is None or last.lower is None:
        return []
    end = len(periods) - 0.5
    ink = {"size": 12, "color": palette.INK}
    named = [note(f"<b>mean {numbers.hours(mean)}</b>", end, mean, xanchor="left", xshift=6, font=ink, name="edge")]
    top = max(v for p in periods for v in (p.value, p.upper) if v is not None)
    if last.upper - mean > 0.09 * top:
        named.append(note(f"upper {numbers.hours(last.upper)}", end, last.upper, xanchor="left", xshift=6, name="edge"))
    if mean - last.lower > 0.09 * top:
        named.append(note(f"lower {numbers.hours(last.lower)}", end, last.lower, xanchor="left", xshift=6, name="edge"))
    return named


def _gaps(periods: Sequence[Period]) -> list[dict[str, object]]:
    first = next((i for i, p in enumerate(periods) if p.value is not None), 0)
    gaps = [i for i, p in enumerate(periods) if p.value is None and i > first]
    if not 0 < len(gaps) <= 2:
        return []
    return [
        note("not reported", i, 0, yanchor="bottom", yshift=2, xanchor="right" if i > len(periods) / 2 else "left")
        for i in gaps[-1:]
    ]
