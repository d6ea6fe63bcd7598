"""``aalen_johansen``: how likely each way of ending is by a given time, where the ways compete.

Belongs here: cumulative incidence, its interval and its publication. Not here: risk tables (``survival``).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import polars as pl

from reportmetrics.metrics.estimators.base import (
    PER_UNIT,
    Estimate,
    Figure,
    Need,
    Param,
    Params,
    Reduction,
    rising_numbers,
)
from reportmetrics.metrics.estimators.survival import (
    FloatArray,
    IntArray,
    RiskTable,
    Z,
    spell_caveats,
    spell_table,
    usable_spells,
)

LARGEST_POWER = 700.0
"""Of e, that a double still holds; bounds are then 0 and 1 to the last digit."""


@dataclass(frozen=True, slots=True)
class Incidence:
    """Cumulative incidence of one cause at the times of ``table``, and its 95 % interval."""

    table: RiskTable
    value: FloatArray
    lower: FloatArray
    upper: FloatArray


def survival_before(table: RiskTable) -> FloatArray:
    """S(t-) of all causes together at the times of ``table``."""
    survival = np.cumprod(1 - table.events / table.at_risk, dtype=np.float64)
    return np.concatenate([[1.0], survival[:-1]])


def cumulative_incidence(table: RiskTable, of_cause: FloatArray) -> Incidence:
    """CIF = sum S(t-) d_k/n with all d_k of a time counted at once, so ties are exact (Aalen & Johansen 1978).

    Variance (Marubini & Valsecchi 1995, 10.5; Collett 2003, 12.4): sum over t_i <= t of (F(t) - F(t_i))^2 d/(n(n-d)) +
    S(t_i-)^2 d_k (n-d_k)/n^3 - 2 (F(t) - F(t_i)) S(t_i-) d_k/n^2, the first term 0 where d = n: nothing follows there.
    Interval F^exp(+-z se/(F log F)), symmetric for log(-log F) (Choudhury 2002); F itself where F is 0 or 1.
    """
    n, d = table.at_risk.astype(np.float64), table.events.astype(np.float64)
    before = survival_before(table)
    value: FloatArray = np.cumsum(before * of_cause / n)
    hazard = np.divide(d, n * (n - d), out=np.zeros_like(n), where=d < n)
    own = before**2 * of_cause * (n - of_cause) / n**3
    cross = before * of_cause / n**2
    # (F(t) - F_i)^2 h_i and (F(t) - F_i) c_i summed over i by their powers of F(t), so that one pass is enough.
    variance = (
        value**2 * hazard.cumsum()
        - 2 * value * (hazard * value).cumsum()
        + (hazard * value**2).cumsum()
        + own.cumsum()
        - 2 * (value * cross.cumsum() - (cross * value).cumsum())
    )
    inside = (value > 0) & (value < 1)
    log_value = np.log(value, where=inside, out=-np.ones_like(n))
    se = np.sqrt(np.maximum(variance, 0.0))
    power = np.divide(Z * se, -value * log_value, where=inside, out=np.zeros_like(n))
    power = np.minimum(power, LARGEST_POWER)
    return Incidence(table, value, value ** np.exp(power), value ** np.exp(-power))


def _names(value: Any) -> str | None:
    fine = isinstance(value, list) and all(isinstance(x, str) and x for x in value) and len(set(value)) == len(value)
    return None if fine else f"must be a list of different names, not {value!r}"


class AalenJohansen:
    """Figures ``incidence`` (label: cause and time, ``approved 60``), ``undecided`` (label: time) and ``events``.

    ``undecided`` is S of all causes together: at each time it and the incidences add up to 1. ``events`` (label:
    cause) counts. A series for each cause: x, y, its interval, n at risk. Rows give ``duration`` and ``cause``, null
    where nothing has ended it yet, and ``entry`` as for ``kaplan_meier``. Causes named in ``causes`` are shown also
    where none occurred; others where they did. All is null beyond the last follow-up.
    """

    name = "aalen_johansen"
    version = 1
    scope: Literal["group"] = "group"
    needs: tuple[Need, ...] = (
        Need("duration", "time from start to the end or to censoring"),
        Need("cause", "how it ended; null: censored"),
        Need("entry", "time from start until it could first be seen; null: from the start", optional=True),
        Need("stale", "true where the extract that the row comes from is stale", optional=True),
    )
    params: tuple[Param, ...] = (
        Param("at", [], rising_numbers, "times at which incidences are given"),
        Param("causes", [], _names, "causes shown in any case, in this order"),
        PER_UNIT,
    )

    def reduction(self, columns: Collection[str], params: Params) -> Reduction:  # noqa: ARG002 (the protocol's)
        """How many spells end at each duration (and entry), by cause."""
        keys = ("duration", "cause", "entry") if "entry" in columns else ("duration", "cause")
        aggregates = {"n_rows": "CAST(count(*) AS BIGINT)"}
        if "stale" in columns:
            aggregates["n_stale"] = "CAST(sum(CASE WHEN stale THEN 1 ELSE 0 END) AS BIGINT)"
        return Reduction(keys, aggregates)

    def finish(self, reduced: pl.DataFrame, params: Params) -> Estimate:
        """Incidences of one group."""
        seen, total = usable_spells(reduced), int(reduced["n_rows"].sum())
        n = int(seen["n_rows"].sum())
        missing = total - n
        if n == 0:
            caveats = spell_caveats(reduced, missing, None)
            return Estimate([Figure("events", None, 0, total, reason="nothing observed", caveats=caveats)])
        table = _table(seen)
        caveats = spell_caveats(reduced, missing, int(table.events.sum()))
        by_cause = _by_cause(seen)
        none = np.empty(0), np.empty(0, dtype=np.int64)
        occurred = sorted(c for c in by_cause if c is not None and c not in params["causes"])
        figures: list[Figure] = []
        series: dict[str, pl.DataFrame] = {}
        for cause in (*params["causes"], *occurred):
            of_cause = _counts(table, by_cause.get(cause, none))
            curve = cumulative_incidence(table, of_cause)
            count = float(of_cause.sum())
            figures.append(Figure("events", count, n, missing, cause, unit="number", caveats=caveats))
            figures += _incidences(curve, cause, n, missing, caveats, params)
            series[cause] = _series(curve, of_cause, float(params["per_unit"]))
        return Estimate(figures + _undecided(table, n, missing, caveats, params), series)


def _by_cause(seen: pl.DataFrame) -> dict[str | None, tuple[FloatArray, IntArray]]:
    """Durations and numbers of the rows that ended by each cause; None: by none yet."""
    causes = np.array(seen["cause"].to_list(), dtype=object)
    duration, rows = seen["duration"].cast(pl.Float64).to_numpy(), seen["n_rows"].to_numpy()
    of = {cause: causes == cause for cause in dict.fromkeys(causes)}
    return {cause: (duration[mine], rows[mine]) for cause, mine in of.items()}


def _table(seen: pl.DataFrame) -> RiskTable:
    ended = np.array([cause is not None for cause in seen["cause"].to_list()])
    return spell_table(seen, np.where(ended, seen["n_rows"].to_numpy(), 0))


def _counts(table: RiskTable, spells: tuple[FloatArray, IntArray]) -> FloatArray:
    duration, rows = spells
    index = np.searchsorted(table.time, duration)
    return np.bincount(index, weights=rows, minlength=len(table.time)).astype(np.float64)


def _at(table: RiskTable, t: float, values: FloatArray, before: float) -> float:
    i = int(np.searchsorted(table.time, t, side="right")) - 1
    return before if i < 0 else float(values[i])


def _incidences(
    curve: Incidence, cause: str, n: int, missing: int, caveats: tuple[str, ...], params: Params
) -> list[Figure]:
    figures = []
    for at in params["at"]:
        t, label = at * float(params["per_unit"]), f"{cause} {at:g}"
        if t > curve.table.last_follow_up:
            reason = "beyond the last follow-up"
            figures.append(Figure("incidence", None, n, missing, label, unit="share", reason=reason, caveats=caveats))
            continue
        value = _at(curve.table, t, curve.value, 0.0)
        # Where the cause has not occurred yet there is no variance to reckon with: no bounds, rather than 0 to 0.
        lower, upper = (_at(curve.table, t, v, 0.0) if value > 0 else None for v in (curve.lower, curve.upper))
        figures.append(Figure("incidence", value, n, missing, label, lower, upper, unit="share", caveats=caveats))
    return figures


def _undecided(table: RiskTable, n: int, missing: int, caveats: tuple[str, ...], params: Params) -> list[Figure]:
    survival = np.cumprod(1 - table.events / table.at_risk, dtype=np.float64)
    figures = []
    for at in params["at"]:
        t = at * float(params["per_unit"])
        known = t <= table.last_follow_up
        value = _at(table, t, survival, 1.0) if known else None
        reason = None if known else "beyond the last follow-up"
        figures.append(Figure("undecided", value, n, missing, f"{at:g}", unit="share", reason=reason, caveats=caveats))
    return figures


def _series(curve: Incidence, of_cause: FloatArray, scale: float) -> pl.DataFrame:
    """Points at 0, at each end of this cause and at the last follow-up."""
    table = curve.table
    keep = (of_cause > 0) | (table.time == table.last_follow_up)
    points = np.stack([table.time / scale, curve.value, curve.lower, curve.upper, table.at_risk])[:, keep]
    if points[0, 0] > 0:
        at_start = table.at_risk[int(np.searchsorted(table.time, 0.0, side="left"))]
        points = np.column_stack([[0.0, 0.0, 0.0, 0.0, at_start], points])
    return pl.from_numpy(points, schema=["x", "y", "lower", "upper", "n"], orient="col")
