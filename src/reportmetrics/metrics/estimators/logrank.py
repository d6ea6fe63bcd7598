"""``logrank``: whether groups wait equally long.

Belongs here: the test of equal hazards and its publication. Not here: the groups' curves (``kaplan_meier``).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
import polars as pl

from reportmetrics.metrics.estimators.base import Estimate, EstimatorError, Figure, Need, Param, Params, Reduction
from reportmetrics.metrics.estimators.distributions import chi2_tail
from reportmetrics.metrics.estimators.survival import FEW_EVENTS, FloatArray, IntArray, entries, usable_spells

CELLS = 2_000_000
"""Largest number of (event time, group) pairs held at once."""
SINGULAR = 1e-10
"""Eigenvalues of the correlation matrix below it count as zero."""

LEVEL = 0.05
"""Below it groups count as told apart."""
BETWEEN = " | "
"""Stands between the names of two groups in the label of their comparison."""

Dims = dict[str, "str | None"]


@dataclass(frozen=True, slots=True)
class Spells:
    """Counted spells of one group in one stratum: ``rows`` of them, of which ``events`` end with the event."""

    entry: FloatArray
    exit: FloatArray
    rows: IntArray
    events: IntArray

    def at_risk(self, times: FloatArray) -> FloatArray:
        """Number with entry < t <= exit."""
        return _counted(self.entry, self.rows, times) - _counted(self.exit, self.rows, times)

    def events_at(self, times: FloatArray) -> FloatArray:
        """Number of events at each of ``times``, which are distinct and rising."""
        here = np.isin(self.exit, times)
        return np.bincount(
            np.searchsorted(times, self.exit[here]), weights=self.events[here], minlength=len(times)
        ).astype(np.float64)


def _counted(moments: FloatArray, rows: IntArray, times: FloatArray) -> FloatArray:
    """Rows whose moment lies before each of ``times``."""
    order = np.argsort(moments, kind="stable")
    total = np.concatenate([[0], rows[order].cumsum()])
    return total[np.searchsorted(moments[order], times, side="left")].astype(np.float64)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Observed and expected events by group, and the test; ``degrees`` 0 where nothing can be compared."""

    observed: FloatArray
    expected: FloatArray
    chi2: float
    degrees: int

    @property
    def p(self) -> float:
        """Probability of a chi-squared value as large, when the hazards are equal."""
        return chi2_tail(self.chi2, self.degrees)


def compare(strata: Sequence[Sequence[Spells]]) -> Comparison:
    """Log-rank test over strata, each with the spells of all groups in the same order.

    At each event time of a stratum, with n at risk of which n_j in group j, and d events: E_j sums d n_j/n and V sums
    d (n-d)/(n-1) (diag(n_j/n) - n_j n_l/n^2), nothing for n = 1 (Mantel 1966; Peto and Peto 1972; Kalbfleisch and
    Prentice 1980, 1.4). Ties need no correction; late entry only changes who is at risk. The statistic is
    (O-E)' V^- (O-E), its degrees of freedom the rank of V, so that groups never at risk beside another take none.
    """
    (whole,) = compare_each(strata, [range(len(strata[0]))])
    return whole


def compare_each(strata: Sequence[Sequence[Spells]], choices: Sequence[Sequence[int]]) -> list[Comparison]:
    """One test for each of ``choices``: of the groups at those places alone, as :func:`compare` of them would be.

    Who is at risk in a group does not depend on which others it is compared with, and is counted once.
    """
    sums = [_Sums(len(choice)) for choice in choices]
    for at_risk, events in _exposed(strata):
        for choice, sum_ in zip(choices, sums, strict=True):
            sum_.add(at_risk.take(choice, axis=1), events.take(choice, axis=1))
    return [sum_.comparison() for sum_ in sums]


