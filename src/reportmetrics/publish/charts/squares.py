"""Coverage: a square for each indicator, filled when its reading is fresh, pale when stale, open when never read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reportmetrics.publish import palette
from reportmetrics.publish.blocks import Chart, Keys
from reportmetrics.publish.charts.base import ink, layout, note
from reportmetrics.publish.text import for_plotly

STATES = ("fresh", "stale", "never read")
MOST = 14
"""Squares in a row; what is more is said in words."""


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """Indicators of one objective: how many are in which state."""

    id: str
    fresh: int
    stale: int
    unread: int
    named: bool = False

    @property
    def total(self) -> int:
        """All indicators."""
        return self.fresh + self.stale + self.unread


def squares_chart(rows: Sequence[CoverageRow]) -> Chart:
    """A row of squares for each objective."""
    figure = _squares(rows)
    return Chart(figure, figure, keys=Keys("objective", [r.id for r in rows]))


def _squares(rows: Sequence[CoverageRow]) -> dict[str, object]:
    widest = min(MOST, max((r.total for r in rows), default=1))
    fillings = {
        "fresh": palette.NAVY,
        "stale": palette.faded(palette.NAVY, 0.4),
        "never read": palette.CLEAR,
    }
    data = []
    for state in STATES:
        places = [(x, y) for y, row in enumerate(rows) for x, s in enumerate(_states(row)[:MOST]) if s == state]
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [x for x, _ in places],
                "y": [y for _, y in places],
                "marker": {
                    "symbol": "square",
                    "size": 11,
                    "opacity": 1,
                    "color": fillings[state],
                    "line": {"width": 1.2, "color": palette.NAVY if state == "fresh" else palette.MARK},
                },
                "hoverinfo": "text",
                "hovertext": [f"{for_plotly(rows[y].id)}: {state}" for _, y in places],
            }
        )
    notes = [
        note(
            _beside(row),
            1.0,
            y,
            xref="paper",
            xanchor="left",
            xshift=4,
            font=ink() if row.named else {"size": 12, "color": palette.NOTE},
        )
        for y, row in enumerate(rows)
    ]
    return {
        "data": data,
        "layout": layout(
            20 + 19 * max(len(rows), 3),
            left=int(16 + 6.6 * max((len(r.id) for r in rows), default=0)),
            right=96,
            top=6,
            bottom=8,
            x={"range": [-0.7, max(widest, 8) - 0.3], "visible": False},
            y={
                "range": [len(rows) - 0.4, -0.6],
                "tickvals": list(range(len(rows))),
                "ticktext": [f"<b>{for_plotly(r.id)}</b>" if r.named else for_plotly(r.id) for r in rows],
                "tickfont": ink(),
            },
            annotations=notes,
        ),
    }


def _states(row: CoverageRow) -> list[str]:
    return ["fresh"] * row.fresh + ["stale"] * row.stale + ["never read"] * row.unread


def _beside(row: CoverageRow) -> str:
    text = f"{row.fresh} of {row.total}"
    return f"<b>{text}</b>" if row.named else text
