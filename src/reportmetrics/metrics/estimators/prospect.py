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


class Prospect:
    """Figures ``owed`` and ``overdue`` (counts), ``probability`` and ``expected`` (label: the time ahead).

    Rows are all spells, as for ``kaplan_meier``; ``owed`` marks those still open that somebody counts on, ``overdue``
    those among them whose promised day is past. ``probability`` is the mean chance of an event within the time ahead
    over owed spells for which it is known (n), the others are n_missing; ``expected`` is its sum: how many of these
    are likely to be answered. Both without interval: the curve's own says how sure it is.
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
        if owed == 0 or seen.is_empty():
            reason = "nothing promised" if owed == 0 else "nothing observed"
            none = [Figure(n, None, 0, owed, label, unit=u, reason=reason) for n, u in names.items()]
            return Estimate(figures + none)
        curve = product_limit(spell_table(seen))
        waiting = seen.filter(pl.col("n_owed") > 0)
        scale = float(params["per_unit"])
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
        return Estimate(figures)
