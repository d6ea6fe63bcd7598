"""Estimates that are not made again: only of rows that are the same in every respect, and only so many."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from reportmetrics.metrics.estimators.base import Estimate, EstimatorError, Figure
from reportmetrics.metrics.known import Known, Place

PLACE = ("burden.hours", "sum", ("unit_id",), "U-1")
ROWS = pl.DataFrame({"at": [1, 2, 3], "value": [0.5, None, math.nan]})


class Maker:
    """Makes estimates, each another one, and counts them."""

    made = 0

    def __call__(self) -> Estimate:
        self.made += 1
        return Estimate([Figure("sum", float(self.made), 3)])


def estimate(
    known: Known, place: Place, rows: pl.DataFrame, params: dict[str, Any], make: Callable[[], Estimate]
) -> Estimate:
    return known.estimate(place, known.kind(rows.schema), rows, params, make)


def test_the_same_rows_are_estimated_once() -> None:
    known, make = Known(), Maker()
    first = estimate(known, PLACE, ROWS, {"k": [2, 4]}, make)
    again = estimate(known, PLACE, pl.DataFrame(ROWS.to_dict()), {"k": [2, 4]}, make)
    assert again is first
    assert make.made == 1


@pytest.mark.parametrize(
    "other",
    [
        ROWS.with_columns(value=pl.Series([0.5, 0.0, math.nan])),
        ROWS.with_columns(value=pl.Series([0.5, None, None], dtype=pl.Float64)),
        ROWS.with_columns(pl.col("at").cast(pl.Int32)),
        ROWS.rename({"value": "worth"}),
        ROWS.select("value", "at"),
        ROWS.reverse(),
        ROWS.head(2),
        ROWS.with_columns(minutes=pl.lit(30)),
    ],
    ids=["a value", "null for nan", "a type", "a name", "order of columns", "order of rows", "fewer", "a column"],
)
def test_other_rows_are_estimated_anew_and_remembered(other: pl.DataFrame) -> None:
    known, make = Known(), Maker()
    first = estimate(known, PLACE, ROWS, {}, make)
    second = estimate(known, PLACE, other, {}, make)
    assert (first.figures[0].value, second.figures[0].value) == (1.0, 2.0)
    assert estimate(known, PLACE, other, {}, make) is second


def test_names_of_a_text_column_count_even_where_the_numbers_behind_them_are_the_same() -> None:
    known, make = Known(), Maker()
    for names in (["Baghdad", "Mosul"], ["Basra", "Mosul"]):
        rows = pl.DataFrame({"place": pl.Series([names[0]], dtype=pl.Enum(names))})
        estimate(known, PLACE, rows, {}, make)
    assert make.made == 2


def test_other_parameters_and_other_places_are_estimated_anew() -> None:
    known, make = Known(), Maker()
    estimate(known, PLACE, ROWS, {"seed": 1}, make)
    estimate(known, PLACE, ROWS, {"seed": 2}, make)
    estimate(known, (*PLACE[:3], "U-2"), ROWS, {"seed": 2}, make)
    assert make.made == 3


def test_only_so_many_rows_are_remembered_and_what_is_replaced_makes_room() -> None:
    known, make = Known(most_rows=4), Maker()
    estimate(known, "first", ROWS, {}, make)
    estimate(known, "second", ROWS, {}, make)
    estimate(known, "second", ROWS, {}, make)
    assert make.made == 3
    estimate(known, "first", ROWS.head(1), {}, make)
    kept = estimate(known, "second", ROWS, {}, make)
    assert estimate(known, "second", ROWS, {}, make) is kept


def test_rows_that_are_refused_are_refused_each_time() -> None:
    known = Known()

    def refuse() -> Estimate:
        raise EstimatorError("negative wait")

    for _ in range(2):
        with pytest.raises(EstimatorError, match="negative wait"):
            estimate(known, PLACE, ROWS, {}, refuse)
