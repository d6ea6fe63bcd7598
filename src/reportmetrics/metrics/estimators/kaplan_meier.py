"""``kaplan_meier``: how long something takes, with what is not over yet counted in."""

from __future__ import annotations

import math
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
    one_of,
    positive,
    probabilities,
    quantile_name,
    rising_numbers,
)
from reportmetrics.metrics.estimators.survival import (
    Curve,
    FloatArray,
    Z,
    product_limit,
    quantile_time,
    restricted_mean,
    spell_caveats,
    spell_table,
    usable_spells,
)


def _tau(value: Any) -> str | None:
    return None if value is None else positive(value)


@dataclass(frozen=True, slots=True)
class _About:
    """What all figures of a group have in common."""

    n: int
    missing: int
    caveats: tuple[str, ...]

    def figure(
        self,
        statistic: str,
        value: float | None,
        lower: float | None = None,
        upper: float | None = None,
        *,
        label: str = "",
        unit: str | None = None,
        reason: str | None = None,
    ) -> Figure:
        """A figure of the group."""
        return Figure(statistic, value, self.n, self.missing, label, lower, upper, unit, reason, self.caveats)


class KaplanMeier:
    """Figures ``q25``, ``median``, ``q75``, ``survival``, ``rmst`` (label: the time), ``events`` and ``censored``.

    Series ``survival``: x time, y S(x), its interval, n at risk at x. Rows give ``duration``, ``event`` (false:
    censored then) and, where a register began late, ``entry``; durations are divided by ``per_unit`` last, so whole
    seconds stay exact. Rows without duration, or that ended before they could be seen (entry >= duration), are
    n_missing. S and the restricted mean are null beyond the last follow-up.
    """

    name = "kaplan_meier"
    version = 1
    scope: Literal["group"] = "group"
    needs: tuple[Need, ...] = (
        Need("duration", "time from start to event or censoring"),
        Need("event", "true where it ended with the event"),
        Need("entry", "time from start until it could first be seen; null: from the start", optional=True),
        Need("stale", "true where the extract that the row comes from is stale", optional=True),
    )
    params: tuple[Param, ...] = (
        Param("at", [], rising_numbers, "times at which S is given"),
        Param("quantiles", [0.25, 0.5, 0.75], probabilities, "which quantiles"),
        Param("tau", None, _tau, "up to where the restricted mean goes; left out: none"),
        Param("interval", "log-log", one_of("log-log", "log"), "scale on which the interval is symmetric"),
        PER_UNIT,
    )

    def reduction(self, columns: Collection[str], params: Params) -> Reduction:  # noqa: ARG002 (the protocol's)
        """How many spells, and how many events, end at each duration (and entry)."""
        aggregates = {
            "n_rows": "CAST(count(*) AS BIGINT)",
            "n_events": "CAST(count(CASE WHEN event THEN 1 END) AS BIGINT)",
        }
        if "stale" in columns:
            aggregates["n_stale"] = "CAST(sum(CASE WHEN stale THEN 1 ELSE 0 END) AS BIGINT)"
        return Reduction(("duration", "entry") if "entry" in columns else ("duration",), aggregates)

    def finish(self, reduced: pl.DataFrame, params: Params) -> Estimate:
        """The curve of one group and what is read off it."""
        total = int(reduced["n_rows"].sum())
        seen = usable_spells(reduced)
        n = int(seen["n_rows"].sum())
        if n == 0:
            caveats = spell_caveats(reduced, total, None)
            return Estimate([Figure("median", None, 0, total, reason="nothing observed", caveats=caveats)])
        curve = product_limit(spell_table(seen), params["interval"])
        events = int(curve.table.events.sum())
        caveats = spell_caveats(reduced, total - n, events)
        if quantile_time(curve.table.time, curve.survival, 0.5) is None:
            caveats += ("median not reached: fewer than half are estimated to end within the time observed",)
        about = _About(n, total - n, caveats)
        figures = [
            *self._quantiles(curve, params, about),
            *self._survival(curve, params, about),
            *self._restricted_mean(curve, params, about),
            about.figure("events", float(events), unit="number"),
            about.figure("censored", float(n - events), unit="number"),
        ]
        return Estimate(figures, {"survival": self._series(curve, float(params["per_unit"]))})

    @staticmethod
    def _quantiles(curve: Curve, params: Params, about: _About) -> list[Figure]:
        scale, time = float(params["per_unit"]), curve.table.time

        def when(values: FloatArray, q: float) -> float | None:
            t = quantile_time(time, values, q)
            return None if t is None else t / scale

        figures = []
        for q in params["quantiles"]:
            value = when(curve.survival, q)
            reason = "not reached" if value is None else None
            bounds = when(curve.lower, q), when(curve.upper, q)
            figures.append(about.figure(quantile_name(q), value, *bounds, reason=reason))
        return figures

    @staticmethod
    def _survival(curve: Curve, params: Params, about: _About) -> list[Figure]:
        figures = []
        some = bool(curve.table.events.any())
        for at in params["at"]:
            t, label = at * float(params["per_unit"]), f"{at:g}"
            if t > curve.table.last_follow_up:
                reason = "beyond the last follow-up"
                figures.append(about.figure("survival", None, label=label, unit="share", reason=reason))
                continue
            i = int(np.searchsorted(curve.table.time, t, side="right")) - 1
            value, lower, upper = (
                (float(curve.survival[i]), float(curve.lower[i]), float(curve.upper[i])) if i >= 0 else (1.0, 1.0, 1.0)
            )
            if not some:
                lower = 0.025 ** (1 / curve.at_risk(t))
            figures.append(about.figure("survival", value, lower, upper, label=label, unit="share"))
        return figures

    @staticmethod
    def _restricted_mean(curve: Curve, params: Params, about: _About) -> list[Figure]:
        if params["tau"] is None:
            return []
        scale, label = float(params["per_unit"]), f"{params['tau']:g}"
        tau = params["tau"] * scale
        if tau > curve.table.last_follow_up:
            return [about.figure("rmst", None, label=label, reason="beyond the last follow-up")]
        area, variance = restricted_mean(curve, tau)
        half = Z * math.sqrt(variance)
        # Without any event the variance cannot be estimated; an interval of width 0 would claim certainty.
        bounds = ((area - half) / scale, (area + half) / scale) if curve.table.events.any() else (None, None)
        return [about.figure("rmst", area / scale, *bounds, label=label)]

    @staticmethod
    def _series(curve: Curve, scale: float) -> pl.DataFrame:
        """Points at 0, at each event and at the last follow-up."""
        table = curve.table
        keep = (table.events > 0) | (table.time == table.last_follow_up)
        columns = [table.time / scale, curve.survival, curve.lower, curve.upper, table.at_risk]
        points = np.stack(columns)[:, keep]
        if points[0, 0] > 0:
            points = np.column_stack([[0.0, 1.0, 1.0, 1.0, curve.at_risk(0.0)], points])
        return pl.from_numpy(points, schema=["x", "y", "lower", "upper", "n"], orient="col")
