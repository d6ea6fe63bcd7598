"""Kaplan-Meier against hand computation, published figures, lifelines, and properties that must hold."""

from __future__ import annotations

import math
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from lifelines.utils import median_survival_times, restricted_mean_survival_time

from reportmetrics.metrics.estimators import ESTIMATORS
from reportmetrics.metrics.estimators.base import checked_params
from reportmetrics.metrics.estimators.order_statistics import inverse_cdf
from tests.unit.metrics.survival_data import figure, kaplan_meier

MP6 = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
MP6_EVENT = [x == 1 for x in (1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0)]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
"""Remission weeks of Freireich et al. 1963, as printed in Kleinbaum & Klein, Survival Analysis, table 1.1."""

spells = st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=1, max_size=60)


def test_freireich_remission_times() -> None:
    treated = kaplan_meier(MP6, MP6_EVENT, at=[10, 23], tau=35)
    assert figure(treated, "median").value == 23
    # Printed in Kleinbaum & Klein: S(10) = 0.7529, S(23) = 0.4482.
    assert figure(treated, "survival", "10").value == pytest.approx(0.7529, abs=5e-5)
    assert figure(treated, "survival", "23").value == pytest.approx(0.4482, abs=5e-5)
    placebo = kaplan_meier(PLACEBO, [True] * 21)
    assert (figure(placebo, "median").value, figure(placebo, "events").value) == (8, 21)


def test_hand_computed_curve_with_ties_and_censoring() -> None:
    """Times 1, 2, 2, 2+, 3, 4+: S = 5/6, 5/6 x 3/5 = 1/2, 1/2 x 1/2 = 1/4."""
    done = kaplan_meier([1, 2, 2, 2, 3, 4], [True, True, True, False, True, False], at=[1, 2, 3, 3.5], tau=4)
    values = [figure(done, "survival", t).value for t in ("1", "2", "3", "3.5")]
    assert values == pytest.approx([5 / 6, 1 / 2, 1 / 4, 1 / 4])
    # Area: 1 + 5/6 + 1/2 + 1/4. Right of t: 19/12, 3/4, 1/4; d/(n(n-d)): 1/30, 2/15, 1/2.
    rmst = figure(done, "rmst", "4")
    assert rmst.value == pytest.approx(31 / 12)
    variance = (19 / 12) ** 2 / 30 + (3 / 4) ** 2 * 2 / 15 + (1 / 4) ** 2 / 2
    assert rmst.upper == pytest.approx(31 / 12 + 1.959963984540054 * math.sqrt(variance))
    # Greenwood at 2: 1/30 + 2/15 = 1/6.
    at_two = figure(done, "survival", "2")
    shift = 1.959963984540054 * math.sqrt(1 / 6) / math.log(2)
    assert at_two.lower == pytest.approx(0.5 ** math.exp(shift))
    assert at_two.upper == pytest.approx(0.5 ** math.exp(-shift))
    plain = kaplan_meier([1, 2, 2, 2, 3, 4], [True, True, True, False, True, False], at=[2], interval="log")
    assert figure(plain, "survival", "2").lower == pytest.approx(0.5 * math.exp(-1.959963984540054 * math.sqrt(1 / 6)))
    assert figure(plain, "survival", "2").upper == 1


def test_late_entry_counts_at_risk_only_after_it() -> None:
    """Exits 2, 4, 6; the spell that exits at 6 entered at 2: at risk are 2, 2, 1, so S = 1/2, 1/4, 0."""
    done = kaplan_meier([2, 4, 6], [True] * 3, [None, None, 2], at=[2, 4, 6])
    assert [figure(done, "survival", t).value for t in ("2", "4", "6")] == pytest.approx([0.5, 0.25, 0])
    assert done.series["survival"]["n"].to_list() == [2, 2, 2, 1]


def test_a_spell_that_ended_before_it_could_be_seen_is_missing() -> None:
    done = kaplan_meier([5, 3, None, -1], [True, True, True, False], [0, 3, None, None])
    median = figure(done, "median")
    assert (median.value, median.n, median.n_missing) == (5, 1, 3)
    assert any(c.startswith("not observed: 3 rows") for c in median.caveats)


