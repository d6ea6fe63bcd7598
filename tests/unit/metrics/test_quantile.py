"""Quantiles, order-statistic intervals, age bins."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from reportmetrics.metrics.estimators.order_statistics import averaged_quantile, inverse_cdf, rank_interval
from tests.unit.metrics.survival_data import estimate, figure


def counted(values: list[float | None], name: str = "value") -> pl.DataFrame:
    return (
        pl.DataFrame({name: values}, schema={name: pl.Float64})
        .group_by(name)
        .agg(pl.len().cast(pl.Int64).alias("n_rows"))
        .sort(name)
    )


@settings(deadline=None)
@given(st.lists(st.integers(-50, 50), min_size=1, max_size=80), st.sampled_from([0.1, 0.25, 0.5, 0.75, 0.9]))
def test_quantiles_are_those_of_numpy(values: list[int], q: float) -> None:
    distinct, counts = np.unique(np.asarray(values, dtype=float), return_counts=True)
    assert inverse_cdf(distinct, counts, q) == np.quantile(values, q, method="inverted_cdf")
    assert averaged_quantile(distinct, counts, q) == np.quantile(values, q, method="averaged_inverted_cdf")


@pytest.mark.parametrize(("n", "q", "expected"), [(6, 0.5, (1, 6)), (5, 0.5, None), (12, 0.25, None), (12, 0.75, None)])
def test_ranks_by_hand(n: int, q: float, expected: tuple[int, int] | None) -> None:
    """For n = 6 the smallest and largest hold the median with 1 - 2/64 = 96.9 %; for n = 5 with 93.75 % only."""
    assert rank_interval(n, q) == expected


@settings(deadline=None)
@given(st.integers(13, 400), st.sampled_from([0.25, 0.5, 0.75]))
def test_ranks_cover_at_least_95_percent_and_no_narrower_ones_do_so_on_each_side(n: int, q: float) -> None:
    ranks = rank_interval(n, q)
    assert ranks is not None
    lower, upper = ranks
    below = stats.binom(n, q)
    assert below.cdf(lower - 1) <= 0.025 + 1e-12
    assert below.sf(upper - 1) <= 0.025 + 1e-12
    assert below.cdf(lower) > 0.025
    assert upper == 1 or below.sf(upper - 2) > 0.025


def test_median_of_twenty_has_ranks_6_and_15() -> None:
    """Conover 1999, table A3: for n = 20, P(B <= 5) = 0.0207 and P(B <= 14) = 0.9793."""
    done = estimate("quantile", counted([float(x) for x in range(1, 21)]), mean=True)
    median = figure(done, "median")
    assert (median.value, median.lower, median.upper, median.n) == (10, 6, 15, 20)
    mean = figure(done, "mean")
    half = stats.t.ppf(0.975, 19) * np.std(range(1, 21), ddof=1) / np.sqrt(20)
    assert (mean.value, mean.lower, mean.upper) == pytest.approx((10.5, 10.5 - half, 10.5 + half))


def test_blank_values_are_missing_and_not_zero() -> None:
    done = estimate("quantile", counted([86400.0, 172800.0, None]), per_unit=86400, at=[0.5])
    median = figure(done, "median")
    assert (median.value, median.n, median.n_missing, median.lower) == (1, 2, 1, None)
    nothing = figure(estimate("quantile", counted([None, None])), "median")
    assert (nothing.value, nothing.reason, nothing.n_missing) == (None, "no value", 2)


def test_age_bins_hold_completed_days() -> None:
    ages = [0, 30.999, 31, 90.5, 91, 181, 1000]
    done = estimate("age_profile", counted([float(a * 86400) for a in ages], "duration"), per_unit=86400)
    bins = {f.label: f.value for f in done.figures if f.statistic == "bin"}
    assert bins == {"0-30": 2, "31-90": 2, "91-180": 1, "181+": 2}
    assert (figure(done, "open").value, figure(done, "median").value, figure(done, "max").value) == (7, 90.5, 1000)


@settings(deadline=None)
@given(st.lists(st.integers(0, 400 * 86400), min_size=1, max_size=50))
def test_bins_add_up_to_all_that_is_open(ages: list[int]) -> None:
    done = estimate("age_profile", counted([float(a) for a in ages], "duration"), per_unit=86400)
    assert sum(f.value or 0 for f in done.figures if f.statistic == "bin") == len(ages)
