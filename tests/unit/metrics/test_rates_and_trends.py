"""Rates with a jackknife, means, different values, and trends, against scipy and by hand."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from reportmetrics.metrics.estimators.base import Estimate
from reportmetrics.metrics.estimators.kendall import tau_b, theil_sen
from reportmetrics.metrics.estimators.rate import jackknife_error
from tests.unit.metrics.survival_data import estimate, figure

SERIES = st.lists(st.tuples(st.integers(0, 40), st.integers(-5, 5)), min_size=4, max_size=25)


def clusters(tops: list[float], bottoms: list[float], rows: int = 2) -> pl.DataFrame:
    k = len(tops)
    names = [f"c{i}" for i in range(k)]
    return pl.DataFrame({"cluster": names, "top": tops, "bottom": bottoms, "n_known": [rows] * k, "n_rows": [rows] * k})


def test_jackknife_of_a_mean_is_its_standard_error() -> None:
    values = np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0])
    assert jackknife_error(values, np.ones(8)) == pytest.approx(float(stats.sem(values)))


def test_jackknife_by_hand() -> None:
    # Ratios without each: (2+3)/(1+2), (1+3)/(1+2), (1+2)/2 = 5/3, 4/3, 3/2; mean 3/2, squares 1/36 + 1/36 + 0.
    error = jackknife_error(np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0, 2.0]))
    assert error == pytest.approx(math.sqrt(2 / 3 * 2 / 36))


def test_rate_is_sum_over_sum_with_a_t_interval_on_clusters() -> None:
    tops, bottoms = [3.0, 1, 4, 1, 5, 9, 2, 6], [1.0, 1, 1, 1, 1, 2, 1, 2]
    rate = figure(estimate("rate", clusters(tops, bottoms)), "rate")
    error = jackknife_error(np.array(tops), np.array(bottoms))
    assert error is not None
    half = float(stats.t.ppf(0.975, 7)) * error
    assert rate.value == pytest.approx(3.1)
    assert rate.lower is not None
    assert rate.upper is not None
    assert (rate.lower, rate.upper) == pytest.approx((3.1 - half, 3.1 + half))
    assert rate.n == 16


def test_rate_has_no_interval_with_few_clusters_or_when_one_holds_all() -> None:
    few = figure(estimate("rate", clusters([1.0] * 7, [2.0] * 7)), "rate")
    assert (few.value, few.lower, [c.split(":")[0] for c in few.caveats]) == (0.5, None, ["few clusters"])
    one = figure(estimate("rate", clusters([1.0] + [0.0] * 8, [2.0] + [0.0] * 8)), "rate")
    assert (one.value, one.lower, len(one.caveats)) == (0.5, None, 1)


def test_rate_of_a_part_stays_between_0_and_1() -> None:
    tops, bottoms = [1.0] * 8 + [0.0], [1.0] * 9
    assert (figure(estimate("rate", clusters(tops, bottoms)), "rate").upper or 0) > 1
    assert figure(estimate("rate", clusters(tops, bottoms), part=True), "rate").upper == 1


def test_rate_is_null_without_a_denominator_and_without_rows() -> None:
    nothing = figure(estimate("rate", clusters([1.0], [0.0])), "rate")
    assert (nothing.value, nothing.reason) == (None, "nothing to take a rate of")
    blank = pl.DataFrame({"top": [0.0], "bottom": [0.0], "n_known": [0], "n_rows": [3]})
    assert figure(estimate("rate", blank), "rate").reason == "no value"
    assert figure(estimate("rate", blank), "numerator").value is None
    assert figure(estimate("rate", blank), "rate").n_missing == 3


def counted(values: list[float | None]) -> pl.DataFrame:
    frame = pl.DataFrame({"value": values}, schema={"value": pl.Float64})
    return frame.group_by("value").agg(n_rows=pl.len().cast(pl.Int64)).sort("value")


def test_mean_and_interval_are_those_of_scipy() -> None:
    values = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0]
    mean = figure(estimate("mean", counted([*values, None])), "mean")
    theirs = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert (mean.value, mean.lower, mean.upper) == pytest.approx((3.875, theirs.low, theirs.high))
    assert (mean.n, mean.n_missing) == (8, 1)


def test_mean_of_one_value_has_no_interval_and_of_none_no_value() -> None:
    one = figure(estimate("mean", counted([60.0]), per_unit=60), "mean")
    assert (one.value, one.lower, one.upper, len(one.caveats)) == (1, None, None, 1)
    assert figure(estimate("mean", counted([None])), "mean").reason == "no value"


def test_distinct_counts_each_value_once_and_no_missing_one() -> None:
    found = figure(estimate("count_distinct", counted([1, 1, 2, None])), "distinct")
    assert (found.value, found.n, found.n_missing) == (2, 3, 1)
    assert figure(estimate("count_distinct", counted([None])), "distinct").value is None


@given(SERIES)
def test_tau_b_is_that_of_scipy_ties_and_all(pairs: list[tuple[int, int]]) -> None:
    x, y = np.array(pairs, dtype=float).T
    theirs = stats.kendalltau(x, y).statistic
    assert float(tau_b(x, y)) == pytest.approx(theirs, nan_ok=True)


@pytest.mark.parametrize("n", [128, 129, 700])
def test_tau_b_of_long_series_is_that_of_scipy(n: int) -> None:
    """Ranks of 128 numbers fit into a byte, and so does the difference of the first and the last."""
    rng = np.random.default_rng(n)
    for y in (np.arange(n, dtype=float)[::-1], rng.normal(size=n), rng.integers(0, 3, n).astype(float)):
        x = np.arange(n, dtype=float)
        assert float(tau_b(x, y)) == pytest.approx(stats.kendalltau(x, y).statistic, abs=1e-12)


def test_tau_b_of_many_draws_is_that_of_each() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.integers(0, 9, (5, 12)).astype(float), rng.normal(size=(5, 12))
    assert tau_b(x, y) == pytest.approx([float(tau_b(a, b)) for a, b in zip(x, y, strict=True)])


@given(SERIES)
def test_theil_sen_is_that_of_scipy(pairs: list[tuple[int, int]]) -> None:
    y = np.array([value for _, value in pairs], dtype=float)
    x = np.arange(len(y), dtype=float)
    ours, theirs = theil_sen(x, y), stats.theilslopes(y, x, method="joint")
    assert ours is not None
    slope, lower, upper = ours
    assert slope == pytest.approx(theirs.slope)
    # Where the ranks fall outside, scipy gives the outermost slopes; those bounds are unbounded here.
    if math.isfinite(lower):
        assert lower == pytest.approx(theirs.low_slope)
    if math.isfinite(upper):
        assert upper == pytest.approx(theirs.high_slope)


def test_theil_sen_needs_two_different_days() -> None:
    assert theil_sen(np.array([1.0, 1.0]), np.array([1.0, 2.0])) is None


def trend(values: list[float | None], *, every: int = 28, **columns: dt.date | None) -> Estimate:
    days = [dt.date(2021, 1, 1) + dt.timedelta(days=every * k) for k in range(len(values))]
    frame = pl.DataFrame(
        {"observed_on": days, "value": values}, schema={"observed_on": pl.Date, "value": pl.Float64}
    ).with_columns(n_rows=pl.lit(1, pl.Int64), **{k: pl.lit(v, pl.Date) for k, v in columns.items()})
    return estimate("trend", frame)


def test_one_odd_reading_does_not_move_the_slope() -> None:
    straight = figure(trend([0.1 * k for k in range(9)]), "slope").value
    odd = figure(trend([0.1 * k for k in range(4)] + [9.0] + [0.1 * k for k in range(5, 9)]), "slope").value
    assert straight == pytest.approx(0.1 * 365.25 / 28)
    assert odd == pytest.approx(straight)


def test_flat_readings_have_slope_zero_and_no_tau() -> None:
    flat = trend([0.1] * 6)
    assert figure(flat, "slope").value == 0
    assert (figure(flat, "tau").value, figure(flat, "tau").reason) == (None, "no change")


def test_three_readings_have_no_slope_and_a_blank_one_does_not_count() -> None:
    assert figure(trend([0.1, 0.2, 0.3, None]), "slope").reason == "fewer than 4 readings"
    assert figure(trend([0.1, 0.2, 0.3, None]), "slope").n_missing == 1
    assert figure(trend([None, None]), "slope").reason == "no value"


def test_readings_of_one_day_have_no_slope() -> None:
    assert figure(trend([0.1, 0.2, 0.3, 0.4], every=0), "slope").reason == "all readings are of one day"


def test_planned_and_needed_paths() -> None:
    start, seen, target = dt.date(2021, 1, 1), dt.date(2021, 6, 1), dt.date(2021, 12, 31)
    found = trend([0.0, 0.1, 0.2, 0.3], start_on=start, seen_on=seen, target_on=target)
    assert figure(found, "planned").value == pytest.approx(151 / 364)
    day = (start - dt.date(1970, 1, 1)).days
    assert found.series["planned"].select("x", "y").rows() == [(day, 0), (day + 364, 1)]
    assert found.series["needed"].select("x", "y").rows() == [(day + 151, 0.3), (day + 364, 1)]
    assert found.series["observed"]["y"].to_list() == [0.0, 0.1, 0.2, 0.3]
    late = trend([1.2] * 4, start_on=start, seen_on=target + dt.timedelta(9), target_on=target)
    assert figure(late, "planned").value == 1
    assert "needed" not in late.series
    early = trend([0.1], start_on=seen, seen_on=start, target_on=target)
    assert figure(early, "planned").value == 0
    assert figure(trend([0.1], start_on=None, seen_on=seen, target_on=target), "planned").value is None
    assert figure(trend([0.1], start_on=target, seen_on=seen, target_on=target), "planned").value is None


def test_pace_is_slope_over_what_is_needed_from_today() -> None:
    seen, target = dt.date(2021, 6, 1), dt.date(2022, 6, 1)
    found = trend([0.0, 0.1, 0.2, 0.3], seen_on=seen, target_on=target)
    needed = 0.7 * 365.25 / 365
    assert figure(found, "needed").value == pytest.approx(needed)
    assert figure(found, "pace").value == pytest.approx(0.1 * 365.25 / 28 / needed)
    assert figure(trend([0.1] * 4, seen_on=target, target_on=target), "pace").reason == "past the target date"
    assert figure(trend([0.1] * 4, seen_on=seen, target_on=None), "pace").reason == "no target date"
    assert figure(trend([1.0] * 4, seen_on=seen, target_on=target), "pace").reason == "target reached"
    assert figure(trend([None] * 4, seen_on=seen, target_on=target), "pace").reason == "no value"
