"""Colours and the Plotly template: what all charts share.

Belongs here: colours for light ground, their counterparts on dark ground, fonts, axes, Plotly's configuration.
Not here: what a chart shows (``charts``); the colours of text and frame, which are in ``dashboards/theme``.

Figures carry the colours of light ground; the page's script exchanges each for its dark counterpart by ``DARK``, so
every colour in a figure must be one of this file.
"""

from __future__ import annotations

from typing import Any

NAVY, TEAL, PURPLE, ORANGE = "#12436D", "#28A197", "#801650", "#F46A25"
INK, NOTE, MARK, LINE, GRID, PAPER = "#1F2933", "#52606D", "#8A94A0", "#CBD2D9", "#EEF1F4", "#FFFFFF"
CLEAR = "rgba(0,0,0,0)"

LEVEL_COLOUR = {"outcome": NAVY, "impact": NAVY, "activity": TEAL, "output": TEAL, "input": MARK}
"""Colour means level; everything that is neither is a process figure and purple."""

_DARK_BASE = {
    NAVY: "#7FB2E5",
    TEAL: "#4CC7BC",
    PURPLE: "#E08BB8",
    ORANGE: "#FF9A62",
    INK: "#E6EAEE",
    NOTE: "#A9B4BF",
    MARK: "#7C8894",
    LINE: "#3D4751",
    GRID: "#2A323A",
    PAPER: "#14181D",
}
_STRENGTHS = (0.13, 0.4, 0.55)


def faded(colour: str, strength: float) -> str:
    """``colour`` at ``strength``, one of the three that the palette knows: band, bar behind a dot, filled bar."""
    if strength not in _STRENGTHS:
        raise ValueError(f"strength {strength} is not one of {_STRENGTHS}; dark ground knows only these")
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{strength:g})"


DARK: dict[str, str] = _DARK_BASE | {
    faded(light, s): faded(dark, s) for light, dark in _DARK_BASE.items() for s in _STRENGTHS
}
"""Colour on light ground -> colour on dark ground."""

FONT = "Segoe UI, Liberation Sans, Arial, sans-serif"

CONFIG: dict[str, Any] = {
    "showSendToCloud": False,  # Plotly 7 has a button that uploads the chart, on by default
    "plotlyServerURL": "",
    "displaylogo": False,
    "displayModeBar": False,
    "scrollZoom": False,
    "doubleClick": False,
    "showTips": False,
}


def level_colour(level: str) -> str:
    """Colour of a result-chain level."""
    return LEVEL_COLOUR.get(level, PURPLE)


def template() -> dict[str, Any]:
    """Plotly template: no title, no legend, fixed ranges, quiet axes; sent once a page and put into each figure."""
    axis = {
        "showgrid": False,
        "zeroline": False,
        "showline": False,
        "fixedrange": True,
        "ticks": "",
        "tickfont": {"size": 12, "color": NOTE},
        "title": {"font": {"size": 12, "color": NOTE}, "standoff": 6},
        "automargin": False,
        "tickangle": 0,
        "linecolor": MARK,
        "tickcolor": MARK,
        "gridcolor": GRID,
    }
    return {
        "layout": {
            "font": {"family": FONT, "size": 12, "color": INK},
            "paper_bgcolor": CLEAR,
            "plot_bgcolor": CLEAR,
            "showlegend": False,
            "dragmode": False,
            "hovermode": "closest",
            "hoverlabel": {"bgcolor": PAPER, "bordercolor": MARK, "font": {"size": 12, "color": INK}},
            "xaxis": axis | {"showline": True, "ticks": "outside", "ticklen": 4},
            "yaxis": axis | {"ticks": "outside", "ticklen": 6, "tickcolor": CLEAR},
            "annotationdefaults": {"showarrow": False, "font": {"size": 12, "color": NOTE}},
            "colorway": [NAVY, TEAL, PURPLE, ORANGE],
        }
    }
