"""Requests to headquarters, with the waits of truths 1 to 5, 12 and 14.

Belongs here: what was asked, when, and when it was decided. Not here: how registers tell of it (``registers``).
All instants are naive UTC; a decision is given even when it lies after ``as_of``, the registers leave it out then.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np

from reportmetrics.sample import truths
from reportmetrics.sample.activities import OWNERS, Activity
from reportmetrics.sample.people import People, Tour
from reportmetrics.sample.plan import Plan, midnight, utc

_OBJECTIVES = tuple(OWNERS)
_TYPES = ("equipment", "personnel", "authority", "legal advice", "funding")
_NO_MOVEMENT = ("force protection unavailable", "movement prohibited")
_SCHOOLS = ("SCH-01", "SCH-02", "SCH-03", "SCH-04")


@dataclass(frozen=True, slots=True)
class Request:
    """One request with all that will ever be known of it."""

    request_id: str
    hq: str
    request_type: str
    objective_id: str
    raised: dt.datetime
    decided: dt.datetime | None
    outcome: str
    acknowledged: dt.datetime | None = None
    withdrawn: dt.datetime | None = None
    priority: str = "routine"
    promised_to: str = ""
    promised_on: dt.date | None = None
    promised_by: dt.date | None = None
    raised_by: str = ""
    activity_id: str = ""
    counterpart_type: str = ""
    amount: float | None = None
    funder: str = ""

    @property
    def closed(self) -> dt.datetime | None:
        """When it was decided or withdrawn."""
        return self.decided or self.withdrawn


def exponential_waits(number: int, median: float, rng: np.random.Generator) -> np.ndarray:
    """Quantiles of an exponential distribution with that median, in days, in random order."""
    levels = (np.arange(number) + 0.5) / number
    return np.asarray(rng.permutation(-np.log1p(-levels) * median / np.log(2)))


def _plus(moment: dt.datetime, days: float) -> dt.datetime:
    return moment + dt.timedelta(minutes=round(days * 1440))


def _outcome(rng: np.random.Generator) -> str:
    return "denied" if rng.random() < 0.25 else "approved"


def _evenly(
    plan: Plan, prefix: str, hq: str, number: int, first: dt.datetime, days: float, waits: np.ndarray
) -> list[Request]:
    """Requests raised at even distances over ``days`` days, decided after ``waits`` days."""
    rng = plan.rng(f"requests {hq}")
    made = []
    for i in range(number):
        raised = _plus(first, i * days / number)
        made.append(
            Request(
                f"{prefix}-{i + 1:04d}",
                hq,
                _TYPES[int(rng.integers(len(_TYPES)))],
                _OBJECTIVES[int(rng.integers(len(_OBJECTIVES)))],
                raised,
                _plus(raised, float(waits[i])),
                _outcome(rng),
                acknowledged=_plus(raised, float(waits[i]) * float(rng.uniform(0.05, 0.4))),
                priority=str(rng.choice(["routine", "routine", "urgent", "immediate"])),
            )
        )
    return made


def jfc_naples(plan: Plan, people: People) -> list[Request]:
    """Truth 1. A longer sample reaches further back, a larger mission asks more often."""
    days = truths.JFC_DAYS + 7 * (plan.weeks - truths.WEEKS)
    number = round(truths.JFC.requests * plan.copies * days / truths.JFC_DAYS)
    waits = exponential_waits(number, truths.JFC.median_days, plan.rng("waits JFC"))
    first = midnight(truths.AS_OF - dt.timedelta(days=days))
    rng, made = plan.rng("JFC details"), []
    for r in _evenly(plan, "JFC", truths.JFC.hq, number, first, days, waits):
        day = r.raised.date()
        unit = OWNERS[r.objective_id]
        tour = people.present(unit, max(day, plan.first_monday))[0]
        promised = bool(rng.random() < 0.35)
        made.append(
            replace(
                r,
                raised_by=tour.advisor,
                promised_to=_SCHOOLS[int(rng.integers(len(_SCHOOLS)))] if promised else "",
                promised_on=day + dt.timedelta(days=1) if promised else None,
                promised_by=day + dt.timedelta(days=60) if promised else None,
                counterpart_type="school" if promised else "government",
            )
        )
    return made


def shape(plan: Plan) -> list[Request]:
    """Truth 2, the quick one."""
    truth = truths.SHAPE
    waits = exponential_waits(truth.requests, truth.median_days, plan.rng("waits SHAPE"))
    return _evenly(plan, "SHP", truth.hq, truth.requests, midnight(truths.JFC_FIRST_DAY), truths.JFC_DAYS, waits)


def committee(plan: Plan) -> list[Request]:
    """Truth 2: decided at the first meeting for which the papers were in time."""
    truth, meeting = truths.COMMITTEE, truths.COMMITTEE_LAST_MEETING
    meetings = [utc(dt.datetime.combine(meeting, dt.time(10))) + dt.timedelta(days=42 * k) for k in range(-12, 3)]
    made = _evenly(
        plan, "GRC", truth.hq, truth.requests, midnight(truths.JFC_FIRST_DAY), truths.JFC_DAYS, np.ones(truth.requests)
    )
    lead = dt.timedelta(days=truths.COMMITTEE_PAPERS_DAYS)
    return [
        replace(
            r,
            request_type=("project", "equipment")[k % 2],
            decided=next(m for m in meetings if m >= r.raised + lead),
            acknowledged=r.raised + dt.timedelta(days=1),
        )
        for k, r in enumerate(made)
    ]


def training_command(plan: Plan) -> list[Request]:
    """Truth 3, in whole days."""
    truth = truths.MIXED
    rng = plan.rng("requests Training Command")
    fates = (
        [("course seat", "withdrawn", 12.0)] * truth.withdrawn
        + [("course seat", "decided", 0.0)] * truth.same_day
        + [(truth.tied_type, "decided", float(truth.tied_days))] * truth.tied
        + [("course seat", "open", 0.0)] * truth.open
    )
    rest = truth.requests - len(fates)
    fates += [("course seat", "decided", 5.0 + 3 * k) for k in range(rest)]
    outcomes = ["approved"] * truth.approved + ["denied"] * truth.denied
    made, number = [], 0
    for k, at in enumerate(rng.permutation(len(fates))):
        kind, fate, wait = fates[int(at)]
        raised = midnight(dt.date(2021, 1, 10) + dt.timedelta(days=5 * k))
        end = raised + dt.timedelta(days=wait)
        decided = end if fate == "decided" else None
        outcome = outcomes[number] if decided else fate
        number += decided is not None
        withdrawn = end if fate == "withdrawn" else None
        objective = _OBJECTIVES[k % len(_OBJECTIVES)]
        made.append(
            Request(f"TRC-{k + 1:04d}", truth.hq, kind, objective, raised, decided, outcome, withdrawn=withdrawn)
        )
    return made


def stale(plan: Plan) -> list[Request]:
    """Truth 4: the log ends 60 days before ``as_of``."""
    truth, first = truths.STALE, truths.JFC_FIRST_DAY
    waits = exponential_waits(truth.requests, truth.median_days, plan.rng("waits AIRCOM"))
    days = (truths.STALE_EXTRACT - first).days
    return _evenly(plan, "AIR", truth.hq, truth.requests, midnight(first), days, waits)


def silent(plan: Plan) -> list[Request]:
    """Truth 4: quick decisions until a day, then none."""
    number = truths.SILENT_REQUESTS
    waits = exponential_waits(number, 20.0, plan.rng("waits JSEC"))
    made = _evenly(plan, "JSC", truths.SILENT_HQ, number, midnight(truths.JFC_FIRST_DAY), truths.JFC_DAYS, waits)
    last = midnight(truths.SILENT_SINCE)
    return [
        replace(
            r,
            decided=r.decided if r.decided and r.decided < last else None,
            acknowledged=r.acknowledged if r.acknowledged and r.acknowledged < last else None,
        )
        for r in made
    ]


def selected(plan: Plan) -> list[Request]:
    """Truth 5: of requests raised over four years, those decided in the last one, and three that are open."""
    rng = plan.rng("waits Brunssum")
    first, days, number = midnight(dt.date(2018, 1, 31)), 1461, 480
    waits = exponential_waits(number, 125.0, rng)
    start, end = midnight(truths.SELECTED_FROM), midnight(truths.AS_OF - dt.timedelta(days=1))
    made = _evenly(plan, "BRU", truths.SELECTED_HQ, number, first, days, waits)
    closed = [r for r in made if r.decided and start <= r.decided < end]
    still = [r for r in made if r.decided and r.decided >= end and r.raised < end]
    return closed + still[:: max(1, len(still) // truths.SELECTED_OPEN)][: truths.SELECTED_OPEN]


def outlived(plan: Plan, people: People) -> list[Request]:
    """Truth 12: raised in tours that are over; three in ten were decided after the tour, the others before its end."""
    number = truths.OUTLIVED_REQUESTS
    over = [t for t in people.tours if t.arrived >= plan.first_monday and t.leaves < dt.date(2021, 12, 15)]
    rng = plan.rng("requests LANDCOM")
    late = rng.permutation([True] * round(number * truths.OUTLIVED_SHARE) + [False] * round(number * 0.7))
    made = []
    for k in range(number):
        tour: Tour = over[k * len(over) // number]
        raised = midnight(tour.leaves) - dt.timedelta(days=int(rng.integers(25, 120)), hours=-9)
        if late[k]:
            decided = midnight(tour.leaves) + dt.timedelta(days=int(rng.integers(3, 40)), hours=11)
        else:
            left = (midnight(tour.leaves) - raised).days
            decided = raised + dt.timedelta(days=int(rng.integers(5, left - 2)), hours=2)
        objective = _OBJECTIVES[k % len(_OBJECTIVES)]
        outcome = _outcome(rng)
        acknowledged = raised + dt.timedelta(days=2)
        kind = ("personnel", "equipment")[k % 2]
        made.append(
            Request(
                f"LND-{k + 1:04d}", truths.OUTLIVED_HQ, kind, objective, raised, decided, outcome, acknowledged,
                raised_by=tour.advisor,
            )
        )  # fmt: skip
    return made


def movement(plan: Plan, activities: list[Activity]) -> list[Request]:
    """Truth 14: movements asked for outside the compound; granted by type of counterpart."""
    rng, made = plan.rng("movement"), []
    for counterpart_type, (asked, granted) in truths.MOVEMENT.items():
        trips = [a for a in activities if a.outside and a.held and a.counterpart_type == counterpart_type]
        lost = [a for a in activities if a.reason in _NO_MOVEMENT and a.counterpart_type == counterpart_type]
        chosen = [(a, "approved") for a in _spread(trips, granted)] + [
            (a, "denied") for a in _spread(lost, asked - granted)
        ]
        for activity, outcome in chosen:
            day = activity.held or activity.planned
            if day is None:
                raise ValueError(f"activity {activity.activity_id} has no day")
            raised = utc(dt.datetime.combine(day, dt.time(9))) - dt.timedelta(days=int(rng.integers(2, 6)))
            answered = raised + dt.timedelta(hours=int(rng.integers(3, 40)))
            made.append(
                Request(
                    "", truths.MOVEMENT_HQ, "movement", activity.objective_id, raised, answered, outcome,
                    raised_by=activity.advisor, activity_id=activity.activity_id, counterpart_type=counterpart_type,
                )
            )  # fmt: skip
    made.sort(key=lambda r: (r.raised, r.activity_id))
    return [replace(r, request_id=f"MOV-{k + 1:04d}") for k, r in enumerate(made)]


def _spread(found: list[Activity], number: int) -> list[Activity]:
    """``number`` of the rows, evenly over all."""
    if len(found) < number:
        raise ValueError(f"{len(found)} activities are too few for {number} movements; use more weeks")
    return [found[k * len(found) // number] for k in range(number)]


def _waiting(activities: list[Activity], objective: str, raised: dt.date, decided: dt.date, k: int) -> Activity:
    """The activity that the ``k``-th grant was asked for: the first that fits after the day of asking or of answer."""
    mine = [a for a in activities if a.objective_id == objective]
    if k == 9:
        return next(a for a in mine if a.status == "cancelled" and a.planned and a.planned > raised)
    if k % 4 == 3:
        return next(a for a in mine if a.held and raised < a.held < decided)
    return next(a for a in mine if a.held and a.held > decided)


def small_grants(plan: Plan, people: People, activities: list[Activity]) -> list[Request]:
    """Truth 14: ten small activities paid, eight of them by nations; each for an activity of its objective.

    Most were held after the answer; every fourth did not wait for it, and one was cancelled.
    """
    rng, made = plan.rng("small grants"), []
    purposes = ("workshop", "venue", "travel", "printing")
    for k in range(truths.GRANTS):
        raised = midnight(dt.date(2021, 2, 1) + dt.timedelta(days=33 * k))
        objective = _OBJECTIVES[k % len(_OBJECTIVES)]
        funder = "national" if k not in (3, 7) else "common"
        decided = raised + dt.timedelta(days=int(rng.integers(4, 20)))
        advisor = people.present(OWNERS[objective], raised.date())[0].advisor
        amount = float(rng.integers(300, 4_900)) + 0.5
        waiting = _waiting(activities, objective, raised.date(), decided.date(), k)
        made.append(
            Request(
                f"GRT-{k + 1:03d}", truths.GRANTS_HQ, purposes[k % 4], objective, raised, decided, "approved",
                amount=amount, funder=funder, raised_by=advisor, activity_id=waiting.activity_id,
            )
        )  # fmt: skip
    return made
