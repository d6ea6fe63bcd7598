"""Lines by week, with a band where there are bounds and a gap where a week is missing.

Belongs here: hours of reporting and of contact. Not here: progress of indicators (readings, not weeks).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from reportmetrics.publish import numbers, palette
from reportmetrics.publish.blocks import Chart, Time
from reportmetrics.publish.charts.base import Trace, layout, nice_ticks, note
from reportmetrics.publish.text import for_plotly

SPARSE_TICKS = 4


@dataclass(frozen=True, slots=True)
class WeekLine:
    """A line; ``values`` has None where nothing was reported. ``label`` stands at its end."""

    label: str
    values: Sequence[float | None]
    lower: Sequence[float | None]
    upper: Sequence[float | None]
    colour: str


def weeks_chart(weeks: Sequence[dt.date], lines: Sequence[WeekLine], *, y_title: str, write: numbers.Format) -> Chart:
    """Lines over ``weeks`` (Mondays in order, none left out) from zero."""
    wide, compact = (_weeks(weeks, lines, y_title, write, height) for height in (300, 240))
    return Chart(wide, compact, time=Time(weeks[0], 7, 0.5) if weeks else None)


def _weeks(
    weeks: Sequence[dt.date], lines: Sequence[WeekLine], y_title: str, write: numbers.Format, height: int
) -> dict[str, object]:
    top = max((v for line in lines for v in (*line.values, *line.upper) if v is not None), default=1.0)
    ticks = nice_ticks(top, at_most=5)
    months = [(i, w) for i, w in enumerate(weeks) if i == 0 or w.month != weeks[i - 1].month]
    months = [m for k, m in enumerate(months) if k == 0 or m[0] - months[k - 1][0] >= 2]
    if len(months) > 1 and months[1][0] < 3:
        months = months[1:]
    step = 2 if len(months) > SPARSE_TICKS + 3 else 1
    data: list[Trace] = []
    notes = [
        note(
            for_plotly(y_title),
            0,
            1,
            xref="paper",
            yref="paper",
            xanchor="left",
            yanchor="bottom",
            xshift=-34,
            yshift=8,
        )
    ]
    for line in lines:
        data += [*_bands(line), _line(line, weeks, write)]
        drawn = f"end:{len(data) - 1}"
        known = [(i, v) for i, v in enumerate(line.values) if v is not None]
        if known:
            last, value = known[-1]
            data.append(_end(line, last) | {"meta": drawn})
            text = "<br>".join(f"<b>{for_plotly(t)}</b>" for t in line.label.split("\n"))
            notes.append(
                note(
                    text,
                    len(weeks) - 1,
                    value,
                    xanchor="left",
                    xshift=9,
                    align="left",
                    name=drawn,
                    font={"size": 12, "color": palette.PURPLE if line.colour == palette.PURPLE else palette.INK},
                )
            )
    label_width = max((len(t) for line in lines for t in line.label.split("\n")), default=0)
    return {
        "data": data,
        "layout": layout(
            height,
            left=40,
            right=int(16 + 6.8 * label_width),
            top=30,
            bottom=30,
            x={
                "range": [-0.5, len(weeks) - 0.5],
                "tickvals": [i for i, _ in months[::step]],
                "ticktext": [numbers.month_short(w) for _, w in months[::step]],
            },
            y={
                "range": [0, max(ticks[-1], top * 1.02)],
                "tickvals": ticks,
                "ticktext": [numbers.count(t) if t == int(t) else f"{t:g}" for t in ticks],
                "showgrid": True,
            },
            annotations=notes,
        ),
    }


def _bands(line: WeekLine) -> list[Trace]:
    """One filled area for each unbroken stretch that has bounds: a band never crosses a gap."""
    stretches: list[list[int]] = [[]]
    for i, (low, high) in enumerate(zip(line.lower, line.upper, strict=True)):
        if low is None or high is None:
            stretches.append([])
        else:
            stretches[-1].append(i)
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [*run, *reversed(run)],
            "y": [*(line.lower[i] for i in run), *(line.upper[i] for i in reversed(run))],
            "fill": "toself",
            "fillcolor": palette.faded(line.colour, 0.13),
            "line": {"width": 0, "color": palette.CLEAR},
            "hoverinfo": "skip",
        }
        for run in stretches
        if len(run) > 1
    ]


def _line(line: WeekLine, weeks: Sequence[dt.date], write: numbers.Format) -> Trace:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": list(range(len(weeks))),
        "y": list(line.values),
        "connectgaps": False,
        "line": {"color": line.colour, "width": 2},
        "hoverinfo": "text",
        "hovertext": [
            f"Week of {numbers.date_short(w)}: {numbers.or_missing(v, write, 'not reported')}"
            for w, v in zip(weeks, line.values, strict=True)
        ],
    }


def _end(line: WeekLine, last: int) -> Trace:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [last],
        "y": [line.values[last]],
        "marker": {"size": 6, "color": line.colour, "opacity": 1},
        "hoverinfo": "skip",
    }
