"""What was done: activity rows by week and objective (truths 7, 11, 13 and the execution figures of LO-14).

Belongs here: activity rows. Not here: outcomes (``readings``, which looks at the weekly counts for truth 8).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np

from reportmetrics.sample import truths
from reportmetrics.sample.people import People
from reportmetrics.sample.plan import Plan

OWNERS = {
    "LO-01": "U-01",
    "LO-02": "U-02",
    "LO-03": "U-03",
    "LO-04": "U-04",
    "LO-05": "U-05",
    "LO-06": "U-06",
    "LO-07": "U-06",
    "LO-08": "U-07",
    "LO-09": "U-08",
    "LO-10": "U-08",
    "LO-11": "U-09",
    "LO-12": "U-10",
    "LO-13": "U-09",
    "LO-14": "U-10",
}
"""The unit that works for an objective."""
_MEETINGS = {
    "LO-01": 9,
    "LO-02": 6,
    "LO-03": 5,
    "LO-04": 20,
    "LO-05": 7,
    "LO-06": 6,
    "LO-07": 5,
    "LO-08": 6,
    "LO-09": 2,
    "LO-10": 10,
    "LO-12": 5,
    "LO-13": 6,
    "LO-14": 4,
}
_MEETINGS_ONLY = ("LO-09", truths.REPORTABLE, truths.EXECUTION_OBJECTIVE)
_HOURS = {"meeting": 3.0, "call": 0.5, "workshop": 6.0, "visit": 4.0, "training": 5.0}
_COUNTERPARTS = (
    ("MOD-PLANS", "government"),
    ("MOD-FIN", "government"),
    ("MOD-HR", "government"),
    ("MOI-INSP", "government"),
    ("NSC", "government"),
    ("JOC", "military"),
    ("LOG-CMD", "military"),
    ("MED-DIR", "military"),
    ("CYB-DIR", "military"),
    ("NGO-RELIEF", "NGO"),
    ("NGO-WOMEN", "NGO"),
    ("NGO-LAW", "NGO"),
    ("SCH-01", "school"),
    ("SCH-02", "school"),
    ("SCH-03", "school"),
    ("SCH-04", "school"),
    ("UN-OFFICE", "international"),
)
_REASONS = (
    "force protection unavailable",
    "movement prohibited",
    "counterpart",
    "counterpart refused vetting",
    "never asked for",
    "weather",
)
_PLACES = ("Baghdad", "Taji", "Basrah", "Erbil", "Besmaya")


@dataclass(frozen=True, slots=True)
class Activity:
    """A row of the activity log; ``week`` is the week in which the log tells of it."""

    activity_id: str
    week: int
    objective_id: str
    kind: str
    status: str
    reason: str
    planned: dt.date | None
    held: dt.date | None
    hours: float
    participants: int | None
    counterpart: str
    counterpart_type: str
    place: str
    outside: bool
    vehicles: int | None
    advisor: str

    def cells(self) -> list[object]:
        """Cells in the order of the log's header."""
        hours = self.hours if self.held else None
        return [
            self.activity_id,
            self.objective_id,
            self.kind,
            self.status,
            self.reason,
            self.planned,
            self.held,
            1,
            hours,
            self.participants,
            self.counterpart,
            self.counterpart_type,
            self.place,
            self.outside,
            self.vehicles,
            self.advisor,
        ]


def make_activities(plan: Plan, people: People) -> list[Activity]:
    """All activity of the mission, hours settled, in order of week and objective.

    With more personnel each copy of a unit works as the first one does; the weeks of LO-04 and the other truths are
    multiplied with it.
    """
    rows: list[Activity] = []
    for copy in range(plan.copies):
        suffix = f"-{copy + 1}" if copy else ""
        for objective_id, unit in OWNERS.items():
            rows += _objective(plan, people, objective_id, unit + suffix, f"{objective_id}{suffix}")
    rows = _settled(plan, rows)
    return sorted(rows, key=lambda a: (a.week, a.activity_id))


def weekly_held(plan: Plan, rows: list[Activity]) -> dict[str, np.ndarray]:
    """Pieces held by objective and week (length ``weeks``)."""
    held = {objective_id: np.zeros(plan.weeks) for objective_id in OWNERS}
    for row in rows:
        if row.held is not None:
            held[row.objective_id][row.week] += 1
    return held


