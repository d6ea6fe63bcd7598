"""Shares on one axis from 0 to 100 %: a row each, a dot, a pale bar for its interval, its number beside it.

Belongs here: shares. Not here: days (``dots``), bars from zero (``bars``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reportmetrics.publish import numbers, palette
from reportmetrics.publish.blocks import Chart, Keys
from reportmetrics.publish.charts.base import CHARACTER, Trace, ink, layout, note, segment
from reportmetrics.publish.text import folded, for_plotly, two_lines

DOT, BAR = 9, 5


@dataclass(frozen=True, slots=True)
class ShareRow:
    """A share of 0..1 with its interval; ``text`` is what stands beside it, also where there is no share."""

    name: str
    share: float | None
    lower: float | None
    upper: float | None
    text: str


def shares_chart(rows: Sequence[ShareRow], *, colour: str, keys: Keys | None = None) -> Chart:
    """One row for each share, of 26 pixels, or 36 where a name takes two lines; ``keys`` where a filter knows them."""
    return Chart(_shares(rows, colour, 24), _shares(rows, colour, 22), keys=keys)


def _shares(rows: Sequence[ShareRow], colour: str, names: int) -> dict[str, object]:
    count = len(rows)
    labels = [two_lines(r.name, names) for r in rows]
    longest = max((len(line) for r in rows for line in folded(r.name, names)), default=0)
    row = 36 if any("<br>" in label for label in labels) else 26
    beside = max((len(r.text) for r in rows if (r.upper or r.share or 0) > 0.5), default=0)
    return {
        "data": [*_bars(rows, colour), _dots(rows, colour)],
        "layout": layout(
            20 + row * max(count, 3) + 34,
            left=int(14 + 6.4 * longest),
            right=int(14 + CHARACTER * beside * 0.9),
            top=10,
            bottom=34,
            x={
                "range": [-0.02, 1.02],
                "tickvals": [0, 0.5, 1],
                "ticktext": [numbers.percent(v) for v in (0, 0.5, 1)],
            },
            y={
                "range": [max(count, 3) - 0.4, -0.6],
                "tickvals": list(range(count)),
                "ticktext": labels,
                "tickfont": ink(),
            },
            shapes=[segment(0, y, 1, y, line={"color": palette.GRID, "width": 1}) for y in range(count)],
            annotations=[_beside(r, y) for y, r in enumerate(rows)],
        ),
    }


def _bars(rows: Sequence[ShareRow], colour: str) -> list[Trace]:
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [r.lower, r.upper],
            "y": [y, y],
            "line": {"color": palette.faded(colour, 0.4), "width": BAR},
            "hoverinfo": "skip",
        }
        for y, r in enumerate(rows)
        if r.share is not None and r.lower is not None and r.upper is not None
    ]


def _dots(rows: Sequence[ShareRow], colour: str) -> Trace:
    kept = [(y, r) for y, r in enumerate(rows) if r.share is not None]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [r.share for _, r in kept],
        "y": [y for y, _ in kept],
        "cliponaxis": False,
        "marker": {"size": DOT, "color": colour, "opacity": 1},
        "hoverinfo": "text",
        "hovertext": [f"{for_plotly(r.name)}: {for_plotly(r.text)}" for _, r in kept],
    }


def _beside(row: ShareRow, y: int) -> dict[str, object]:
    if row.share is None:
        return note(for_plotly(row.text), 0, y, xanchor="left", xshift=8)
    end = row.upper if row.upper is not None else row.share
    return note(for_plotly(row.text), max(end, row.share), y, xanchor="left", xshift=9, font=ink())
