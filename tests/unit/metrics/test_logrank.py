"""The log-rank test against hand computation, published figures, lifelines, brute force, and what must hold."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines.statistics import multivariate_logrank_test

from reportmetrics.metrics.estimators import ESTIMATORS
from reportmetrics.metrics.estimators.base import Estimate, EstimatorError, Figure
from tests.unit.metrics.test_kaplan_meier import MP6, MP6_EVENT, PLACEBO

LOGRANK = ESTIMATORS["logrank"]


def compare_groups(
    group: Sequence[Any],
    duration: Sequence[float | None],
    event: Sequence[bool],
    entry: Sequence[float | None] | None = None,
    stratum: Sequence[Any] | None = None,
    within: Sequence[Any] | None = None,
) -> dict[tuple[str | None, ...], Estimate]:
    """Estimates by the values of their group columns."""
    columns: dict[str, Any] = {"hq": list(group), "duration": duration, "event": event}
    columns |= {k: v for k, v in {"entry": entry, "stratum": stratum, "kind": within}.items() if v is not None}
    frame = pl.DataFrame(columns, strict=False)
    groups = [c for c in ("kind", "hq") if c in columns]
    keys = [*groups, *(c for c in ("duration", "entry", "stratum") if c in columns)]
    reduced = (
        frame.group_by(keys)
        .agg(pl.len().cast(pl.Int64).alias("n_rows"), pl.col("event").sum().cast(pl.Int64).alias("n_events"))
        .sort(keys)
    )
    assert LOGRANK.scope == "family"
    return {tuple(dims.values()): e for dims, e in LOGRANK.finish_family(reduced, groups, {})}


def figure(of: Estimate, statistic: str) -> Figure:
    (found,) = [f for f in of.figures if f.statistic == statistic]
    return found


def brute_force(
    group: Sequence[Any],
    duration: Sequence[float],
    event: Sequence[bool],
    entry: Sequence[float],
    stratum: Sequence[Any],
) -> float:
    """The same statistic, one risk set at a time, with numpy's pseudo-inverse."""
    names = sorted(set(group))
    u, v = np.zeros(len(names)), np.zeros((len(names), len(names)))
    rows = list(zip(group, duration, event, entry, stratum, strict=True))
    for s in set(stratum):
        for t in {r[1] for r in rows if r[2] and r[4] == s}:
            at_risk = [r for r in rows if r[4] == s and r[3] < t <= r[1]]
            dead = [r for r in at_risk if r[2] and r[1] == t]
            n, d = len(at_risk), len(dead)
            p = np.array([sum(r[0] == g for r in at_risk) for g in names]) / n
            u += np.array([sum(r[0] == g for r in dead) for g in names]) - d * p
            v += d * (n - d) / max(n - 1, 1) * (np.diag(p) - np.outer(p, p))
    return float(u @ np.linalg.pinv(v, rcond=1e-10, hermitian=True) @ u)


def test_two_groups_by_hand() -> None:
    """A: 1, 3+; B: 2, 4. At 1: n 4, A 2, d 1: E 1/2, V 1/4. At 2: n 3, A 1: 1/3, 2/9. At 4: n 1, A 0: 0, 0.

    O - E = 1 - 5/6 = 1/6; V = 17/36; so chi2 = 1/17.
    """
    done = compare_groups("AABB", [1, 3, 2, 4], [True, False, True, True])
    assert figure(done[()], "chi2").value == pytest.approx(1 / 17)
    assert figure(done[()], "df").value == 1
    assert figure(done[()], "p").n == 4
    counted = {k: [figure(done[k,], s).value for s in ("observed", "expected")] for k in "AB"}
    assert counted == {"A": pytest.approx([1, 5 / 6]), "B": pytest.approx([2, 13 / 6])}


def test_ties_by_hand() -> None:
    """Both A and one of two B end at 1: n 4, A 2, d 3: E 3/2, V 3 x 1 / 3 x 1/4 = 1/4. At 2: B alone."""
    done = compare_groups("AABB", [1, 1, 1, 2], [True] * 4)
    assert figure(done[()], "chi2").value == pytest.approx((2 - 1.5) ** 2 / 0.25)