def test_without_any_event_the_lower_bound_is_the_binomial_one() -> None:
    done = kaplan_meier([10] * 20, [False] * 20, at=[5, 11])
    at_five = figure(done, "survival", "5")
    assert (at_five.value, at_five.upper) == (1, 1)
    assert at_five.lower == pytest.approx(0.025 ** (1 / 20))
    assert figure(done, "survival", "11").reason == "beyond the last follow-up"
    median = figure(done, "median")
    assert (median.value, median.reason, median.upper) == (None, "not reached", None)
    assert [c.split(":")[0] for c in median.caveats] == ["few", "median not reached"]


def test_nothing_but_one_row_and_everything_at_once() -> None:
    one = kaplan_meier([0], [True])
    assert (figure(one, "median").value, one.series["survival"]["y"].to_list()) == (0, [0])
    together = kaplan_meier([7] * 12, [True] * 12, at=[6, 7])
    assert [figure(together, "survival", t).value for t in ("6", "7")] == [1, 0]
    assert figure(together, "median").caveats == ()
    assert figure(kaplan_meier([None], [False]), "median").reason == "nothing observed"


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("name", "separator", "time", "status", "group", "expected"),
    [
        ("lung", ",", "time", "status", None, {None: (228, 165, 310, 284, 361)}),
        ("anderson", " ", "t", "status", "Rx", {0: (21, 9, 23, 13, None), 1: (21, 21, 8, 4, 11)}),
        (
            "veteran",
            ",",
            "time",
            "status",
            "Treatment",
            {"standard": (69, 64, 103, None, None), "test": (68, 64, 52, None, None)},
        ),
    ],
)
def test_published_medians(
    realdata: Path, name: str, separator: str, time: str, status: str, group: str | None, expected: dict
) -> None:
    frame = pl.read_csv(realdata / "survival_refs" / f"{name}.csv", separator=separator)
    for value, (n, events, median, lower, upper) in expected.items():
        rows = frame if group is None else frame.filter(pl.col(group) == value)
        done = kaplan_meier(rows[time].cast(pl.Float64).to_list(), (rows[status] == 1).to_list())
        got = figure(done, "median")
        assert (got.n, figure(done, "events").value, got.value) == (n, events, median)
        if name == "lung":
            assert (got.lower, got.upper) == (lower, upper)


@pytest.mark.parametrize("seeds", [range(i, i + 20) for i in range(0, 200, 20)], ids=lambda r: f"seeds {r[0]}")
def test_equals_lifelines_with_ties_and_late_entry(seeds: range) -> None:
    """Entries, events and censorings tie with each other; both count entry < t <= exit at risk (lifelines since 0.27).

    Known differences lie elsewhere: lifelines' restricted mean has a variance that is not the estimate's, and is
    compared by hand above; with no event at all it gives no interval, here the binomial bound stands."""
    for seed in seeds:
        _compare_with_lifelines(seed)


def _compare_with_lifelines(seed: int) -> None:
    random = np.random.default_rng(seed)
    n = int(random.integers(2, 120))
    duration = random.integers(1, 30, n).astype(float)
    event = random.random(n) < 0.7
    entry = np.where(random.random(n) < 0.5, 0.0, np.minimum(random.integers(0, 20, n), duration - 1))
    entry[0], duration[0] = 0.0, 31.0  # one spell is at risk throughout, so that no risk set runs empty
    event[0], event[-1] = False, True
    theirs = KaplanMeierFitter().fit(duration, event, entry=entry, ci_labels=["lower", "upper"])
    ours = kaplan_meier(duration.tolist(), event.tolist(), entry.tolist(), at=[5, 12.5, 20], tau=25)
    points = ours.series["survival"].filter(pl.col("x") > 0)
    curve = theirs.survival_function_.loc[points["x"].to_list()].iloc[:, 0].to_numpy()
    assert points["y"].to_numpy() == pytest.approx(curve, abs=1e-10)
    bounds = theirs.confidence_interval_.loc[points["x"].to_list()]
    assert points["lower"].to_numpy() == pytest.approx(bounds["lower"].to_numpy(), abs=1e-10)
    assert points["upper"].to_numpy() == pytest.approx(bounds["upper"].to_numpy(), abs=1e-10)
    median = figure(ours, "median")
    expected = [theirs.median_survival_time_, *median_survival_times(theirs.confidence_interval_).to_numpy()[0]]
    got = [math.inf if x is None else x for x in (median.value, median.lower, median.upper)]
    assert got == pytest.approx(expected)


