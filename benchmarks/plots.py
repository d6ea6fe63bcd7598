"""Plots of the validation report as SVG written by hand: a row for each claim, or lines.

Belongs here: drawing. Not here: what is drawn (``*_claims``), the report's text (``validate``).
"""

from __future__ import annotations

import html
import textwrap
from collections.abc import Sequence

from benchmarks.claims import Claim, Curves
from reportmetrics.metrics.estimators.share import wilson

WIDTH, LEFT, RIGHT, ROW, TEXT = 860, 24, 90, 17, 12
INK, NOTE, GRID, BAND, DOT, LOST = "#1F2933", "#52606D", "#E3E7EB", "#BFD0E0", "#12436D", "#B23A00"
LINES = ((DOT, ""), ("#52606D", "6 4"), ("#F46A25", "2 3"))


def claims_plot(claims: Sequence[Claim]) -> str:
    """A row for each claim: its words, where the share should lie (bar), where it lay (dot, with a 95 % interval)."""
    parts, y = [], 8
    for claim in claims:
        for line in textwrap.wrap(claim.claim, 118):
            y += ROW
            parts.append(_text(LEFT, y, line, INK))
        y += ROW
        parts += _row(claim, y - 4)
        y += 6
    return _svg(y + 30, [*_axis(y + 2), *parts])


def _x(share: float) -> float:
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _row(claim: Claim, y: float) -> list[str]:
    low, high = claim.wanted
    colour = DOT if claim.kept else LOST
    bounds = wilson(claim.share, float(claim.draws), 1.96)
    said = f"{claim.share:.1%}" + ("" if claim.kept else ", not kept")
    return [
        f'<rect x="{_x(low):.1f}" y="{y - 5}" width="{max(2.0, _x(high) - _x(low)):.1f}" height="10" fill="{BAND}"/>',
        f'<line x1="{_x(bounds[0]):.1f}" x2="{_x(bounds[1]):.1f}" y1="{y}" y2="{y}" stroke="{colour}"/>',
        f'<circle cx="{_x(claim.share):.1f}" cy="{y}" r="4" fill="{colour}"/>',
        _text(_x(1.0) + 10, y + 4, said, INK),
    ]


def _axis(bottom: float) -> list[str]:
    found = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        x = _x(share)
        found.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="8" y2="{bottom}" stroke="{GRID}"/>')
        found.append(_text(x, bottom + 16, f"{share:.0%}", NOTE, "middle"))
    return found


def curves_plot(curves: Curves) -> str:
    """Lines from 0, each named at its end."""
    height, left, top, bottom, right = 320, 64, 20, 50, 210
    across, up = curves.ends

    def at(x: float, y: float) -> tuple[float, float]:
        return left + x / across * (WIDTH - left - right), height - bottom - y / up * (height - top - bottom)

    parts = []
    for k in range(6):
        x, y = at(across * k / 5, up * k / 5)
        parts.append(f'<line x1="{left}" x2="{WIDTH - right}" y1="{y:.1f}" y2="{y:.1f}" stroke="{GRID}"/>')
        parts.append(_text(left - 8, y + 4, f"{up * k / 5:g}", NOTE, "end"))
        parts.append(_text(x, height - bottom + 18, f"{across * k / 5:g}", NOTE, "middle"))
    ends = []
    for (name, (xs, ys)), (colour, dash) in zip(curves.lines.items(), LINES, strict=False):
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(*p) for p in zip(xs, ys, strict=True) if p[1] <= up))
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"{dashed}/>')
        ends.append((at(xs[-1], min(ys[-1], up))[1], name, colour))
    placed = -20.0
    for y, name, colour in sorted(ends):
        placed = max(y, placed + 15)
        parts.append(_text(WIDTH - right + 8, placed + 4, name, colour))
    parts.append(_text((left + WIDTH - right) / 2, height - 10, curves.axes[0], NOTE, "middle"))
    parts.append(_text(left, 12, curves.axes[1], NOTE))
    return _svg(height, parts)


def _text(x: float, y: float, text: str, colour: str, anchor: str = "start") -> str:
    words = html.escape(text)
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{TEXT}" fill="{colour}" text-anchor="{anchor}">{words}</text>'


def _svg(height: float, parts: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" '
        f'height="{height:.0f}" font-family="Liberation Sans, Arial, sans-serif">'
    )
    ground = f'<rect width="{WIDTH}" height="{height:.0f}" fill="#FFFFFF"/>'
    return "\n".join([head, ground, *parts, "</svg>"]) + "\n"