def test_late_entry_by_hand() -> None:
    """A exits at 2 and 4; B at 3, entered at 2. At 2: A alone. At 3: A 1, B 1: E_A 1/2, V 1/4. At 4: A alone."""
    done = compare_groups("AAB", [2, 4, 3], [True] * 3, [None, None, 2])
    assert figure(done[()], "chi2").value == pytest.approx(0.25 / 0.25)
    assert figure(done["B",], "expected").value == pytest.approx(0.5)


def test_freireich_remission_times() -> None:
    """16.793 (R's survdiff, 16.8 in print)."""
    done = compare_groups([0] * 21 + [1] * 21, [*MP6, *PLACEBO], [*MP6_EVENT, *[True] * 21])
    assert figure(done[()], "chi2").value == pytest.approx(16.793, abs=5e-4)
    assert figure(done["0",], "expected").value == pytest.approx(19.25, abs=5e-3)


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("name", "separator", "time", "group", "chi2", "p"),
    [
        ("lung", ",", "time", "sex", 10.3267, 0.00131),
        ("anderson", " ", "t", "Rx", 16.793, None),
        ("veteran", ",", "time", "Treatment", 0.00823, None),
    ],
)
def test_published_statistics(
    realdata: Path, name: str, separator: str, time: str, group: str, chi2: float, p: float | None
) -> None:
    rows = pl.read_csv(realdata / "survival_refs" / f"{name}.csv", separator=separator)
    done = compare_groups(rows[group].to_list(), rows[time].cast(pl.Float64).to_list(), (rows["status"] == 1).to_list())
    digits = 5e-6 if chi2 < 1 else 5e-4 if chi2 == 16.793 else 5e-5  # as many as were published
    assert figure(done[()], "chi2").value == pytest.approx(chi2, abs=digits)
    assert p is None or figure(done[()], "p").value == pytest.approx(p, abs=5e-6)


def spells(seed: int) -> dict[str, Any]:
    """Random spells with many ties, in two to five groups; entries lie between whole days."""
    random = np.random.default_rng(seed)
    n, k = int(random.integers(10, 150)), int(random.integers(2, 6))
    duration = random.integers(1, 25, n).astype(float)
    late = np.minimum(random.integers(0, 20, n) + 0.5, duration - 0.5)
    return {
        "group": random.integers(0, k, n).tolist(),
        "duration": duration.tolist(),
        "event": [True, *(random.random(n - 1) < 0.7).tolist()],
        "entry": np.where(random.random(n) < 0.5, 0.0, late).tolist(),
        "stratum": random.integers(0, 3, n).tolist(),
    }


@pytest.mark.filterwarnings("ignore:Starting with pandas")
@pytest.mark.parametrize("seeds", [range(i, i + 20) for i in range(0, 200, 20)], ids=lambda r: f"seeds {r[0]}")
def test_equals_lifelines_with_ties(seeds: range) -> None:
    """Known differences: lifelines takes neither entry nor strata; those are compared with brute force below."""
    for seed in seeds:
        rows = spells(seed)
        theirs = multivariate_logrank_test(rows["duration"], rows["group"], rows["event"])
        ours = compare_groups(rows["group"], rows["duration"], rows["event"])[()]
        assert figure(ours, "chi2").value == pytest.approx(theirs.test_statistic, abs=1e-10, rel=1e-10), seed
        assert figure(ours, "p").value == pytest.approx(theirs.p_value, abs=1e-10), seed
        assert figure(ours, "df").value == theirs.degrees_of_freedom, seed


def test_equals_brute_force_with_entry_and_strata() -> None:
    for seed in range(60):
        rows = spells(seed)
        names = ("group", "duration", "event", "entry", "stratum")
        expected = brute_force(*(rows[name] for name in names))
        got = figure(compare_groups(*(rows[name] for name in names))[()], "chi2").value
        assert got == pytest.approx(expected, abs=1e-10, rel=1e-9), seed


