"""The cadence replay against what is known analytically, against a plain replay, and at its edges."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportmetrics.metrics.estimators import replay_loss
from reportmetrics.metrics.estimators.base import Estimate, checked_params
from reportmetrics.metrics.estimators.replay import Replay
from reportmetrics.metrics.estimators.replay_loss import carried_forward_errors, material_changes, phase_losses

KS = (2, 4, 8, 13)


def estimate(
    *series: list[float], noise: float | None = None, limits: tuple[float, float, float] | None = None, **params: Any
) -> Estimate:
    rows = [
        {"series": f"s{s}", "at": 7 * i, "row_key": f"{s}-{i}", "value": value, "noise": noise}
        for s, values in enumerate(series)
        for i, value in enumerate(values)
    ]
    frame = pl.DataFrame(rows, schema_overrides={"noise": pl.Float64, "value": pl.Float64}).with_columns(
        minutes=pl.lit(60.0)
    )
    if limits is not None:
        names = ("error_limit", "missed_limit", "delay_limit")
        frame = frame.with_columns(pl.lit(v).alias(n) for n, v in zip(names, limits, strict=True))
    checked, problems = checked_params(Replay(), params)
    assert not problems
    return Replay().finish(frame, checked)


def value(result: Estimate, statistic: str, k: int | str = "") -> float | None:
    (found,) = [f for f in result.figures if f.statistic == statistic and f.label == str(k)]
    return found.value


@pytest.mark.parametrize("k", KS)
def test_a_random_walk_loses_half_its_variance_times_k_minus_one(k: int) -> None:
    step = 2.0
    walk = np.cumsum(np.random.default_rng(k).choice([-step, step], (4000, 60)), axis=1)
    errors = np.concatenate([carried_forward_errors(walk, k, p).ravel() for p in range(k)])
    assert (errors**2).mean() == pytest.approx(step**2 * (k - 1) / 2, rel=0.03)


@pytest.mark.parametrize("k", KS)
def test_a_line_loses_half_its_slope_times_k_minus_one_in_every_phase(k: int) -> None:
    line = 1.5 * np.arange(61.0)[None, :]
    for phase in range(k):
        assert np.abs(carried_forward_errors(line, k, phase)).mean() == pytest.approx(1.5 * (k - 1) / 2)


@pytest.mark.parametrize("k", KS)
def test_a_lasting_change_is_seen_half_of_k_minus_one_reports_later(k: int) -> None:
    result = estimate([0.0] * 30 + [1.0] * 30, cadences=[k])
    assert value(result, "delay_mean", k) == pytest.approx(7 * (k - 1) / 2)
    assert value(result, "delay", k) == pytest.approx(7 * (k - 1))
    assert value(result, "missed", k) == 0


@pytest.mark.parametrize("length", [1, 2, 3, 5, 9])
@pytest.mark.parametrize("k", KS)
def test_a_spell_is_missed_as_often_as_it_is_shorter_than_the_interval(k: int, length: int) -> None:
    spell = [0.0] * 30 + [1.0] * length + [0.0] * 30
    values = np.array([spell])
    changes = material_changes(values, np.array([0.1]))
    start = 30
    assert changes.at.tolist() == [start, start + length]
    assert changes.ends.tolist() == [start + length, values.shape[1]]
    assert changes.lasts.tolist() == changes.reverses.tolist() == [False, True]
    days = 7.0 * np.arange(values.shape[1])[None, :]
    losses = phase_losses(values, days, np.ones(1), changes, k)
    assert sum(loss.missed for loss in losses) / k == pytest.approx(max(0.0, 1 - length / k))


@given(st.lists(st.integers(0, 4), min_size=2, max_size=25), st.integers(1, 6), st.data())
def test_it_agrees_with_a_plain_replay(values: list[int], k: int, data: st.DataObject) -> None:
    phase = data.draw(st.integers(0, k - 1))
    matrix, scale = np.array([values], dtype=float), np.array([4.0])
    changes = material_changes(matrix, 0.25 * scale)
    loss = phase_losses(matrix, np.arange(len(values), dtype=float)[None, :], scale, changes, k)[phase]
    # Plainly: walk through the reports, with what was kept last in the hand.
    events, level = [], values[0]
    for i, x in enumerate(values):
        if abs(x - level) > 1:
            events.append(i)
            level = x
    kept = range(phase, len(values), k)
    missed, seen, delay = 0, 0, 0
    for start, end in itertools.zip_longest(events, events[1:]):
        within = [i for i in kept if start <= i < (len(values) if end is None else end)]
        if within:
            seen, delay = seen + 1, delay + within[0] - start
        elif end is not None:
            missed += 1
    assert (loss.missed, loss.seen, loss.delay) == (missed, seen, delay)
    last = phase + (len(values) - phase) // k * k
    plain = [abs(values[i] - values[i - (i - phase) % k]) / 4 for i in range(phase, last)]
    assert loss.absolute == pytest.approx(sum(plain))
    assert loss.points == len(plain)


def test_phases_taken_a_few_at_a_time_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(3).normal(size=(6, 40)).cumsum(axis=1)
    days, scale = 7.0 * np.tile(np.arange(40.0), (6, 1)), np.array([1, 2, 0, 4, 5, 6.0])
    changes = material_changes(values, np.full(6, 0.5))
    at_once = phase_losses(values, days, scale, changes, 13)
    monkeypatch.setattr(replay_loss, "CELLS", 3 * len(changes.at))
    assert phase_losses(values, days, scale, changes, 13) == at_once
    assert sum(loss.seen for loss in at_once) > 0


@given(st.lists(st.lists(st.integers(0, 9), min_size=2, max_size=12), min_size=1, max_size=4))
def test_keeping_every_report_loses_nothing(series: list[list[int]]) -> None:
    result = estimate(*[[float(x) for x in s] for s in series], cadences=[1])
    assert value(result, "error", 1) == 0
    assert value(result, "missed", 1) in (0, None)
    assert value(result, "delay", 1) in (0, None)
    assert value(result, "hours_saved", 1) == 0


def test_a_figure_does_not_change_with_the_unit_of_the_values() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(size=60).cumsum()
    one, other = estimate(list(values)), estimate(list(-40 * values + 3))
    for name, k in itertools.product(("error", "missed", "reversals_missed", "delay"), KS):
        assert value(one, name, k) == pytest.approx(value(other, name, k))


def test_the_longest_interval_is_advised_only_when_all_shorter_ones_are_inside() -> None:
    # A change every fourth report: with k = 4 no phase misses any, with k = 2 none either, with 8 half are missed.
    values = [float(i // 4 % 2) for i in range(64)]
    assert value(estimate(values, limits=(1.0, 0.1, 30.0)), "advised") == 4
    assert value(estimate(values, limits=(1.0, 1.0, 7.0)), "advised") == 2
    assert value(estimate(values, limits=(0.001, 1.0, 100.0)), "advised") == 1
    everything = estimate(values, limits=(1.0, 1.0, 1000.0))
    assert value(everything, "advised") == 13
    assert value(estimate(values), "advised") is None


def test_too_few_reports_and_series_that_never_change() -> None:
    one = estimate([3.0], limits=(1, 1, 100))
    assert value(one, "error", 2) is None
    assert value(one, "advised") is None
    still = estimate([5.0] * 60, limits=(0.05, 0.1, 14.0))
    assert value(still, "error", 13) == 0
    assert value(still, "missed", 13) is None
    assert value(still, "advised") == 13
    mixed = estimate([5.0] * 60, [float(i) for i in range(60)])
    alone = estimate([float(i) for i in range(60)])
    assert value(mixed, "error", 4) == value(alone, "error", 4)


def test_hours_saved_follow_the_hours_of_all_reports() -> None:
    # Two series of an hour a week each: 2 x 30.4375 / 7 hours a month, of which three quarters.
    result = estimate([float(i) for i in range(60)], [0.0] * 60)
    assert value(result, "hours_saved", 4) == pytest.approx(2 * 30.4375 / 7 * 0.75)
    frontier = result.series["frontier"]
    assert frontier["n"].to_list() == list(KS)
    assert frontier["x"].is_sorted()