def test_strata_reduced_together_equal_lifelines_on_each() -> None:
    """One GROUP BY over all groups, as a metric runs it: no group sees another's risk set. Areas are compared too."""
    random = np.random.default_rng(13)
    n = 4_000
    rows = pl.DataFrame(
        {
            "hq": random.integers(0, 40, n),
            "duration": random.integers(1, 30, n),
            "event": random.random(n) < 0.7,
        }
    ).with_columns(entry=pl.Series(np.where(random.random(n) < 0.5, 0, random.integers(0, 6, n))))
    rows = rows.with_columns(entry=pl.min_horizontal("entry", pl.col("duration") - 1))
    estimator, given_params = ESTIMATORS["kaplan_meier"], checked_params(ESTIMATORS["kaplan_meier"], {"tau": 20})[0]
    assert estimator.scope == "group"
    reduction = estimator.reduction(rows.columns, given_params)
    aggregates = ", ".join(f"{sql} AS {alias}" for alias, sql in reduction.aggregates.items())
    reduced = duckdb.sql(
        f"SELECT hq, duration, entry, {aggregates} FROM rows GROUP BY ALL ORDER BY hq, duration, entry"
    ).pl()
    for group in reduced.partition_by("hq"):
        mine = rows.filter(hq=group["hq"][0])
        columns = [mine[c].to_numpy().astype(float) for c in ("duration", "event", "entry")]
        theirs = KaplanMeierFitter().fit(columns[0], columns[1], entry=columns[2])
        done = estimator.finish(group, given_params)
        points = done.series["survival"].filter(pl.col("x") > 0)
        curve = theirs.survival_function_.loc[points["x"].to_list()].iloc[:, 0].to_numpy()
        assert points["y"].to_numpy() == pytest.approx(curve, abs=1e-10)
        area = figure(done, "rmst", "20").value
        assert area == pytest.approx(restricted_mean_survival_time(theirs, t=20), abs=1e-10)


@settings(deadline=None)
@given(spells, st.randoms())
def test_the_order_of_rows_does_not_matter(rows: list[tuple[int, bool]], random: object) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = (kaplan_meier([t for t, _ in r], [e for _, e in r], at=[10], tau=1) for r in (rows, shuffled))
    assert first.figures == second.figures
    assert first.series["survival"].equals(second.series["survival"])


@settings(deadline=None)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=60))
def test_without_censoring_it_is_the_empirical_curve(times: list[int]) -> None:
    done = kaplan_meier(times, [True] * len(times))
    for x, y in done.series["survival"].select("x", "y").rows():
        assert y == pytest.approx(sum(t > x for t in times) / len(times))
    values, counts = np.unique(times, return_counts=True)
    for q, name in ((0.25, "q25"), (0.5, "median"), (0.75, "q75")):
        assert figure(done, name).value == inverse_cdf(values.astype(float), counts, q)


@settings(deadline=None)
@given(spells, st.integers(2, 90_000))
def test_times_times_c_give_medians_and_areas_times_c(rows: list[tuple[int, bool]], c: int) -> None:
    times, events = [t for t, _ in rows], [e for _, e in rows]
    plain = kaplan_meier(times, events, tau=10)
    scaled = kaplan_meier([t * c for t in times], events, tau=10, per_unit=c)
    larger = kaplan_meier([t * c for t in times], events, tau=10 * c)
    for name, label in (("median", ""), ("q25", ""), ("rmst", "10")):
        one, same = figure(plain, name, label), figure(scaled, name, label)
        assert (same.value, same.lower, same.upper) == pytest.approx((one.value, one.lower, one.upper))
        many = figure(larger, name, "" if not label else f"{10 * c:g}")
        assert many.value == (None if one.value is None else pytest.approx(one.value * c))


@settings(deadline=None)
@given(spells)
def test_the_curve_falls_inside_its_interval(rows: list[tuple[int, bool]]) -> None:
    points = kaplan_meier([t for t, _ in rows], [e for _, e in rows]).series["survival"]
    assert points["y"].is_sorted(descending=True)
    assert ((points["lower"] <= points["y"]) & (points["y"] <= points["upper"])).all()
    assert points["x"].is_sorted()
