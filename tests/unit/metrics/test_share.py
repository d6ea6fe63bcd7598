"""Shares: Wilson's interval, the design effect, and when there is none."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from reportmetrics.metrics.estimators.base import EstimatorError
from reportmetrics.metrics.estimators.share import design_effect, wilson
from tests.unit.metrics.survival_data import estimate, figure


def clusters(tops: list[int], bottoms: list[int], **columns: list[int]) -> pl.DataFrame:
    k = len(tops)
    return pl.DataFrame(
        {
            "cluster": [f"u{i}" for i in range(k)],
            "top": tops,
            "bottom": bottoms,
            "n_missing": [0] * k,
            "n_outside": [0] * k,
            **columns,
        }
    )


@pytest.mark.parametrize(("top", "n"), [(0, 10), (3, 10), (10, 10), (81, 263), (1, 1)])
def test_wilson_is_that_of_scipy(top: int, n: int) -> None:
    ours = wilson(top / n, n, float(stats.norm.ppf(0.975)))
    theirs = stats.binomtest(top, n).proportion_ci(method="wilson")
    assert ours == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_design_effect_by_hand() -> None:
    """Two clusters of 10 with 2 and 8: p = 1/2, residuals -3 and 3, variance 2/1 x 18 / 400 = 0.09, plain 0.0125."""
    assert design_effect(np.array([2.0, 8.0]), np.array([10.0, 10.0])) == pytest.approx(0.09 / 0.0125)
    assert design_effect(np.array([5.0, 5.0]), np.array([10.0, 10.0])) == 1  # never below 1
    assert design_effect(np.array([10.0, 10.0]), np.array([10.0, 10.0])) == 10  # nothing varies: the mean size


def test_interval_uses_effective_n_and_t() -> None:
    """Eight clusters of 10, 4 of them with 2 and 4 with 8: residuals +-3, variance 8/7 x 72 / 6400, plain 0.25 / 80."""
    done = estimate("share", clusters([2, 8] * 4, [10] * 8))
    n_effective = 80 / ((8 / 7 * 72 / 6400) / (0.25 / 80))
    t = float(stats.t.ppf(0.975, 7))
    share = figure(done, "share")
    half = t / (1 + t * t / n_effective) * math.sqrt(0.25 / n_effective + t * t / (4 * n_effective**2))
    assert (share.value, share.n) == (0.5, 80)
    assert (share.lower, share.upper) == pytest.approx((0.5 - half, 0.5 + half))
    assert figure(done, "numerator").value == 40


def test_below_eight_clusters_there_is_no_interval() -> None:
    share = figure(estimate("share", clusters([1] * 7, [2] * 7)), "share")
    assert (share.value, share.lower, share.upper) == (0.5, None, None)
    assert share.caveats[0].startswith("few clusters: 7")
    # A cluster without any denominator is no cluster.
    assert figure(estimate("share", clusters([1] * 7 + [0], [2] * 7 + [0])), "share").lower is None


def test_nothing_to_divide_by_is_null_with_a_reason() -> None:
    share = figure(estimate("share", clusters([0], [0])), "share")
    assert (share.value, share.reason, share.n) == (None, "nothing to take a share of", 0)


def test_a_numerator_that_is_no_part_of_its_denominator_is_refused() -> None:
    with pytest.raises(EstimatorError, match="2 rows have a numerator larger"):
        estimate("share", clusters([3], [2]).with_columns(n_outside=pl.lit(2)))


def test_excess_is_told() -> None:
    share = figure(estimate("share", clusters([2], [2], n_excess=[5])), "share")
    assert share.caveats[0].startswith("excess: 5 ")


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=8, max_size=30), st.randoms())
def test_interval_holds_the_share_whatever_the_order(parts: list[tuple[int, int]], random: object) -> None:
    shuffled = list(parts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = (
        figure(estimate("share", clusters([a for a, _ in p], [a + b for a, b in p])), "share")
        for p in (parts, shuffled)
    )
    assert one.value == other.value
    if one.lower is not None and one.upper is not None and one.value is not None:
        assert 0 <= one.lower <= one.value <= one.upper <= 1
        assert (one.lower, one.upper) == pytest.approx((other.lower, other.upper))
