"""Chances of those that still wait: by hand, and against a curve drawn anew from their age on."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportmetrics.metrics.estimators.base import Estimate
from tests.unit.metrics.survival_data import estimate, figure, kaplan_meier


def prospect(rows: Sequence[tuple[int, bool]], *, owed: Sequence[bool] | None = None, within: int = 30) -> Estimate:
    times, events = [t for t, _ in rows], [e for _, e in rows]
    flags = list(owed) if owed is not None else [False] * len(rows)
    frame = pl.DataFrame({"duration": times, "n_events": events, "n_owed": flags, "n_overdue": [False] * len(rows)})
    reduced = frame.group_by("duration").agg(
        pl.len().cast(pl.Int64).alias("n_rows"), pl.col("n_events", "n_owed", "n_overdue").sum().cast(pl.Int64)
    )
    return estimate("prospect", reduced.sort("duration"), within=within)


def test_the_chance_at_each_age_by_hand() -> None:
    """Times 1, 2, 2+, 4, 5+: S = 4/5 (1), 3/5 (2), 3/10 (4). Within 2 more: at 0 2/5, at 1 1/4, at 2 1/2, at 3 1/2."""
    chance = prospect([(1, True), (2, True), (2, False), (4, True), (5, False)], within=2).series["chance"]
    assert chance.select("x", "y", "n").rows() == [
        (0, pytest.approx(2 / 5), 2),
        (1, pytest.approx(1 / 4), 1),
        (2, pytest.approx(1 / 2), 1),
        (3, pytest.approx(1 / 2), 1),
    ]


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 25), st.booleans()), min_size=2, max_size=50), st.integers(1, 8))
def test_it_is_the_curve_of_those_that_have_waited_as_long(rows: list[tuple[int, bool]], within: int) -> None:
    """Share, interval and events at age x are those of a Kaplan-Meier curve of the spells longer than x."""
    for x, y, lower, upper, n in prospect(rows, within=within).series["chance"].iter_rows():
        left = [(t, e) for t, e in rows if t > x]
        again = kaplan_meier([t for t, _ in left], [e for _, e in left], at=[x + within])
        anew = figure(again, "survival", f"{x + within:g}")
        assert y == pytest.approx(1 - anew.value)
        assert n == sum(e for t, e in left if t <= x + within)
        if n and 0 < y < 1:
            assert (lower, upper) == (pytest.approx(1 - anew.upper), pytest.approx(1 - anew.lower))


def test_nothing_is_said_without_a_decision_or_beyond_the_last_follow_up() -> None:
    assert prospect([(10, False), (60, False)]).series["chance"].is_empty()
    assert prospect([(10, True), (20, False)]).series["chance"].is_empty()
    done = prospect([(10, True), (20, False)], owed=[False, True])
    assert figure(done, "probability", "30").reason == "beyond the last follow-up"
    assert figure(done, "owed").value == 1