def test_one_test_within_each_value_of_the_columns_before() -> None:
    done = compare_groups("ABAB", [1, 2, 3, 3], [True] * 4, within=["x", "x", "y", "y"])
    assert set(done) == {("x",), ("y",), ("x", "A"), ("x", "B"), ("y", "A"), ("y", "B")}
    assert figure(done["x",], "chi2").value == pytest.approx(1)  # at 1: O 1, E 1/2, V 1/4; at 2 B alone
    assert figure(done["y",], "chi2").value is None
    assert figure(done["y",], "p").reason == "never two groups at risk together"
    assert {f.label for f in done["x",].figures} == {"hq"}


def test_pairs_are_told_only_where_the_groups_differ_and_are_corrected_for_their_number() -> None:
    """A ends at 1 to 20, B and C at 101 to 120: A differs from both, B and C do not. Three pairs: times 3, 2, 1."""
    times = [*range(1, 21), *range(101, 121), *range(101, 121)]
    groups = "A" * 20 + "B" * 20 + "C" * 20
    found = {f.label: f for f in compare_groups(groups, times, [True] * 60)[()].figures if f.statistic == "pair_p"}
    assert set(found) == {"A | B", "A | C", "B | C"}
    alone = figure(compare_groups(groups[:40], times[:40], [True] * 40)[()], "p").value
    assert alone is not None
    assert found["A | B"].value == pytest.approx(3 * alone)
    assert found["A | C"].value == pytest.approx(3 * alone)
    assert found["B | C"].value == pytest.approx(1)
    assert found["B | C"].n == 40
    alike = compare_groups("ABAB", [1, 1, 2, 2], [True] * 4)[()]
    assert not [f for f in alike.figures if f.statistic == "pair_p"]


def test_bad_input_has_a_reason_and_no_value() -> None:
    cases = {
        "no event": compare_groups("AB", [1, 2], [False, False]),
        "one group only": compare_groups("AA", [1, 2], [True, True]),
        "nothing observed": compare_groups("AB", [None, -1], [True, True]),
    }
    for reason, done in cases.items():
        got = figure(done[()], "p")
        assert (got.value, got.reason) == (None, reason)
    after_end = compare_groups("ABB", [2, 3, 1], [True] * 3, [None, None, 1])[()]
    assert (figure(after_end, "p").n, figure(after_end, "p").n_missing) == (2, 1)
    unknown = compare_groups(["A", None, None], [1, 2, 3], [True] * 3)
    assert figure(unknown[None,], "observed").value == 2
    assert LOGRANK.scope == "family"
    with pytest.raises(EstimatorError, match="there is none"):
        LOGRANK.finish_family(pl.DataFrame({"duration": [1]}), [], {})


def test_all_events_at_once_tell_nothing() -> None:
    """Everybody ends at 5: d = n, no variance. A later survivor makes the groups comparable."""
    assert figure(compare_groups("AABB", [5] * 4, [True] * 4)[()], "p").value is None
    assert figure(compare_groups("AABBB", [5, 5, 5, 5, 9], [True] * 5)[()], "p").value is not None


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 20), st.booleans()), min_size=1, max_size=60),
    st.integers(2, 86_400),
    st.randoms(),
)
def test_neither_order_nor_unit_nor_names_matter(rows: list[tuple[str, int, bool]], c: int, random: Any) -> None:
    shuffled = [("XYZ"["ABC".index(g)], t * c, e) for g, t, e in rows]
    random.shuffle(shuffled)
    first, second = (compare_groups(*map(list, zip(*r, strict=True)))[()] for r in (rows, shuffled))
    for name in ("chi2", "p", "df"):
        one, other = figure(first, name), figure(second, name)
        assert one.reason == other.reason
        assert one.value == (other.value if other.value is None else pytest.approx(other.value, abs=1e-9))


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 20), st.booleans()), min_size=1, max_size=60))
def test_observed_and_expected_have_the_same_sum(rows: list[tuple[str, int, bool]]) -> None:
    done = compare_groups(*map(list, zip(*rows, strict=True)))
    own = [e for key, e in done.items() if key]
    sums = [sum(figure(e, s).value or 0 for e in own) for s in ("observed", "expected")]
    assert sums[0] == pytest.approx(sums[1])
