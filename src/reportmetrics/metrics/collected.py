"""Results of a run while it goes on, turned into frames once: hundreds of small frames cost more than the figures.

Belongs here: rows of figures, points of curves, rows of listings, and hiding. Not here: computing them (``run``), which
groups are hidden (``suppression``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import polars as pl

from reportmetrics.metrics.definition import Definition
from reportmetrics.metrics.estimators.base import Estimate, Figure
from reportmetrics.metrics.results import FIGURE_SCHEMA, LISTING_SCHEMA, SERIES_SCHEMA, Results
from reportmetrics.metrics.suppression import HIDDEN

_HEAD = ("metric", "version", "as_of", "dims", "series")
_NUMBERS = [c for c in SERIES_SCHEMA if c not in _HEAD]


class Collected:
    """What the metrics of one run publish, in the order in which it is added."""

    def __init__(self, as_of: dt.date) -> None:
        self._as_of = as_of
        self._figures: list[tuple[Any, ...]] = []
        self._heads: list[tuple[str, int, str, str]] = []
        self._points: list[pl.DataFrame] = []
        self._listings: list[dict[str, Any]] = []

    def add(self, metric: Definition, dims: str, estimate: Estimate, *, hidden: bool) -> None:
        """The estimate of one group; of a hidden one only which figures there are, and no curve."""
        head = (metric.id, metric.version, self._as_of, dims)
        for f in estimate.figures:
            shown = Figure(f.statistic, None, 0, label=f.label, unit=f.unit, reason=HIDDEN) if hidden else f
            self._figures.append(
                (
                    *head,
                    shown.statistic,
                    shown.label,
                    shown.value,
                    shown.lower,
                    shown.upper,
                    shown.n,
                    shown.n_missing,
                    shown.unit or metric.unit,
                    shown.reason,
                    (*shown.caveats, *metric.caveats),
                )
            )
        if not hidden:
            self._heads += [(metric.id, metric.version, dims, name) for name in estimate.series]
            self._points += estimate.series.values()

    def list(self, metric: Definition, rows: Iterable[dict[str, Any]]) -> None:
        """Rows of a listing, without what tells the metric."""
        self._listings += [{"metric": metric.id, "version": metric.version, "as_of": self._as_of, **r} for r in rows]

    def results(self) -> Results:
        """All of it as frames."""
        columns = zip(*self._figures, strict=True) if self._figures else ([] for _ in FIGURE_SCHEMA)
        figures = [
            _lists(name, values) if name == "caveats" else pl.Series(name, values, of, strict=False)
            for (name, of), values in zip(FIGURE_SCHEMA.items(), columns, strict=True)
        ]
        return Results(
            pl.DataFrame(figures),
            self._series(),
            pl.DataFrame(self._listings, schema=LISTING_SCHEMA, orient="row"),
        )

    def _series(self) -> pl.DataFrame:
        if not self._points:
            return pl.DataFrame(schema=SERIES_SCHEMA)
        points = (p if p.columns == _NUMBERS else p.select(_NUMBERS) for p in self._points)
        at = np.repeat(np.arange(len(self._points)), [p.height for p in self._points])
        heads = pl.DataFrame(self._heads, schema=["metric", "version", "dims", "series"], orient="row")[at]
        return (
            pl.concat(points, how="vertical_relaxed")
            .hstack(heads)
            .with_columns(as_of=pl.lit(self._as_of))
            .select(pl.col(c).cast(t) for c, t in SERIES_SCHEMA.items())
        )


def _lists(name: str, values: Sequence[tuple[str, ...]]) -> pl.Series:
    """A column of lists. Few differ, and a list is dear to make: each is made once and taken from there."""
    places = {value: place for place, value in enumerate(dict.fromkeys(values))}
    distinct = pl.Series(name, [list(value) for value in places], FIGURE_SCHEMA[name])
    return distinct.gather([places[value] for value in values])
