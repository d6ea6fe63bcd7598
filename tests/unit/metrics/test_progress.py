"""Progress of indicators and objectives."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportmetrics.metrics.estimators.base import Estimate
from reportmetrics.metrics.estimators.progress import median_bounds
from tests.unit.metrics.survival_data import estimate, figure

SCHEMA = {
    "indicator_id": pl.String,
    "observed_on": pl.Date,
    "value": pl.Float64,
    "baseline": pl.Float64,
    "target": pl.Float64,
    "direction": pl.String,
    "tolerance": pl.Float64,
}
numbers = st.integers(-1000, 1000)


def progress(*rows: dict[str, Any], of: str = "indicator") -> Estimate:
    day = dt.date(2022, 1, 3)
    full = [{"indicator_id": "i", "observed_on": day, "baseline": 0, "target": 10, **row} for row in rows]
    return estimate("progress", pl.DataFrame(full, schema=SCHEMA), of=of)


@settings(deadline=None)
@given(numbers, numbers, numbers, st.integers(1, 50), st.sampled_from([-1, 1]), numbers)
def test_an_affine_rescaling_leaves_it_alone(
    value: int, baseline: int, target: int, scale: int, sign: int, shift: int
) -> None:
    def rescaled(x: int) -> int:
        return x * scale * sign + shift

    rows = [{"value": f(value), "baseline": f(baseline), "target": f(target)} for f in (lambda x: x, rescaled)]
    one, other = (figure(progress(row), "progress") for row in rows)
    if baseline == target:
        assert one.reason == other.reason == "target equals baseline"
    else:
        assert other.value == pytest.approx(one.value)


def test_it_is_not_clipped() -> None:
    assert figure(progress({"value": -5}), "progress").value == -0.5
    over = progress({"value": 15})
    assert (figure(over, "progress").value, figure(over, "met").value) == (1.5, 1)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"value": 1, "baseline": None}, "no baseline"),
        ({"value": 1, "target": None}, "no target"),
        ({"value": None}, "no reading"),
        ({"value": None, "observed_on": None}, "no reading"),
        ({"value": 1, "target": 0}, "target equals baseline"),
        ({"value": 1, "target": 0, "direction": "maintain", "tolerance": 2}, "to be maintained"),
    ],
)
def test_no_progress_has_a_reason(row: dict[str, Any], reason: str) -> None:
    got = figure(progress(row), "progress")
    assert (got.value, got.reason) == (None, reason)


@pytest.mark.parametrize(("value", "met"), [(2, 1), (-2, 1), (2.1, 0)])
def test_maintained_within_tolerance(value: float, met: float) -> None:
    done = progress({"value": value, "target": 0, "direction": "maintain", "tolerance": 2})
    assert figure(done, "met").value == met


def test_a_blank_reading_is_missing_and_the_one_before_counts() -> None:
    got = figure(progress({"value": 4}, {"value": None, "observed_on": dt.date(2022, 1, 10)}), "progress")
    assert (got.value, got.n, got.n_missing) == (0.4, 1, 1)


@pytest.mark.parametrize(
    ("known", "missing", "bounds"),
    [
        ([0.2], 0, (0.2, 0.2)),
        ([0.2], 1, (None, None)),
        ([0.1, 0.5], 1, (0.1, 0.5)),
        ([0.1, 0.5], 2, (None, None)),
        ([0.1, 0.3, 0.5], 1, (0.2, 0.4)),
        ([], 3, (None, None)),
        ([], 0, (None, None)),
    ],
)
def test_bounds_of_the_median(known: list[float], missing: int, bounds: tuple[float | None, float | None]) -> None:
    assert median_bounds(known, missing) == pytest.approx(bounds)


@settings(deadline=None)
@given(st.lists(st.floats(-3, 3), max_size=8), st.integers(1, 8), st.floats(-3, 3))
def test_a_further_reading_never_widens_the_bounds(known: list[float], missing: int, new: float) -> None:
    low, high = median_bounds(sorted(known), missing)
    closer_low, closer_high = median_bounds(sorted([*known, new]), missing - 1)
    assert low is None or (closer_low is not None and closer_low >= low)
    assert high is None or (closer_high is not None and closer_high <= high)


def test_an_objective_without_anything_to_move() -> None:
    done = progress({"value": 1, "target": 0, "direction": "maintain", "tolerance": 2}, of="objective")
    assert figure(done, "minimum").reason == "no indicator is meant to move"
    assert (figure(done, "total").value, figure(done, "maintained").value) == (0, 1)
