"""What a metric publishes: figures, series and listings. Pages and exports read nothing else.

Belongs here: the shape of results. Not here: how they are computed (``estimators``) or drawn (``publish``).
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from json.encoder import encode_basestring as encode

import polars as pl

FIGURE_SCHEMA: dict[str, pl.DataType] = {
    "metric": pl.String(),
    "version": pl.Int64(),
    "as_of": pl.Date(),
    "dims": pl.String(),
    "statistic": pl.String(),
    "label": pl.String(),
    "value": pl.Float64(),
    "lower": pl.Float64(),
    "upper": pl.Float64(),
    "n": pl.Int64(),
    "n_missing": pl.Int64(),
    "unit": pl.String(),
    "reason": pl.String(),
    "caveats": pl.List(pl.String()),
}
"""One row per figure. ``dims`` is canonical JSON of the group (``{}`` for the whole mission); ``label`` tells figures
of one statistic apart (the day of a survival probability, the bin of an age profile); ``reason`` says why ``value``
is null; ``caveats`` are ``code: sentence``."""

SERIES_SCHEMA: dict[str, pl.DataType] = {
    "metric": pl.String(),
    "version": pl.Int64(),
    "as_of": pl.Date(),
    "dims": pl.String(),
    "series": pl.String(),
    "x": pl.Float64(),
    "y": pl.Float64(),
    "lower": pl.Float64(),
    "upper": pl.Float64(),
    "n": pl.Int64(),
}
"""Points of a figure's curve, in order of x."""

LISTING_SCHEMA: dict[str, pl.DataType] = {
    "metric": pl.String(),
    "version": pl.Int64(),
    "as_of": pl.Date(),
    "dims": pl.String(),
    "listing": pl.String(),
    "rank": pl.Int64(),
    "row_key": pl.String(),
    "cells": pl.String(),
}
"""A few named rows in order; ``cells`` is JSON of the columns that the metric lists."""


def dims_key(dims: Mapping[str, str | None]) -> str:
    """Canonical JSON of a group: sorted keys, no spaces, non-ASCII kept."""
    return _dims_key(tuple(dims.items()))


@functools.lru_cache(maxsize=65_536)
def _dims_key(dims: tuple[tuple[str, str | None], ...]) -> str:
    # Written by hand around the encoder of strings: a JSON encoder takes ten times as long. The same groups come again
    # with each estimator and each metric, so that most are remembered.
    cells = (f"{encode(k)}:{'null' if v is None else encode(v)}" for k, v in sorted(dims))
    return "{" + ",".join(cells) + "}"


@functools.lru_cache(maxsize=65_536)
def dims_of(key: str) -> dict[str, str | None]:
    """The group that ``dims_key`` wrote. It is the same object for the same text: leave it as it is."""
    dims: dict[str, str | None] = json.loads(key)
    return dims


@dataclass(frozen=True, slots=True)
class Results:
    """All results of a run: three frames with the schemas above."""

    figures: pl.DataFrame
    series: pl.DataFrame
    listings: pl.DataFrame

    @classmethod
    def empty(cls) -> Results:
        """No results."""
        return cls(
            pl.DataFrame(schema=FIGURE_SCHEMA), pl.DataFrame(schema=SERIES_SCHEMA), pl.DataFrame(schema=LISTING_SCHEMA)
        )

    @classmethod
    def concat(cls, parts: list[Results]) -> Results:
        """All parts, one after the other."""
        parts = [cls.empty(), *parts]
        return cls(
            pl.concat([p.figures for p in parts]),
            pl.concat([p.series for p in parts]),
            pl.concat([p.listings for p in parts]),
        )

    def counts(self, metrics: Iterable[str]) -> dict[str, dict[str, int]]:
        """Figures, points of curves and listed rows by metric; zeros for a metric that published nothing."""
        frames = {"figures": self.figures, "points of curves": self.series, "rows of listings": self.listings}
        found = {metric: dict.fromkeys(frames, 0) for metric in metrics}
        for name, frame in frames.items():
            for metric, count in frame.group_by("metric").len().iter_rows():
                found[metric][name] = count
        return found
