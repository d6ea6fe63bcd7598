"""Advisors, their posts and tours (truth 12).

Belongs here: who held which post when. Not here: what they did.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from reportmetrics.sample import truths
from reportmetrics.sample.plan import Plan

GRADES = ("OF-3", "OF-4", "OF-3", "OR-9", "OF-4", "OF-5")
_CYCLE = truths.TOUR_DAYS + truths.GAP_DAYS


@dataclass(frozen=True, slots=True)
class Tour:
    """One advisor in one post, first and last day inclusive (the last day may lie ahead)."""

    advisor: str
    post: str
    unit: str
    arrived: dt.date
    leaves: dt.date
    qualified: bool


class People:
    """All tours, and who was there on a day."""

    def __init__(self, plan: Plan) -> None:
        self.tours = _tours(plan)
        self._by_unit: dict[str, list[Tour]] = {}
        for tour in self.tours:
            self._by_unit.setdefault(tour.unit, []).append(tour)

    def present(self, unit: str, day: dt.date) -> list[Tour]:
        """Tours of a unit that cover ``day``, in order of post."""
        return [t for t in self._by_unit[unit] if t.arrived <= day <= t.leaves]

    def rows(self, extract: dt.date) -> list[list[str]]:
        """Tours that had begun by ``extract``, the last day only where it is past."""
        return [
            [
                t.advisor,
                t.post,
                t.unit,
                t.arrived.isoformat(),
                t.leaves.isoformat() if t.leaves < extract else "",
                "yes" if t.qualified else "no",
            ]
            for t in self.tours
            if t.arrived < extract
        ]


def _tours(plan: Plan) -> list[Tour]:
    rng, tours, number = plan.rng("tours"), [], 0
    for unit in plan.profile.mission.units:
        for k in range(unit.advisors):
            # Posts of a unit change hands one after the other, so that it is never empty.
            before = plan.first_monday - dt.timedelta(days=1 + (k * _CYCLE) // unit.advisors + 7)
            arrived = max(before, unit.opened)
            while arrived <= truths.AS_OF:
                number += 1
                leaves = arrived + dt.timedelta(days=truths.TOUR_DAYS)
                qualified = bool(rng.random() < 0.7)
                tours.append(
                    Tour(f"ADV-{number:05d}", f"{unit.unit_id}/{k + 1}", unit.unit_id, arrived, leaves, qualified)
                )
                arrived = leaves + dt.timedelta(days=truths.GAP_DAYS)
    return tours
