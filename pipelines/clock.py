"""What Dagster remembers of its ticks, set right after the machine's clock was ahead.

A schedule goes on from its last tick and a sensor from its last look. Where these lie ahead, both stay silent until
that time comes. ``python -m pipelines.clock`` sets them to now; the daemon's unit does so before each start.

Belongs here: times of ticks. Not here: arrivals (``ingest.rebuild``) and publications (``publish.history``) of then.
"""

from __future__ import annotations

import time
from typing import Any

import dagster as dg
from dagster._core.scheduler.instigation import InstigatorState, InstigatorTick

AHEAD_SECONDS = 60.0
"""A tick is noted by the time it is for, never later than the clock; this much may be a clock that was set since."""


def set_right(instance: dg.DagsterInstance, now: float | None = None) -> list[str]:
    """Let no tick lie ahead of ``now`` (seconds since 1970; left out: the clock's). Names what was silent, in order."""
    moment = time.time() if now is None else now
    silent = set()
    for state in instance.all_instigator_state():
        ahead = _ticks_ahead(instance, state, moment)
        for tick in ahead:
            instance.update_tick(tick._replace(tick_data=tick.tick_data._replace(timestamp=moment)))
        if ahead or _times_ahead(state, moment):
            instance.update_instigator_state(_remembering(state, moment))
            silent.add(state.instigator_name)
    return sorted(silent)


def _ticks_ahead(instance: dg.DagsterInstance, state: InstigatorState, now: float) -> list[InstigatorTick]:
    return list(instance.get_ticks(state.instigator_origin_id, state.selector_id, after=now + AHEAD_SECONDS))


def _times_ahead(state: InstigatorState, now: float) -> dict[str, float]:
    """Times that the state of a schedule or sensor notes, as far as they lie ahead, by field."""
    noted = state.instigator_data._asdict() if state.instigator_data else {}
    return {k: v for k, v in noted.items() if k.endswith("_timestamp") and v is not None and v > now + AHEAD_SECONDS}


def _remembering(state: InstigatorState, now: float) -> InstigatorState:
    if state.instigator_data is None:
        return state
    right: dict[str, Any] = dict.fromkeys(_times_ahead(state, now), now)
    return state.with_data(state.instigator_data._replace(**right))


if __name__ == "__main__":
    with dg.DagsterInstance.get() as found:
        print("set right:", ", ".join(set_right(found)) or "nothing lay ahead")
