"""Reads results by metric, group and statistic. Pages see results only through this.

Belongs here: look-ups. Not here: computing (``metrics``), wording (``sentences``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from reportmetrics.metrics.results import Results, dims_key, dims_of
from reportmetrics.metrics.suppression import HIDDEN


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
        return self.value is None and self.reason == HIDDEN

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


_FIGURE_COLUMNS = (
    *("metric", "version", "dims", "statistic", "label", "value", "lower", "upper", "n", "n_missing"),
    *("unit", "reason", "caveats"),
)
_POINT_COLUMNS = ("metric", "dims", "series", "x", "y", "lower", "upper", "n")


_Groups = dict[str, list[tuple[Any, ...]]]


class Figures:
    """Look-ups over the three frames of a run.

    Rows are read when somebody asks for their metric, and become objects when somebody asks for their group: a year of
    earlier publications holds a quarter of a million figures, of which a page compares a few.
    """

    def __init__(self, results: Results) -> None:
        self._frames = _by_metric(results.figures.select(_FIGURE_COLUMNS))
        self._rows: dict[str, _Groups] = {}
        self._made: dict[tuple[str, str], list[Figure]] = {}
        self._each: dict[tuple[str, str, frozenset[str]], list[Figure]] = {}
        self._by_names: dict[str, dict[frozenset[str], list[str]]] = {}
        self._curves = _by_metric(results.series.select(_POINT_COLUMNS))
        self._points: dict[str, dict[tuple[str, str], list[tuple[Any, ...]]]] = {}
        self._listings: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
        for named in results.listings.sort("rank").iter_rows(named=True):
            cells = {"row_key": named["row_key"]} | json.loads(named["cells"])
            self._listings.setdefault((named["metric"], named["dims"], named["listing"]), []).append(cells)

    def _groups(self, metric: str) -> _Groups:
        """Rows of a metric by the canonical dims of their group; none where it published nothing."""
        groups = self._rows.get(metric)
        if groups is None:
            groups = self._rows[metric] = {}
            for row in self._frames[metric].rows() if metric in self._frames else ():
                groups.setdefault(row[2], []).append(row)
        return groups

    def _group(self, metric: str, dims: str) -> list[Figure]:
        """Figures of one group, by its canonical dims."""
        made = self._made.get((metric, dims))
        if made is None:
            made = [_figure(row, dims_of(dims)) for row in self._groups(metric).get(dims, ())]
            self._made[metric, dims] = made
        return made

    def one(self, metric: str, statistic: str, label: str = "", /, **dims: str | None) -> Figure | None:
        """The figure of exactly this group, None when it was not published."""
        for figure in self._group(metric, dims_key(dims)):
            if figure.statistic == statistic and figure.label == label:
                return figure
        return None

    def of(self, metric: str, statistic: str, /, **dims: str | None) -> list[Figure]:
        """All figures of a statistic of exactly this group, one for each label."""
        return [f for f in self._group(metric, dims_key(dims)) if f.statistic == statistic]

    def value(self, metric: str, statistic: str, label: str = "", /, **dims: str | None) -> float | None:
        """The number alone, None when it is missing or was not published."""
        figure = self.one(metric, statistic, label, **dims)
        return figure.value if figure else None

    def each(self, metric: str, statistic: str, *names: str) -> Iterator[Figure]:
        """All figures of a statistic whose group has exactly these dimensions, in published order."""
        wanted = (metric, statistic, frozenset(names))
        found = self._each.get(wanted)
        if found is None:
            groups = (self._group(metric, dims) for dims in self._groups_by(metric, wanted[2]))
            found = self._each[wanted] = [f for group in groups for f in group if f.statistic == statistic]
        return iter(found)

    def _groups_by(self, metric: str, names: frozenset[str]) -> Sequence[str]:
        """Groups of a metric that have exactly these dimensions, in published order."""
        found = self._by_names.get(metric)
        if found is None:
            found = self._by_names[metric] = {}
            for dims in self._groups(metric):
                found.setdefault(frozenset(dims_of(dims)), []).append(dims)
        return found.get(names, ())

    def first_statistics(self) -> dict[str, str]:
        """The statistic that each metric publishes first, which is the one that it is for."""
        return {metric: frame.item(0, "statistic") for metric, frame in self._frames.items()}

    def versions(self) -> dict[str, int]:
        """Version of each metric that published a figure."""
        return {metric: frame.item(0, "version") for metric, frame in self._frames.items()}

    def series(self, metric: str, series: str, **dims: str | None) -> list[Point]:
        """Points of a curve in order of x, empty when it was not published."""
        return [Point(*point) for point in self._points_of(metric).get((dims_key(dims), series), ())]

    def point_at(self, metric: str, series: str, x: float, **dims: str | None) -> Point | None:
        """The point of a curve at ``x``; None where it has none there. A long curve is not made for it."""
        points = self._points_of(metric).get((dims_key(dims), series), ())
        return next((Point(*point) for point in points if point[0] == x), None)

    def _points_of(self, metric: str) -> dict[tuple[str, str], list[tuple[Any, ...]]]:
        """Points of a metric by group and curve."""
        points = self._points.get(metric)
        if points is None:
            points = self._points[metric] = {}
            for row in self._curves[metric].rows() if metric in self._curves else ():
                points.setdefault((row[1], row[2]), []).append(row[3:])
        return points

    def has_series(self, metric: str, **dims: str | None) -> bool:
        """Whether the group published any curve."""
        wanted = dims_key(dims)
        return any(group == wanted for group, _ in self._points_of(metric))

    def listing(self, metric: str, listing: str, **dims: str | None) -> list[dict[str, Any]]:
        """Named rows in order of rank, empty when none were published."""
        return self._listings.get((metric, dims_key(dims), listing), [])

    def has(self, metric: str) -> bool:
        """Whether the metric published anything."""
        return metric in self._frames


def _by_metric(frame: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The rows of each metric, metrics in the order of their first row."""
    return {part.item(0, "metric"): part for part in frame.partition_by("metric", maintain_order=True)}


def _figure(row: tuple[Any, ...], dims: dict[str, str | None]) -> Figure:
    metric, version, _, statistic, label, value, lower, upper, n, n_missing, unit, reason, caveats = row
    return Figure(
        metric=metric,
        version=version,
        dims=dims,
        statistic=statistic,
        label=label or "",
        value=_finite(value),
        lower=_finite(lower),
        upper=_finite(upper),
        n=n,
        n_missing=n_missing,
        unit=unit,
        reason=reason,
        caveats=tuple(caveats or ()),
    )


def _finite(value: float | None) -> float | None:
    return None if value is None or value != value or value in (float("inf"), float("-inf")) else value
