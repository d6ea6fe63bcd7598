"""``prospect``: what is to be expected of those that still wait, given how long they have waited already."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Literal

import numpy as np
import polars as pl

from reportmetrics.metrics.estimators.base import PER_UNIT, Estimate, Figure, Need, Param, Params, Reduction, positive
from reportmetrics.metrics.estimators.survival import (
    Curve,
    FloatArray,
    Z,
    product_limit,
    spell_caveats,
    spell_table,
    usable_spells,
)


def chance_of_event(curve: Curve, age: FloatArray, within: float) -> FloatArray:
    """P(T <= age + within | T > age) = 1 - S(age + within) / S(age) for each age; not a number where it is unknown.

    Unknown beyond the last follow-up, and where S(age) is 0: then nothing like it was ever seen waiting.
    """
    heights = np.concatenate([[1.0], curve.survival])
    now, then = (heights[np.searchsorted(curve.table.time, t, side="right")] for t in (age, age + within))
    known = (now > 0) & (age + within <= curve.table.last_follow_up)
    return np.where(known, 1 - np.divide(then, now, out=np.ones_like(now), where=now > 0), np.nan)


def chances(curve: Curve, within: float, unit: float) -> pl.DataFrame:
    """The chance at each whole age (in units of ``unit``), with its interval and the events that it rests on (n).

    Among those still waiting at an age the curve starts anew, so the interval is the log-log one of that curve:
    Greenwood's sum from the age on.
    """
    last = int((curve.table.last_follow_up - within) // unit)
    if last < 0 or curve.survival[-1] == 1:
        return pl.DataFrame(schema=dict.fromkeys(("x", "y", "lower", "upper", "n"), pl.Float64()))
    age = np.arange(last + 1) * unit
    before, after = (np.searchsorted(curve.table.time, t, side="right") for t in (age, age + within))
    survival, greenwood, events = (
        np.concatenate([[start], values])
        for start, values in (
            (1.0, curve.survival),
            (0.0, curve.greenwood),
            (0.0, curve.table.events.cumsum(dtype=np.float64)),
        )
    )
    known = survival[before] > 0
    left = np.divide(survival[after], survival[before], out=np.ones_like(age), where=known)
    se = np.sqrt(np.maximum(greenwood[after] - greenwood[before], 0.0))
    inside = (left > 0) & (left < 1)
    log = np.log(left, where=inside, out=-np.ones_like(left))
    factor = np.exp(np.divide(Z * se, -log, where=inside, out=np.zeros_like(left)))
    bounds = [np.where(inside, 1 - np.exp(log * f), 1 - left) for f in (1 / factor, factor)]
    frame = {
        "x": age / unit,
        "y": 1 - left,
        "lower": bounds[0],
        "upper": bounds[1],
        "n": events[after] - events[before],
    }
    return pl.DataFrame(frame).filter(pl.Series(known))


class Prospect:
    """Figures ``owed`` and ``overdue`` (counts), ``probability`` and ``expected`` (label: the time ahead).

    Rows are all spells, as for ``kaplan_meier``; ``owed`` marks those still open that somebody counts on, ``overdue``
    those among them whose promised day is past. ``probability`` is the mean chance of an event within the time ahead
    over owed spells for which it is known (n), the others are n_missing; ``expected`` is its sum: how many of these
    are likely to be answered. Both without interval: series ``chance`` has that of each age (x age in whole units, y
    chance, n events within the time ahead that it rests on).
    """

    name = "prospect"
    version = 1
    scope: Literal["group"] = "group"
    needs: tuple[Need, ...] = (
        Need("duration", "time from start to event or censoring"),
        Need("event", "true where it ended with the event"),
        Need("owed", "true where it is open and somebody counts on it"),
        Need("overdue", "true where it is owed and the promised day is past"),
        Need("entry", "time from start until it could first be seen; null: from the start", optional=True),
        Need("stale", "true where the extract that the row comes from is stale", optional=True),
    )
    params: tuple[Param, ...] = (Param("within", 30, positive, "how far ahead"), PER_UNIT)

    def reduction(self, columns: Collection[str], params: Params) -> Reduction:  # noqa: ARG002 (the protocol's)
        """Spells, events, and owed spells at each duration (and entry)."""
        counted = {"n_events": "event", "n_owed": "owed", "n_overdue": "overdue"}
        if "stale" in columns:
            counted["n_stale"] = "stale"
        aggregates = {"n_rows": "CAST(count(*) AS BIGINT)"}
        aggregates |= {k: f"CAST(sum(CASE WHEN {c} THEN 1 ELSE 0 END) AS BIGINT)" for k, c in counted.items()}
        return Reduction(("duration", "entry") if "entry" in columns else ("duration",), aggregates)

    def finish(self, reduced: pl.DataFrame, params: Params) -> Estimate:
        """Counts and chances of one group."""
        owed, label = int(reduced["n_owed"].sum()), f"{params['within']:g}"
        rows = int(reduced["n_rows"].sum())
        counts = {"owed": owed, "overdue": int(reduced["n_overdue"].sum())}
        figures = [Figure(name, float(value), rows, unit="number") for name, value in counts.items()]
        names = {"probability": "share", "expected": "number"}
        seen = usable_spells(reduced)
        scale = float(params["per_unit"])
        curve = None if seen.is_empty() else product_limit(spell_table(seen))
        series = {} if curve is None else {"chance": chances(curve, float(params["within"]) * scale, scale)}
        if owed == 0 or curve is None:
            reason = "nothing promised" if owed == 0 else "nothing observed"
            none = [Figure(n, None, 0, owed, label, unit=u, reason=reason) for n, u in names.items()]
            return Estimate(figures + none, series)
        waiting = seen.filter(pl.col("n_owed") > 0)
        chance = chance_of_event(
            curve, waiting["duration"].cast(pl.Float64).to_numpy(), float(params["within"]) * scale
        )
        known = ~np.isnan(chance)
        weight = waiting["n_owed"].to_numpy()[known]
        n, total = int(weight.sum()), float((chance[known] * weight).sum())
        caveats = spell_caveats(reduced, rows - int(seen["n_rows"].sum()), int(curve.table.events.sum()))
        values = {"probability": total / n if n else math.nan, "expected": total}
        unknown = None if n else "beyond the last follow-up"
        figures += [
            Figure(name, values[name] if n else None, n, owed - n, label, unit=unit, reason=unknown, caveats=caveats)
            for name, unit in names.items()
        ]
        return Estimate(figures, series)