def _meeting_counts(plan: Plan, objective_id: str, stream: str) -> np.ndarray:
    rng = plan.rng(f"meetings {stream}")
    if objective_id == truths.REPORTABLE:
        return _reportable_counts(plan, rng)
    mean = _MEETINGS[objective_id]
    if objective_id in truths.DRIVEN:
        return rng.poisson(mean, plan.weeks)
    if objective_id in _MEETINGS_ONLY:
        return np.full(plan.weeks, mean)
    # Blocks of five weeks with the same total: the mean is exact over any number of whole blocks.
    blocks = [rng.permutation([-2, -1, 0, 1, 2]) for _ in range(-(-plan.weeks // 5))]
    return mean + np.concatenate(blocks)[-plan.weeks :]


def _reportable_counts(plan: Plan, rng: np.random.Generator) -> np.ndarray:
    """Poisson quantiles in random order, 5 a week before the day, 10 after it."""
    from scipy.stats import poisson

    before = sum(m < truths.REPORTABLE_SINCE for m in plan.mondays)
    parts = []
    for number, mean in ((before, 5), (plan.weeks - before, 10)):
        levels = (np.arange(number) + 0.5) / number
        parts.append(rng.permutation(poisson.ppf(levels, mean).astype(int)))
    return np.concatenate(parts)


def _objective(plan: Plan, people: People, objective_id: str, unit: str, stream: str) -> list[Activity]:
    rng = plan.rng(f"activity {stream}")
    meetings = _meeting_counts(plan, objective_id, stream)
    exact = objective_id == truths.EXECUTION_OBJECTIVE
    rows: list[Activity] = []
    serial = 0
    for week in range(plan.weeks):
        kinds = ["meeting"] * int(meetings[week])
        if objective_id not in _MEETINGS_ONLY:
            kinds += [str(k) for k in rng.choice(["call", "call", "workshop", "visit", "training"], rng.integers(1, 4))]
        for kind in kinds:
            unplanned = serial % 6 == 5 if exact else rng.random() < 0.15
            rows.append(_held(plan, people, rng, f"{stream}/{serial:05d}", week, objective_id, unit, kind, unplanned))
            serial += 1
        lost = _lost_statuses(rng, week, len(kinds), exact)
        for status in lost:
            rows.append(_lost(plan, people, rng, f"{stream}/{serial:05d}", week, objective_id, unit, status))
            serial += 0 if exact else 1
            if exact:
                rows[-1] = replace(rows[-1], activity_id=f"{stream}/L{week:04d}{status[0]}")
    return rows


def _lost_statuses(rng: np.random.Generator, week: int, planned: int, exact: bool) -> list[str]:
    """What was planned and did not take place: by the calendar where figures must be exact, else by chance."""
    if exact:
        return ["cancelled"] * (week % 2 == 0) + ["postponed"] * (week % 3 == 0)
    return ["cancelled"] * int(rng.binomial(planned, 0.10)) + ["postponed"] * int(rng.binomial(planned, 0.05))


def _held(
    plan: Plan,
    people: People,
    rng: np.random.Generator,
    activity_id: str,
    week: int,
    objective_id: str,
    unit: str,
    kind: str,
    unplanned: bool,
) -> Activity:
    day = plan.mondays[week] + dt.timedelta(days=int(rng.integers(0, 4)))
    counterpart, counterpart_type = _COUNTERPARTS[int(rng.integers(len(_COUNTERPARTS)))]
    outside = kind != "call" and bool(rng.random() < 0.45)
    present = people.present(unit, day)
    jitter = float(rng.choice([0.75, 1.0, 1.25]))
    return Activity(
        activity_id,
        week,
        objective_id,
        kind,
        "held",
        "",
        None if unplanned else day,
        day,
        _HOURS[kind] * jitter,
        int(rng.integers(8, 40)) if kind in ("workshop", "training") else None,
        counterpart,
        counterpart_type,
        _PLACES[int(rng.integers(len(_PLACES)))] if outside else "Baghdad",
        outside,
        int(rng.integers(3, 5)) if outside else None,
        present[int(rng.integers(len(present)))].advisor,
    )


def _lost(
    plan: Plan,
    people: People,
    rng: np.random.Generator,
    activity_id: str,
    week: int,
    objective_id: str,
    unit: str,
    status: str,
) -> Activity:
    row = _held(plan, people, rng, activity_id, week, objective_id, unit, "meeting", unplanned=False)
    reason = _REASONS[int(rng.integers(len(_REASONS)))]
    return replace(row, status=status, reason=reason, held=None, participants=None, vehicles=None)


def _settled(plan: Plan, rows: list[Activity]) -> list[Activity]:
    """Hours scaled so that contact comes to six hours per advisor-week, in quarters of an hour.

    LO-11 is given the same hours every week whatever its count; the unit of truth 11 is exact to the quarter.
    """
    strength = plan.copies * 6 * sum(u != truths.EXACT_HOURS_UNIT for u in set(OWNERS.values()))
    late = truths.SMALL_UNIT_PEOPLE * plan.copies * sum(m >= dt.date(2021, 10, 4) for m in plan.mondays)
    reportable = truths.REPORTABLE_CONTACT_HOURS * plan.weeks * plan.copies
    target = truths.CONTACT_HOURS * (strength * plan.weeks + late) - reportable
    groups: dict[str, list[int]] = {"others": [], truths.EXACT_HOURS_UNIT: []}
    fixed: dict[tuple[str, int], list[int]] = {}
    for index, row in enumerate(rows):
        if row.held is None:
            continue
        if row.objective_id == truths.REPORTABLE:
            fixed.setdefault((row.activity_id.split("/")[0], row.week), []).append(index)
        else:
            exact = OWNERS[row.objective_id] == truths.EXACT_HOURS_UNIT
            groups[truths.EXACT_HOURS_UNIT if exact else "others"].append(index)
    hours = np.array([row.hours for row in rows])
    for members in fixed.values():
        hours[members] = _quarters(np.ones(len(members)), truths.REPORTABLE_CONTACT_HOURS)
    hours[groups["others"]] = _quarters(hours[groups["others"]], target)
    exact_target = truths.CONTACT_HOURS * 6 * plan.weeks * plan.copies
    hours[groups[truths.EXACT_HOURS_UNIT]] = _quarters(hours[groups[truths.EXACT_HOURS_UNIT]], exact_target)
    return [replace(row, hours=float(h)) for row, h in zip(rows, hours, strict=True)]


def _quarters(weights: np.ndarray, total: float) -> np.ndarray:
    """Shares of ``total`` in proportion to ``weights``, each a multiple of a quarter, adding up exactly."""
    ends = np.round(np.cumsum(weights) / weights.sum() * total * 4)
    return np.asarray(np.diff(ends, prepend=0.0) / 4)