def _exposed(strata: Sequence[Sequence[Spells]]) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Numbers at risk, and of events, at event times of a stratum: arrays (times, groups)."""
    for groups in strata:
        times = np.unique(np.concatenate([g.exit[g.events > 0] for g in groups]))
        step = max(1, CELLS // len(groups))
        for part in (times[i : i + step] for i in range(0, len(times), step)):
            yield (
                np.column_stack([g.at_risk(part) for g in groups]),
                np.column_stack([g.events_at(part) for g in groups]),
            )


class _Sums:
    """What adds up over event times, of so many groups."""

    def __init__(self, groups: int) -> None:
        self._observed, self._expected = np.zeros(groups), np.zeros(groups)
        self._variance = np.zeros((groups, groups))

    def add(self, at_risk: FloatArray, events: FloatArray) -> None:
        d = events.sum(axis=1)
        here = d > 0
        if not here.all():
            at_risk, events, d = at_risk[here], events[here], d[here]
        n = at_risk.sum(axis=1)
        share = at_risk / n[:, None]
        weight = np.divide(d * (n - d), n - 1, out=np.zeros_like(n), where=n > 1)
        self._observed += events.sum(axis=0)
        self._expected += (d[:, None] * share).sum(axis=0)
        self._variance += np.diag((weight[:, None] * share).sum(axis=0)) - (weight[:, None] * share).T @ share

    def comparison(self) -> Comparison:
        return Comparison(
            self._observed, self._expected, *_quadratic_form(self._observed - self._expected, self._variance)
        )


def _quadratic_form(difference: FloatArray, variance: FloatArray) -> tuple[float, int]:
    """Quadratic form u V^- u, and the rank of V, scaled to correlations so that small groups are no noise."""
    varies = variance.diagonal() > 0
    if not varies.any():
        return 0.0, 0
    scale = 1 / np.sqrt(variance.diagonal()[varies])
    values, vectors = np.linalg.eigh(variance[np.ix_(varies, varies)] * np.outer(scale, scale))
    real = values > SINGULAR
    along = vectors[:, real].T @ (difference[varies] * scale)
    return float((along**2 / values[real]).sum()), int(real.sum())


class LogRank:
    """Figures ``p``, ``chi2`` and ``df`` of each test; ``observed`` and ``expected`` events of each group.

    Where the groups of a test are not alike (p below 0.05), ``pair_p`` (label: ``A | B``) says which: the test of two
    groups alone, times the number of pairs that are left (Holm 1979), so that all pairs together err once in twenty.

    The last group column is compared, within each combination of the ones before it: ``[hq]`` compares headquarters,
    ``[hq, request_type]`` types within each headquarters. The test's label is the compared column. Rows give
    ``duration``, ``event``, ``entry`` as for ``kaplan_meier`` and, if wanted, ``stratum``: groups are then compared
    only within a stratum, and what they differ by is added up. The unit of time does not matter.
    """

    name = "logrank"
    version = 1
    scope: Literal["family"] = "family"
    needs: tuple[Need, ...] = (
        Need("duration", "time from start to event or censoring"),
        Need("event", "true where it ended with the event"),
        Need("entry", "time from start until it could first be seen; null: from the start", optional=True),
        Need("stratum", "groups are compared within it only", optional=True),
    )
    params: tuple[Param, ...] = ()

    def reduction(self, columns: Collection[str], params: Params) -> Reduction:  # noqa: ARG002 (the protocol's)
        """How many spells, and how many events, end at each duration (and entry) of a stratum."""
        optional = tuple(name for name in ("entry", "stratum") if name in columns)
        return Reduction(
            ("duration", *optional),
            {
                "n_rows": "CAST(count(*) AS BIGINT)",
                "n_events": "CAST(sum(CASE WHEN event THEN 1 ELSE 0 END) AS BIGINT)",
            },
        )

    def finish_family(
        self,
        reduced: pl.DataFrame,
        groups: Sequence[str],
        params: Params,  # noqa: ARG002 (the protocol's)
    ) -> list[tuple[Dims, Estimate]]:
        """One test for each combination of the group columns before the last, and the groups compared in it."""
        if not groups:
            raise EstimatorError("logrank compares the values of its last group column, and there is none")
        *within, across = groups
        families = reduced.partition_by(within, maintain_order=True) if within else [reduced]
        return [part for family in families if family.height for part in self._family(family, within, across)]

    def _family(self, family: pl.DataFrame, within: Sequence[str], across: str) -> list[tuple[Dims, Estimate]]:
        dims = {name: _text(family[name][0]) for name in within}
        seen, total = usable_spells(family), int(family["n_rows"].sum())
        n = int(seen["n_rows"].sum())
        names = seen[across].unique(maintain_order=True).to_list()
        parts = seen.partition_by("stratum", maintain_order=True) if "stratum" in seen.columns else [seen]
        strata = [_spells(part, across, names) for part in parts]
        test = compare(strata) if names else None
        figures = _test_figures(test, n, total - n, across)
        if test is not None and test.degrees and test.p < LEVEL:
            figures += _pairs(strata, names)
        done: list[tuple[Dims, Estimate]] = [(dims, Estimate(figures))]
        if test is None:
            return done
        for i, name in enumerate(names):
            rows = sum(int(groups[i].rows.sum()) for groups in strata)
            counts: Mapping[str, float] = {"observed": test.observed[i], "expected": test.expected[i]}
            own = [Figure(s, float(v), rows, label=across, unit="number") for s, v in counts.items()]
            done.append(({**dims, across: _text(name)}, Estimate(own)))
        return done


def _test_figures(test: Comparison | None, n: int, missing: int, across: str) -> list[Figure]:
    reason: str | None = None
    caveats: tuple[str, ...] = ()
    events = 0 if test is None else int(test.observed.sum())
    if test is None or n == 0:
        reason = "nothing observed"
    elif len(test.observed) < 2:
        reason = "one group only"
    elif events == 0:
        reason = "no event"
    elif test.degrees == 0:
        reason = "never two groups at risk together"
    elif events < FEW_EVENTS:
        caveats = (f"few: {events} events, fewer than {FEW_EVENTS}",)
    values: Mapping[str, float | None] = {"p": None, "chi2": None, "df": None}
    if reason is None and test is not None:
        values = {"p": test.p, "chi2": test.chi2, "df": float(test.degrees)}
    units = {"p": "probability", "chi2": "number", "df": "number"}
    return [Figure(s, v, n, missing, across, unit=units[s], reason=reason, caveats=caveats) for s, v in values.items()]


def _pairs(strata: Sequence[Sequence[Spells]], names: Sequence[object]) -> list[Figure]:
    """Tests of two groups each, Holm's correction over all of them; a pair that cannot be compared counts as 1."""
    found = []
    pairs = list(combinations(range(len(names)), 2))
    rows = [sum(int(groups[i].rows.sum()) for groups in strata) for i in range(len(names))]
    for (i, j), test in zip(pairs, compare_each(strata, pairs), strict=True):
        label = BETWEEN.join(_text(names[k]) or "" for k in (i, j))
        found.append((test.p if test.degrees else 1.0, label, rows[i] + rows[j]))
    corrected: dict[str, Figure] = {}
    highest = 0.0
    for place, (p, label, n) in enumerate(sorted(found)):
        highest = max(highest, min(1.0, p * (len(found) - place)))
        corrected[label] = Figure("pair_p", highest, n, label=label, unit="probability")
    return [corrected[label] for _, label, _ in found]


def _spells(rows: pl.DataFrame, across: str, names: Sequence[object]) -> list[Spells]:
    """The spells of each group in a stratum; of one that is not in it, none."""
    groups = rows.partition_by(across, as_dict=True, maintain_order=True)
    return [_spells_of(groups.get((name,), rows.clear())) for name in names]


def _spells_of(mine: pl.DataFrame) -> Spells:
    entry = entries(mine)
    return Spells(
        np.full(mine.height, -math.inf) if entry is None else entry,
        mine["duration"].cast(pl.Float64).to_numpy(),
        mine["n_rows"].to_numpy(),
        mine["n_events"].to_numpy(),
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)
