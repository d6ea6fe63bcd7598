"""Horizontal bars from zero, each with its number at its end.

Belongs here: counts by category. Not here: figures with intervals (``dots``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reportmetrics.publish import palette
from reportmetrics.publish.blocks import Chart
from reportmetrics.publish.charts.base import ink, layout, note
from reportmetrics.publish.text import for_plotly, isolated, shortened


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar; ``text`` is the number as written. ``named``: the heading of the chart names it."""

    label: str
    value: float
    text: str
    named: bool = False


def bars_chart(bars: Sequence[Bar], *, colour: str, named_colour: str, row: int, names: int = 30) -> Chart:
    """Bars of ``row`` pixels each. Those that the heading names are filled, the others paler."""
    return Chart(
        _bars(bars, colour, named_colour, row, names),
        _bars(bars, colour, named_colour, row, names),
    )


def _bars(bars: Sequence[Bar], colour: str, named_colour: str, row: int, names: int) -> dict[str, object]:
    top = max((b.value for b in bars), default=0.0) or 1.0
    count = len(bars)
    left = int(14 + 6.4 * max((min(len(b.label), names) for b in bars), default=0))
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "x": [b.value for b in bars],
                "y": list(range(count)),
                "width": 0.62,
                "marker": {"color": [named_colour if b.named else colour for b in bars], "line": {"width": 0}},
                "hoverinfo": "text",
                "hovertext": [f"{for_plotly(b.label)}: {for_plotly(b.text)}" for b in bars],
            }
        ],
        "layout": layout(
            20 + row * max(count, 2),
            left=left,
            right=58,
            top=8,
            bottom=12,
            x={"range": [0, top], "visible": False},
            y={
                "range": [count - 0.5, -0.5],
                "tickvals": list(range(count)),
                "ticktext": [_label(b, names) for b in bars],
                "tickfont": ink(),
                "showline": True,
            },
            annotations=[
                note(
                    f"<b>{for_plotly(b.text)}</b>" if b.named else for_plotly(b.text),
                    b.value,
                    y,
                    xanchor="left",
                    xshift=6,
                    font=ink(),
                )
                for y, b in enumerate(bars)
            ],
        ),
    }


def _label(bar: Bar, names: int) -> str:
    label = bar.label[:1].upper() + bar.label[1:]
    text = for_plotly(isolated(shortened(label, names)))
    return f"<b>{text}</b>" if bar.named else text


def paler(colour: str) -> str:
    """The filling of bars that the heading does not name."""
    return palette.faded(colour, 0.55)
