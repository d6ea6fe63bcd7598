"""XmR charts: the limits of a published example, each rule by hand, gaps, months, rebasing."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from reportmetrics.metrics.estimators.base import Estimate
from reportmetrics.metrics.estimators.xmr import month_of, weeks_of
from reportmetrics.metrics.estimators.xmr_rules import Limits, limits, signals
from tests.unit.metrics.survival_data import estimate, figure

FLOW_RATES = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
"""Ten flow rates, NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.2."""
MONDAY = dt.date(2021, 1, 4)
CENTRE = Limits(10.0, 6.0, 24)


def chart(totals: list[float | None], *, base: list[dt.date | None] | None = None, **given: float) -> Estimate:
    weeks = [MONDAY + dt.timedelta(weeks=k) for k in range(len(totals))]
    frame = pl.DataFrame({"week": weeks, "total": totals}, schema={"week": pl.Date, "total": pl.Float64})
    if base is not None:
        frame = frame.with_columns(base=pl.Series(base, dtype=pl.Date))
    return estimate("xmr", frame, **given)


def flagged(rule: str, values: list[float]) -> list[int]:
    return [int(k) for k in np.flatnonzero(signals(np.array(values), CENTRE)[rule])]


def test_limits_of_the_published_example() -> None:
    found = limits(np.array(FLOW_RATES))
    assert found is not None
    # The handbook divides by d2 = 1.128 and rounds; 3 / 1.128 = 2.6596.
    assert (found.mean, found.lower, found.upper) == pytest.approx((50.81, 45.8159, 55.8041), abs=2e-3)


def test_limits_are_frozen_at_24_points() -> None:
    first = [10.0, 12.0] * 12
    assert limits(np.array(first)) == limits(np.array([*first, 99.0, 3.0, 50.0]))
    assert limits(np.array(first[:-1])) != limits(np.array([*first[:-1], 99.0]))


def test_a_gap_has_no_moving_range_to_either_side() -> None:
    found = limits(np.array([1.0, 3.0, np.nan, 100.0, 104.0]))
    assert found is not None
    assert found.width == pytest.approx(2.66 * (2 + 4) / 2)
    assert limits(np.array([1.0, np.nan, 3.0])) is None


def test_a_point_outside_and_one_on_the_limit() -> None:
    assert flagged("outside", [16.0, 16.1, 4.0, 3.9, 10.0]) == [1, 3]


def test_eight_on_one_side_and_a_point_on_the_mean_breaks_the_run() -> None:
    assert flagged("run of 8", [11.0] * 9) == [7, 8]
    assert flagged("run of 8", [9.0] * 7 + [11.0]) == []
    assert flagged("run of 8", [11.0] * 4 + [10.0] + [11.0] * 7) == []
    assert flagged("run of 8", [11.0] * 4 + [np.nan] + [11.0] * 7) == []


def test_seven_rising_or_falling_points() -> None:
    rising = [7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0]
    assert flagged("trend of 7", rising) == [6]
    assert flagged("trend of 7", rising[::-1]) == [6]
    assert flagged("trend of 7", rising[:6]) == []
    assert flagged("trend of 7", [*rising[:3], 9.0, *rising[3:]]) == []
    assert flagged("trend of 7", [*rising[:3], np.nan, *rising[3:]]) == []


def test_two_of_three_beyond_two_thirds_on_one_side() -> None:
    # Two thirds of the width of 6 is 4: beyond 14 or below 6.
    assert flagged("2 of 3", [14.1, 10.0, 14.1]) == [2]
    assert flagged("2 of 3", [14.1, 10.0, 10.0, 14.1]) == []
    assert flagged("2 of 3", [14.1, 5.9, 10.0]) == []
    assert flagged("2 of 3", [5.9, 5.9]) == [1]
    assert flagged("2 of 3", [14.0, 14.0]) == []
    assert flagged("2 of 3", [14.1, np.nan, 14.1]) == []


def test_figures_and_series_of_a_chart() -> None:
    totals = [10.0, 12.0] * 12 + [30.0]
    found = chart(totals)
    mean = figure(found, "mean")
    assert (mean.value, mean.lower, mean.upper) == pytest.approx((11.0, 11 - 5.32, 11 + 5.32))
    assert (mean.n, mean.n_missing, mean.caveats) == (25, 0, ())
    assert figure(found, "signal", "outside").value == 1
    assert figure(found, "latest_signal").value == 1
    points = found.series["xmr"]
    assert points["n"].to_list() == [0] * 24 + [1]
    assert points["x"][0] == (MONDAY - dt.date(1970, 1, 1)).days


def test_few_points_are_a_trial_and_the_lower_limit_is_not_negative() -> None:
    found = figure(chart([0.0, 10.0, 0.0, 12.0, 5.0, 9.0]), "mean")
    assert [c.split(":")[0] for c in found.caveats] == ["trial"]
    assert found.lower == 0
    assert [c.split(":")[0] for c in figure(chart([8.0, 10.0] * 6), "mean").caveats] == ["not frozen"]


@pytest.mark.parametrize(
    ("totals", "reason"),
    [
        ([None, None], "no week is reported"),
        ([7.0], "too few points for limits"),
        ([7.0, None, 7.0], "too few points for limits"),
        ([7.0] * 30, "no variation: limits without width"),
    ],
)
def test_there_is_no_chart_without_variation(totals: list[float | None], reason: str) -> None:
    found = chart(totals)
    assert (figure(found, "mean").value, figure(found, "mean").reason) == (None, reason)
    assert not found.series


def test_weeks_that_nobody_reported_are_gaps_and_not_zero() -> None:
    found = figure(chart([10.0, 12.0, None, 11.0, 9.0]), "mean")
    assert (found.value, found.n, found.n_missing) == (10.5, 4, 1)


def test_small_counts_go_by_whole_months() -> None:
    # January to April 2021 have 4, 4, 4 and 5 weeks by Thursday; nothing is known of the first week of January.
    weeks = [None, 4.0, 4, 4, 1, 2, 3, 2, 4, 4, 4, 4, 3, 3, 3, 3, 3, 1]
    found = chart(weeks)
    assert found.series["xmr"]["y"].to_list() == [None, 2.0, 4.0, 3.0, None]
    assert figure(found, "mean").value == 3
    assert "by month" in [c.split(":")[0] for c in figure(found, "mean").caveats]
    assert figure(chart(weeks, monthly_below=1), "mean").n == 17


def test_months_of_weeks() -> None:
    assert month_of(dt.date(2021, 3, 29)) == dt.date(2021, 4, 1)
    assert month_of(dt.date(2020, 12, 28)) == dt.date(2020, 12, 1)
    assert sum(weeks_of(dt.date(2020, m, 1)) for m in range(1, 13)) == 53
    assert [weeks_of(dt.date(2021, m, 1)) for m in (1, 2, 3, 4)] == [4, 4, 4, 5]


def test_limits_start_again_where_the_profile_says() -> None:
    new = dt.date(2021, 6, 1)
    totals = [10.0, 12.0] * 10 + [30.0, 34.0] * 8
    found = chart(totals, base=[None] * 20 + [new] * 16)
    assert figure(found, "mean").value == 32
    assert found.series["xmr"]["n"].sum() == 0
    assert figure(chart(totals), "signal", "outside").value == 16
