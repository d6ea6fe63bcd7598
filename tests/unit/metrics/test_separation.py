"""Quadrants, divergence, association and before/after: arithmetic by hand, scipy, and what must not move a figure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from reportmetrics.metrics.estimators import ESTIMATORS
from reportmetrics.metrics.estimators.base import Estimate, EstimatorError, Figure, checked_params
from reportmetrics.metrics.estimators.divergence import block_indices
from reportmetrics.metrics.estimators.paired import Pair, Path
from reportmetrics.metrics.estimators.quadrant import wanted_progress
from reportmetrics.metrics.estimators.shifts import benjamini_hochberg, correlations, mean_test, studentised_test
from tests.unit.metrics.survival_data import estimate, figure

MONDAY = dt.date(2021, 1, 4)
BANDS = {"activity_low": 0.8, "activity_high": 1.25, "progress_low": 0.35, "progress_high": 0.5}


def family(name: str, reduced: pl.DataFrame, groups: Sequence[str] = ("g",), **params: Any) -> dict[str, Estimate]:
    """Estimates of a family by group; the whole mission is ''."""
    estimator = ESTIMATORS[name]
    assert estimator.scope == "family"
    found = estimator.finish_family(reduced, groups, checked_params(estimator, params)[0])
    return {str(dims.get("g", "")): estimated for dims, estimated in found}


def paired(objectives: Mapping[str, tuple[Sequence[float | None], Sequence[Sequence[float]]]]) -> pl.DataFrame:
    """Reduced rows: weekly activity, and readings of each indicator every second Sunday from the first."""
    rows: list[tuple[Any, ...]] = []
    for name, (activity, paths) in objectives.items():
        rows += [(name, MONDAY + dt.timedelta(weeks=k), None, None, None, v) for k, v in enumerate(activity)]
        for number, path in enumerate(paths):
            days = [MONDAY + dt.timedelta(days=6 + 14 * k) for k in range(len(path))]
            rows += [(name, None, f"{name}.{number}", d, p, None) for d, p in zip(days, path, strict=True)]
    schema = {
        "g": pl.String,
        "week": pl.Date,
        "indicator_id": pl.String,
        "observed_on": pl.Date,
        "progress": pl.Float64,
        "total": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def random_mission(seed: int = 3, weeks: int = 40, names: str = "abc") -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    return {
        name: (rng.poisson(5, weeks).astype(float).tolist(), rng.normal(size=(2, weeks // 2)).cumsum(axis=1).tolist())
        for name in names
    }


def values(found: Estimate) -> list[tuple[str, str, float | None, float | None]]:
    return [(f.statistic, f.label, f.value, f.lower) for f in found.figures]


@pytest.mark.parametrize("name", ["divergence", "association"])
def test_names_and_row_order_move_no_figure(name: str) -> None:
    mission = random_mission()
    before = family(name, paired(mission))
    renamed = {{"a": "z", "b": "k", "c": "a"}[k]: v for k, v in reversed(mission.items())}
    after = family(name, paired(renamed).sample(fraction=1, shuffle=True, seed=1).sort("g"))
    assert values(before[""]) == values(after[""])
    assert values(before["a"]) == values(after["z"])
    assert values(before["c"]) == values(after["a"])


@pytest.mark.parametrize("name", ["divergence", "association"])
def test_affine_changes_of_progress_move_no_figure(name: str) -> None:
    mission = random_mission()
    scaled = {k: (a, (np.array(p) * 7 + 3).tolist()) for k, (a, p) in mission.items()}
    before, after = family(name, paired(mission)), family(name, paired(scaled))
    for key in before:
        for one, two in zip(after[key].figures, before[key].figures, strict=True):
            assert (one.value is None, one.reason) == (two.value is None, two.reason)
            assert (one.value or 0, one.lower or 0) == pytest.approx((two.value or 0, two.lower or 0))


@pytest.mark.parametrize("name", ["divergence", "association", "quadrant"])
def test_no_rows_give_no_figure(name: str) -> None:
    assert family(name, pl.DataFrame()) == {}


def test_divergence_of_rising_activity_and_falling_progress_is_two() -> None:
    found = family("divergence", paired({"a": (list(range(20)), [[10.0 - k for k in range(10)]])}))
    first = found["a"].figures[0]
    assert (first.value, first.lower, first.upper) == pytest.approx((2, 2, 2))
    mean = found[""].figures[0]
    assert (mean.value, mean.lower, mean.n) == (2, None, 1)


def test_divergence_leaves_out_unreported_weeks_and_needs_eight() -> None:
    rising = [None, 0, 1, None, 2, 3, 4, 5, 6, 7, None]
    falling = [[10.0 - k for k in range(10)]]
    found = family("divergence", paired({"a": (rising, falling), "b": (rising[:8], falling), "c": ([None], falling)}))
    assert found["a"].figures[0].value == 2
    assert found["a"].figures[0].n_missing == 1
    assert found["b"].figures[0].reason == "fewer than 8 weeks reported"
    assert found["c"].figures[0].reason == "fewer than 8 weeks reported"
    assert found[""].figures[0].n_missing == 2


def test_divergence_interval_is_narrow_for_steady_series_and_wide_for_noise() -> None:
    rng = np.random.default_rng(5)
    noise = family("divergence", paired({"a": (rng.poisson(5, 52).tolist(), [rng.normal(size=26).tolist()])}))
    one = noise["a"].figures[0]
    assert one.lower is not None
    assert one.upper is not None
    assert one.upper - one.lower > 0.2
    assert one.lower < 0 < one.upper


def test_blocks_keep_their_order_and_stay_inside() -> None:
    starts = np.array([[0.0, 0.999, 0.5]])
    assert block_indices(5, 2, starts).tolist() == [[0, 1, 3, 4, 2]]
    assert block_indices(3, 4, starts).tolist() == [[0, 1, 2]]


def test_correlations_of_each_shift_are_pearsons() -> None:
    rng = np.random.default_rng(2)
    activity, steps = rng.poisson(5, 24).astype(float), rng.normal(size=11)
    first = 18631  # a Monday, 2021-01-04
    days = first + 6 + 14 * np.arange(12)
    one = Pair(first, activity, (Path(days, np.concatenate([[0.0], steps.cumsum()])),))
    # Readings on the Sundays of weeks 0, 2, 4, ...: the interval to the next holds the two weeks after.
    for lag in (0, 4):
        for shift in (0, 5):
            moved = np.roll(activity, shift)
            pairs = [
                (moved[2 * j + 1 - lag : 2 * j + 3 - lag].mean(), steps[j]) for j in range(11) if 2 * j + 1 - lag >= 0
            ]
            wanted = stats.pearsonr(*zip(*pairs, strict=True)).statistic
            assert correlations(one, lag)[shift] == pytest.approx(wanted)


def test_correlation_leaves_out_intervals_with_an_unreported_week() -> None:
    rng = np.random.default_rng(2)
    activity, steps = rng.poisson(5, 24).astype(float), rng.normal(size=11)
    activity[3] = np.nan
    days = 18631 + 6 + 14 * np.arange(12)
    one = Pair(18631, activity, (Path(days, np.concatenate([[0.0], steps.cumsum()])),))
    pairs = [(activity[2 * j + 1 : 2 * j + 3].mean(), steps[j]) for j in range(11) if j != 1]
    assert correlations(one, 0)[0] == pytest.approx(stats.pearsonr(*zip(*pairs, strict=True)).statistic)


def test_correlation_is_null_without_variation_or_readings() -> None:
    days = 18631 + 6 + 14 * np.arange(12)
    still = Path(days, np.full(12, 0.1))
    moving = Path(days, np.random.default_rng(1).normal(size=12))
    assert np.isnan(correlations(Pair(18631, np.arange(24.0), (still,)), 0)).all()
    assert np.isnan(correlations(Pair(18631, np.full(24, 6.0), (moving,)), 0)).all()
    assert np.isnan(correlations(Pair(18631, np.arange(24.0), ()), 0)).all()
    assert np.isnan(correlations(Pair(18631, np.arange(24.0), (Path(days[:7], moving.progress[:7]),)), 0)).all()
    assert np.isnan(correlations(Pair(0, np.empty(0), (moving,)), 0)).all()


def test_mean_test_counts_shifts_as_far_from_zero() -> None:
    # One objective, four shifts, of which two are as far from 0 as the observed one: half of the draws and itself.
    found = mean_test([np.array([0.5, 0.1, -0.5, 0.0])], 9999, np.random.default_rng(1))
    assert found is not None
    assert found[0] == 0.5
    assert found[1] == pytest.approx(0.5, abs=0.02)
    assert mean_test([np.array([np.nan, 0.2])], 99, np.random.default_rng(1)) is None


def test_studentised_test_against_scipy_where_shifts_do_not_resemble_each_other() -> None:
    # 109 distant shifts, alternately 0.1 and -0.1 in blocks that cancel: standard error 0.1.
    rng = np.random.default_rng(3)
    curve = np.where(rng.permutation(160) % 2 == 0, 0.1, -0.1)
    curve[0] = 0.5
    far = curve[26:135]
    centred = far - far.mean()
    alike = [np.mean(centred[k:] * centred[:-k]) / np.mean(centred**2) for k in range(1, 26)]
    freedom = 109 / (1 + 2 * sum(r * r for r in alike))
    assert 50 < freedom < 109
    one_lag = 2 * stats.t.sf(5, freedom)
    assert studentised_test([curve], 26) == pytest.approx(one_lag)
    assert studentised_test([curve, np.where(np.arange(160) == 0, 0.01, 0.1)], 26) == pytest.approx(2 * one_lag)


def test_shifts_that_resemble_their_neighbours_leave_fewer_degrees_of_freedom() -> None:
    slow = 0.1 * np.sign(np.sin(2 * np.pi * (np.arange(160) + 0.5) / 40))
    quick = 0.1 * np.where(np.random.default_rng(3).permutation(160) % 2 == 0, 1.0, -1.0)
    slow[0] = quick[0] = 0.4
    assert studentised_test([slow], 26) > 20 * studentised_test([quick], 26)


def test_studentised_test_needs_a_correlation_and_enough_shifts() -> None:
    assert studentised_test([np.full(160, np.nan)], 26) is None
    assert studentised_test([np.zeros(160)], 26) is None
    assert studentised_test([np.full(90, 0.1)], 26) is None
    assert studentised_test([], 26) is None


@given(st.lists(st.floats(0.0001, 1), min_size=1, max_size=12))
def test_benjamini_hochberg_is_that_of_scipy(p: list[float]) -> None:
    assert benjamini_hochberg(p) == pytest.approx(stats.false_discovery_control(p))


def test_objectives_are_tested_from_160_weeks_on() -> None:
    long = family("association", paired(random_mission(weeks=160, names="ab")), draws=99)
    short = family("association", paired(random_mission(weeks=159, names="ab")), draws=99)
    p = figure(long["a"], "p_value")
    assert p.value is not None
    assert 1 / 110 <= p.value <= 1
    assert figure(short["a"], "p_value").reason == "fewer than 160 weeks"


def quadrant(objectives: Mapping[str, tuple[float, float, Sequence[tuple[str, bool, int, float]]]]) -> pl.DataFrame:
    """Reduced rows: hours now and before, readings (indicator, recent, day of 2021, progress); target end of 2022."""
    rows: list[dict[str, Any]] = []
    for name, (now, before, readings) in objectives.items():
        rows += [{"g": name, "recent": True, "total": now}, {"g": name, "recent": False, "total": before}]
        rows += [
            {
                "g": name,
                "recent": recent,
                "indicator_id": i,
                "observed_on": dt.date(2021, 1, 1) + dt.timedelta(days=day),
                "progress": p,
                "target_on": dt.date(2022, 12, 31),
            }
            for i, recent, day, p in readings
        ]
    schema = {
        "g": pl.String,
        "recent": pl.Boolean,
        "indicator_id": pl.String,
        "observed_on": pl.Date,
        "progress": pl.Float64,
        "target_on": pl.Date,
        "total": pl.Float64,
    }
    frame = pl.DataFrame(rows, schema=schema)
    return frame.with_columns(n_blank=pl.lit(0, pl.Int64), **{k: pl.lit(v) for k, v in BANDS.items()})


def position(found: Estimate) -> str:
    (label,) = [f.label for f in found.figures if f.statistic == "position"]
    return label


def test_only_indicators_read_in_both_windows_count() -> None:
    readings = [("a", False, 200, 0.2), ("a", True, 300, 0.2), ("new", True, 300, 0.9), ("old", False, 200, 0.9)]
    found = family("quadrant", quadrant({"x": (10, 10, readings), "y": (10, 10, [("b", True, 300, 0.5)])}))
    assert figure(found["x"], "progress").value == 0
    assert figure(found["x"], "progress").n == 1
    assert position(found["y"]) == "unmeasured"


def test_between_the_bands_an_objective_is_neutral() -> None:
    still = [("a", False, 200, 0.2), ("a", True, 300, 0.2)]
    found = family("quadrant", quadrant({"x": (12.5, 1, still), "y": (10, 1, still), "z": (5, 1, still)}))
    assert [position(found[k]) for k in "xyz"] == ["neutral", "neutral", "quiet and stalled"]
    busier = family("quadrant", quadrant({"x": (12.6, 1, still), "y": (10, 1, still), "z": (5, 1, still)}))
    assert position(busier["x"]) == "busy and stalled"


def test_alarm_asks_for_rising_activity_and_progress_that_does_not_follow() -> None:
    still = [("a", False, 200, 0.2), ("a", True, 300, 0.2)]
    moves = [("a", False, 200, 0.2), ("a", True, 300, 0.9)]
    found = family("quadrant", quadrant({"x": (10, 5, still), "y": (10, 5, moves), "z": (10, 5, []), "w": (10, 9, [])}))
    alarm = {k: [(f.value, f.label) for f in found[k].figures if f.statistic == "alarm"] for k in "xyzw"}
    assert alarm == {"x": [(1, "stalled")], "y": [(0, "")], "z": [(1, "unmeasured")], "w": [(0, "")]}


def test_wanted_progress_by_hand() -> None:
    day = dt.date(2021, 1, 1)
    assert wanted_progress(0.2, day, day + dt.timedelta(50), day + dt.timedelta(100)) == pytest.approx(0.6)
    assert wanted_progress(0.2, day, day + dt.timedelta(50), day) == pytest.approx(1)
    assert wanted_progress(1.2, day, day + dt.timedelta(50), day + dt.timedelta(100)) == pytest.approx(1.2)


def test_quadrant_refuses_bands_that_differ_and_several_group_columns() -> None:
    frame = quadrant({"x": (1, 1, []), "y": (1, 1, [])})
    with pytest.raises(EstimatorError, match="bands"):
        family("quadrant", frame.with_columns(activity_low=pl.Series(np.arange(frame.height) / 10)))
    with pytest.raises(EstimatorError, match="one column"):
        family("quadrant", frame, groups=("g", "recent"))


def before_after(
    before: Sequence[float | None], after: Sequence[float | None], hours: float = 6, target: int | None = 10
) -> Estimate:
    totals = [*before, *after]
    weeks = [MONDAY + dt.timedelta(weeks=k) for k in range(len(totals))]
    frame = pl.DataFrame(
        {"week": weeks, "total": totals, "time": [None if v is None else hours for v in totals]},
        schema={"week": pl.Date, "total": pl.Float64, "time": pl.Float64},
    )
    since = MONDAY + dt.timedelta(weeks=len(before))
    return estimate("before_after", frame.with_columns(since=pl.lit(since, pl.Date), target=pl.lit(target, pl.Int64)))


def test_a_doubled_count_in_the_same_hours() -> None:
    rng = np.random.default_rng(4)
    found = before_after(rng.poisson(5, 60).tolist(), rng.poisson(10, 60).tolist())
    change = figure(found, "change")
    assert change.lower is not None
    assert change.upper is not None
    assert 1.5 < change.lower < 2 < change.upper < 2.6
    assert figure(found, "weekly_hours", "before").value == figure(found, "weekly_hours", "after").value == 6


def test_heaping_at_the_target() -> None:
    found = before_after([8, 9, 10, 11, 12, 10, 9, 11, 8, 10], [10] * 8 + [9, 12])
    shares = {(f.statistic, f.label): f.value for f in found.figures if f.statistic in ("at_target", "beside_target")}
    assert shares == pytest.approx(
        {
            ("at_target", "before"): 0.3,
            ("beside_target", "before"): 0.2,
            ("at_target", "after"): 0.8,
            ("beside_target", "after"): 0.05,
        }
    )


def test_before_and_after_say_what_is_missing() -> None:
    assert figure(before_after([5] * 9, []), "weekly", "after").reason == "no week reported"
    assert figure(before_after([5] * 9, []), "change").reason == "no count per hour on one side"
    assert figure(before_after([5] * 9, [6] * 9, target=None), "at_target", "after").reason == "no target"
    assert figure(before_after([5] * 9, [6] * 9, hours=0), "per_hour", "after").reason == "no hours"
    few = figure(before_after([5] * 9, [10] * 7), "change")
    assert (few.value, few.lower) == (2, None)
    gaps: Figure = figure(before_after([5, None, 5], [None, 6]), "weekly", "before")
    assert (gaps.value, gaps.n, gaps.n_missing) == (5, 2, 2)
