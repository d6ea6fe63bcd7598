"""Reads results by metric, group and statistic. Pages see results only through this.

Belongs here: look-ups. Not here: computing (``metrics``), wording (``sentences``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from reportmetrics.metrics.results import Results, dims_key


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. ``value`` is null with a ``reason``; shares are 0..1."""

    metric: str
    version: int
    dims: dict[str, str | None]
    statistic: str
    label: str
    value: float | None
    lower: float | None
    upper: float | None
    n: int | None
    n_missing: int | None
    unit: str | None
    reason: str | None
    caveats: tuple[str, ...]

    @property
    def suppressed(self) -> bool:
        """Hidden because fewer than five people stand behind it."""
        return self.value is None and (self.reason or "").startswith("suppressed")

    def has(self, code: str) -> bool:
        """Whether a caveat of this code travels with the figure."""
        return any(c.split(":", 1)[0].strip() == code for c in self.caveats)

    def caveat_sentences(self) -> list[str]:
        """The caveats without their codes."""
        return [c.split(":", 1)[-1].strip() for c in self.caveats]


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a series."""

    x: float
    y: float | None
    lower: float | None
    upper: float | None
    n: int | None


class Figures:
    """Look-ups over the three frames of a run."""

    def __init__(self, results: Results) -> None:
        self._figures: dict[tuple[str, str], list[Figure]] = {}
        for row in results.figures.iter_rows(named=True):
            figure = _figure(row)
            self._figures.setdefault((figure.metric, row["dims"]), []).append(figure)
        self._series: dict[tuple[str, str, str], list[Point]] = {}
        for row in results.series.iter_rows(named=True):
            key = (row["metric"], row["dims"], row["series"])
            point = Point(row["x"], row["y"], row["lower"], row["upper"], row["n"])
            self._series.setdefault(key, []).append(point)
        self._listings: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
        for row in results.listings.sort("rank").iter_rows(named=True):
            cells = {"row_key": row["row_key"]} | json.loads(row["cells"])
            self._listings.setdefault((row["metric"], row["dims"], row["listing"]), []).append(cells)

    def one(self, metric: str, statistic: str, label: str = "", /, **dims: str | None) -> Figure | None:
        """The figure of exactly this group, None when it was not published."""
        for figure in self._figures.get((metric, dims_key(dims)), ()):
            if figure.statistic == statistic and figure.label == label:
                return figure
        return None

    def value(self, metric: str, statistic: str, label: str = "", /, **dims: str | None) -> float | None:
        """The number alone, None when it is missing or was not published."""
        figure = self.one(metric, statistic, label, **dims)
        return figure.value if figure else None

    def each(self, metric: str, statistic: str, *names: str) -> Iterator[Figure]:
        """All figures of a statistic whose group has exactly these dimensions, in published order."""
        wanted = set(names)
        for (owner, _), figures in self._figures.items():
            if owner == metric and figures and set(figures[0].dims) == wanted:
                yield from (f for f in figures if f.statistic == statistic)

    def all(self) -> Iterator[Figure]:
        """Every figure."""
        for figures in self._figures.values():
            yield from figures

    def series(self, metric: str, series: str, **dims: str | None) -> list[Point]:
        """Points of a curve in order of x, empty when it was not published."""
        return self._series.get((metric, dims_key(dims), series), [])

    def has_series(self, metric: str, **dims: str | None) -> bool:
        """Whether the group published any curve."""
        return any((owner, group) == (metric, dims_key(dims)) for owner, group, _ in self._series)

    def listing(self, metric: str, listing: str, **dims: str | None) -> list[dict[str, Any]]:
        """Named rows in order of rank, empty when none were published."""
        return self._listings.get((metric, dims_key(dims), listing), [])

    def has(self, metric: str) -> bool:
        """Whether the metric published anything."""
        return any(owner == metric for owner, _ in self._figures)


def _figure(row: dict[str, Any]) -> Figure:
    return Figure(
        metric=row["metric"],
        version=row["version"],
        dims=json.loads(row["dims"]),
        statistic=row["statistic"],
        label=row["label"] or "",
        value=_finite(row["value"]),
        lower=_finite(row["lower"]),
        upper=_finite(row["upper"]),
        n=row["n"],
        n_missing=row["n_missing"],
        unit=row["unit"],
        reason=row["reason"],
        caveats=tuple(row["caveats"] or ()),
    )


def _finite(value: float | None) -> float | None:
    return None if value is None or value != value or value in (float("inf"), float("-inf")) else value
