"""Aalen-Johansen against hand computation, lifelines, Kaplan-Meier, and what must hold."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import AalenJohansenFitter

from reportmetrics.metrics.estimators.base import Estimate
from tests.unit.metrics.survival_data import estimate, figure, kaplan_meier

Z = 1.959963984540054
CAUSES = ("approved", "denied", "withdrawn")


def aalen_johansen(
    duration: Sequence[float | None],
    cause: Sequence[str | None],
    entry: Sequence[float | None] | None = None,
    **given_params: Any,
) -> Estimate:
    frame = pl.DataFrame({"duration": duration, "cause": cause}, schema_overrides={"cause": pl.String()}, strict=False)
    if entry is not None:
        frame = frame.with_columns(pl.Series("entry", entry, dtype=pl.Float64, strict=False))
    keys = frame.columns
    reduced = frame.group_by(keys).agg(pl.len().cast(pl.Int64).alias("n_rows")).sort(keys)
    return estimate("aalen_johansen", reduced, **given_params)


def test_by_hand_with_ties_between_causes() -> None:
    """Times 1 a, 2 a, 2 b, 3+, 4 b. S: 4/5, 4/5 x 2/4 = 2/5, 2/5, 0.

    CIF_a: 1/5, then 1/5 + 4/5 x 1/4 = 2/5. CIF_b: 0, 4/5 x 1/4 = 1/5, at 4 1/5 + 2/5 = 3/5.
    """
    done = aalen_johansen([1, 2, 2, 3, 4], ["a", "a", "b", None, "b"], at=[1, 2, 3, 4])
    assert [figure(done, "incidence", f"a {t}").value for t in (1, 2, 3, 4)] == pytest.approx([0.2, 0.4, 0.4, 0.4])
    assert [figure(done, "incidence", f"b {t}").value for t in (1, 2, 3, 4)] == pytest.approx([0, 0.2, 0.2, 0.6])
    assert [figure(done, "undecided", f"{t}").value for t in (1, 2, 3, 4)] == pytest.approx([0.8, 0.4, 0.4, 0])
    assert [figure(done, "events", c).value for c in "ab"] == [2, 2]
    # Variance of CIF_a(2) = 2/5: i = 1: (1/5)^2 x 1/20 + 1 x 1 x 4/125 - 2 x 1/5 x 1/25; i = 2: (4/5)^2 x 1 x 3/64.
    variance = 0.04 / 20 + 4 / 125 - 0.4 / 25 + 0.64 * 3 / 64
    got = figure(done, "incidence", "a 2")
    power = Z * math.sqrt(variance) / (0.4 * -math.log(0.4))
    assert (got.lower, got.upper) == pytest.approx((0.4 ** math.exp(power), 0.4 ** math.exp(-power)))
    before = figure(done, "incidence", "b 1")
    assert (before.value, before.lower, before.upper) == (0, None, None)
    assert done.series["a"].select("x", "y").rows() == [
        pytest.approx(p) for p in [(0, 0), (1, 0.2), (2, 0.4), (4, 0.4)]
    ]


def test_without_censoring_the_variance_is_the_binomial_one() -> None:
    """With everything seen to its end, CIF_k is a plain share p, and its variance p (1 - p) / n."""
    done = aalen_johansen([1, 2, 3, 4, 5, 6, 7, 8], list("abababbb"), at=[5])
    got = figure(done, "incidence", "a 5")
    assert got.value == pytest.approx(3 / 8)
    power = Z * math.sqrt(3 / 8 * 5 / 8 / 8) / (3 / 8 * -math.log(3 / 8))
    assert (got.lower, got.upper) == pytest.approx(((3 / 8) ** math.exp(power), (3 / 8) ** math.exp(-power)))


@pytest.mark.parametrize("seeds", [range(i, i + 20) for i in range(0, 200, 20)], ids=lambda r: f"seeds {r[0]}")
def test_equals_lifelines_without_ties(seeds: range) -> None:
    """Known differences: lifelines jitters tied times at random, so times here are distinct; where the risk set ends
    with an event (d = n) its variance is not a number, ours leaves out the term that nothing follows."""
    for seed in seeds:
        duration, code, entry = distinct_spells(seed)
        theirs = AalenJohansenFitter().fit(duration, code, event_of_interest=1, entry=entry)
        names = [None, "a", "b"]
        ours = aalen_johansen(duration.tolist(), [names[c] for c in code], entry.tolist()).series["a"]
        ours = ours.filter(pl.col("x") > 0)
        at = ours["x"].to_list()
        curve = theirs.cumulative_density_.loc[at].iloc[:, 0].to_numpy()
        assert ours["y"].to_numpy() == pytest.approx(curve, abs=1e-10), seed
        bounds = theirs.confidence_interval_.loc[at]
        assert ours["lower"].to_numpy() == pytest.approx(bounds.min(axis=1).to_numpy(), abs=1e-10), seed
        assert ours["upper"].to_numpy() == pytest.approx(bounds.max(axis=1).to_numpy(), abs=1e-10), seed


def distinct_spells(seed: int) -> tuple[Any, Any, Any]:
    """Distinct exits, causes 0 (censored), 1 and 2, and in every other set some late entries between whole days.

    Nothing here goes by size; what lifelines takes for its variance grows with the square of it.
    """
    random = np.random.default_rng(seed)
    n = int(random.integers(5, 36))
    duration = random.permutation(np.arange(1, n + 1)).astype(float)
    code = random.integers(0, 3, n)
    code[np.argmax(duration)] = 0
    code[np.argmin(duration)] = 1
    entry = np.zeros(n)
    late = (random.random(n) < 0.3) & (duration > 3) & (seed % 2 == 1)
    entry[late] = np.minimum(duration[late] - 1.5, random.integers(1, 20, n)[late] + 0.5)
    return duration, code, entry


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.sampled_from((*CAUSES, None)), st.integers(-1, 12)), min_size=1, max_size=60
    )
)
def test_what_is_left_and_all_incidences_add_up_to_one(rows: list[tuple[int, str | None, int]]) -> None:
    times, causes, entries = map(list, zip(*rows, strict=True))
    at = [1, 5, 10, 20]
    done = aalen_johansen(times, causes, entries, at=at, causes=list(CAUSES))
    for t in at:
        shares = [f for f in done.figures if f.label == str(t) or f.label.endswith(f" {t}")]
        if all(f.value is not None for f in shares) and shares:
            assert sum(f.value or 0 for f in shares) == pytest.approx(1, abs=1e-12)
        assert len({f.value is None for f in shares}) <= 1
    for curve in done.series.values():
        assert curve["y"].is_sorted()
        assert ((curve["lower"] <= curve["y"] + 1e-12) & (curve["y"] <= curve["upper"] + 1e-12)).all()


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=60))
def test_with_one_cause_it_is_one_minus_kaplan_meier(rows: list[tuple[int, bool]]) -> None:
    times, events = [t for t, _ in rows], [e for _, e in rows]
    done = aalen_johansen(times, ["a" if e else None for e in events], at=[3, 9], causes=["a"])
    whole = kaplan_meier(times, events, at=[3, 9])
    for t in ("3", "9"):
        survival, incidence = figure(whole, "survival", t).value, figure(done, "incidence", f"a {t}").value
        assert incidence == (None if survival is None else pytest.approx(1 - survival))
        assert figure(done, "undecided", t).value == survival


def test_bad_input_is_defined() -> None:
    nothing = aalen_johansen([None, -1, 3], ["a", "a", "a"], [None, None, 3], at=[5])
    assert [(f.statistic, f.value, f.reason, f.n_missing) for f in nothing.figures] == [
        ("events", None, "nothing observed", 3)
    ]
    open_only = aalen_johansen([10, 20], [None, None], at=[5, 25], causes=["a"])
    got = figure(open_only, "incidence", "a 5")
    assert (got.value, got.lower, got.upper) == (0, None, None)
    assert figure(open_only, "incidence", "a 25").reason == "beyond the last follow-up"
    assert [c.split(":")[0] for c in got.caveats] == ["few"]
    together = aalen_johansen([7] * 12, ["a"] * 6 + ["b"] * 6, at=[6, 7])
    assert [figure(together, "incidence", f"{c} 7").value for c in "ab"] == pytest.approx([0.5, 0.5])
    one = aalen_johansen([0], ["a"])
    assert one.series["a"].select("x", "y").rows() == [(0, 1)]
