"""Reports sent for what was due (truths 6, 9, 10, 11).

Belongs here: which reports came, when, with which answers and minutes. Not here: their files (``generate``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

import numpy as np

from reportmetrics.profile.frames import profile_frames
from reportmetrics.profile.templates import Template
from reportmetrics.sample import prose, truths
from reportmetrics.sample.activities import OWNERS, Activity
from reportmetrics.sample.people import GRADES, People
from reportmetrics.sample.plan import Plan, midnight

_LEAD = {unit: objective for objective, unit in reversed(OWNERS.items())}
"""The objective that a unit's bi-weekly report is about."""
_MISSING = {"WAR": 0.03, "MAS": 0.015}
_LATE = {"WAR": 0.06, "MAS": 0.08, "QR": 0.1}


@dataclass(frozen=True, slots=True)
class Report:
    """A report. ``answers`` are numbers by field; ``minutes`` is None where the sender does not state them."""

    report_id: str
    template: str
    unit: str
    first_day: dt.date
    last_day: dt.date
    sent: dt.datetime
    advisor: str
    grade: str
    recipient: str
    minutes: int | None
    narrative: str = ""
    objective: str = ""
    unchanged: bool | None = None
    revision: int = 0
    answers: dict[str, float] = field(default_factory=dict)


def base_unit(unit: str) -> str:
    """The unit of the unscaled mission that a unit is a copy of."""
    return "-".join(unit.split("-")[:2])


def make_reports(plan: Plan, people: People, activities: list[Activity]) -> list[Report]:
    """All reports in order of form, unit and period."""
    expected = profile_frames(plan.profile, through=truths.AS_OF)["expected_report"]
    templates = {t.template_id: t for t in plan.profile.templates}
    due = expected.sort("template_id", "unit_id", "period_start").iter_rows(named=True)
    counts = _weekly_counts(plan, activities)
    fates = _counted_fates(plan)
    made: list[Report] = []
    serials: dict[tuple[str, str], int] = {}
    for row in due:
        if row["due_at"] >= midnight(plan.last_extract):
            continue
        template, unit = templates[row["template_id"]], row["unit_id"]
        key = (template.template_id, unit)
        serial = serials[key] = serials.get(key, -1) + 1
        rng = plan.rng(f"report {template.template_id} {unit} {serial}")
        sent = _sent(plan, template, unit, serial, row, fates, rng)
        if sent is None or sent >= midnight(plan.last_extract):
            continue
        base = _report(people, template, unit, row["period_start"], row["period_end"], sent, rng)
        made.append(_answered(base, serial, counts, rng))
    made += _unexpected(plan, people, templates[truths.COUNTED_TEMPLATE])
    return _exact_minutes(made)


def _counted_fates(plan: Plan) -> list[str]:
    """What becomes of each expected report of truth 10, in random order."""
    truth = ["on time"] * truths.ON_TIME + ["late"] * (truths.RECEIVED - truths.ON_TIME)
    truth += ["missing"] * (truths.EXPECTED - truths.RECEIVED)
    return [truth[int(k)] for k in plan.rng("truth 10").permutation(truths.EXPECTED)]


def _sent(
    plan: Plan,
    template: Template,
    unit: str,
    serial: int,
    row: dict[str, dt.datetime],
    fates: list[str],
    rng: np.random.Generator,
) -> dt.datetime | None:
    """When a due report was sent, or None where it never came."""
    due = row["due_at"]
    early = due - dt.timedelta(minutes=int(rng.integers(20, 26 * 60)))
    late = due + dt.timedelta(minutes=int(rng.integers(30, 5 * 1440)))
    # A report is never sent before its period is over, and one that is late still arrives before the last extract.
    early = max(early, midnight(row["period_end"] + dt.timedelta(days=1)) + dt.timedelta(hours=6))
    late = min(late, midnight(plan.last_extract) - dt.timedelta(hours=3))
    name = template.template_id
    if name == truths.COUNTED_TEMPLATE:
        unit_number = int(base_unit(unit).split("-")[1]) - 1
        # The exact unit's reports must all come for its hours; which unit misses how many is otherwise free.
        fate = fates[(serial * 10 + unit_number) % len(fates)]
        return None if fate == "missing" else late if fate == "late" else early
    if base_unit(unit) == truths.EXACT_HOURS_UNIT:
        return early
    missing, tardy = _MISSING.get(name, 0.0), _LATE.get(name, 0.02)
    draw = float(rng.random())
    return None if draw < missing else late if draw < missing + tardy else early


def _report(
    people: People,
    template: Template,
    unit: str,
    first_day: dt.date,
    last_day: dt.date,
    sent: dt.datetime,
    rng: np.random.Generator,
) -> Report:
    present = people.present(unit, min(last_day, truths.AS_OF))
    who = present[int(rng.integers(len(present)))]
    central = template.minutes.central * (4 / 6 if base_unit(unit) == truths.SMALL_UNIT else 1)
    stated = rng.random() < 0.62 or base_unit(unit) in (truths.EXACT_HOURS_UNIT, truths.SMALL_UNIT)
    minutes = round(central * float(rng.uniform(0.93, 1.07)))
    return Report(
        f"{template.template_id}-{unit}-{first_day:%Y%m%d}",
        template.template_id,
        unit,
        first_day,
        last_day,
        sent,
        who.advisor,
        GRADES[int(who.post.split("/")[1]) % len(GRADES)],
        template.recipient,
        minutes if stated else None,
    )


def _weekly_counts(plan: Plan, activities: list[Activity]) -> dict[str, dict[str, np.ndarray]]:
    """Meetings, calls, all pieces and losses by unit and week, for the reports to tell of."""
    units = {u.unit_id for u in plan.profile.mission.units}
    counts = {u: {k: np.zeros(plan.weeks, int) for k in ("meeting", "call", "held", "lost")} for u in sorted(units)}
    for a in activities:
        copy = a.activity_id.split("/")[0].split("-")[2:]
        unit = "-".join([OWNERS[a.objective_id], *copy])
        if a.held is None:
            counts[unit]["lost"][a.week] += 1
            continue
        counts[unit]["held"][a.week] += 1
        if a.kind in ("meeting", "call"):
            counts[unit][a.kind][a.week] += 1
    return counts


def _answered(r: Report, serial: int, counts: dict[str, dict[str, np.ndarray]], rng: np.random.Generator) -> Report:
    unit = counts[r.unit]
    weeks = next(iter(unit.values())).size
    first_monday = truths.AS_OF - dt.timedelta(weeks=weeks)
    at = slice(max(0, (r.first_day - first_monday).days // 7), (r.last_day - first_monday).days // 7 + 1)
    meetings = float(unit["meeting"][at].sum())
    if r.template == "WAR":
        answers = {
            "WAR-01": meetings,
            "WAR-02": float(unit["call"][at].sum()),
            "WAR-03": float(np.ceil(unit["held"][at].sum() * 0.6)),
            "WAR-04": float(unit["lost"][at].sum()),
            "WAR-05": float(6 - (rng.random() < 0.3)),
            "WAR-06": 3.0 if rng.random() < 0.97 else 4.0,
            "WAR-07": float(8 - (serial // 9) % 3),
            "WAR-08": float(4 + (serial // 20) % 2),
        }
        return replace(r, answers=answers, narrative=prose.sentences(rng, 2))
    if r.template == "BOR":
        answers = {
            "BOR-01": meetings,
            "BOR-02": 3.0 + (serial // 8) % 2,
            "BOR-03": 2.0 + (serial // 5) % 3,
            "BOR-04": float(rng.integers(1, 6)),
        }
        return replace(r, answers=answers, objective=_LEAD[base_unit(r.unit)])
    if r.template == "MAS":
        return replace(r, answers={"MAS-01": meetings}, narrative=prose.sentences(rng, 3))
    return _form(r, serial, rng)


def _form(r: Report, serial: int, rng: np.random.Generator) -> Report:
    number = int(base_unit(r.unit).split("-")[1])
    if r.template == truths.COPIED_TEMPLATE:
        # Three of ten answers move each week, in turn, by a step that never leads back at once.
        answers = {}
        for q in range(10):
            changes = sum((week * 3 + k) % 10 == q for week in range(1, serial + 1) for k in range(3))
            answers[f"Q{q + 1:02d}"] = float(1 + (q * 7 + changes * 13) % 99)
        words = f"{prose.standing_text()} {prose.fresh_words(serial, number)}"
        return replace(r, answers=answers, narrative=words)
    if r.template == truths.UNCHANGED_TEMPLATE:
        answers = {f"Q{q:02d}": float(10 * number + q) for q in range(1, 6)}
        return replace(r, answers=answers, unchanged=serial > 0)
    if r.template == truths.CADENCE_TEMPLATE:
        return replace(r, answers=_states(r.unit, serial))
    answers = {"Q01": float(rng.integers(1, 3)), "Q02": float(rng.integers(0, 4)), "Q03": float(rng.integers(5, 60))}
    return replace(r, answers=answers)


def _states(unit: str, serial: int) -> dict[str, float]:
    """Truth 9: a random walk of steps +-s, a line, a lasting change, two spells of three reports."""
    number = int(base_unit(unit).split("-")[1])
    steps = np.random.default_rng([9, number]).choice([-1.0, 1.0], 400)
    walk = 100.0 + truths.WALK_STEP * float(steps[:serial].sum())
    starts = (10 + number, 33 + 2 * number % 13)
    inside = any(s <= serial < s + truths.SPELL_REPORTS for s in starts)
    return {
        truths.WALK_FIELD: walk,
        truths.LINE_FIELD: 50.0 + 10 * number + truths.LINE_SLOPE * serial,
        truths.CHANGE_FIELD: float(11 + (serial >= 24 + number)),
        truths.SPELL_FIELD: float(inside),
    }


def _unexpected(plan: Plan, people: People, template: Template) -> list[Report]:
    """Truth 10: reports from a unit that owes none."""
    made, start = [], truths.AS_OF - dt.timedelta(days=7)
    for k in range(truths.UNEXPECTED):
        first_day = start - dt.timedelta(days=7 * (k + 1))
        last_day = first_day + dt.timedelta(days=6)
        sent = midnight(last_day + dt.timedelta(days=1)) + dt.timedelta(hours=8)
        rng = plan.rng(f"unexpected {k}")
        made.append(_report(people, template, truths.UNEXPECTED_UNIT, first_day, last_day, sent, rng))
        made[-1] = replace(made[-1], answers={"BOR-01": 2.0, "BOR-02": 3.0}, objective="LO-02")
    return made


def _exact_minutes(reports: list[Report]) -> list[Report]:
    """Truth 11: the weekly report takes what the unit's other reports leave of nine hours per advisor-week told of."""
    for unit in sorted({r.unit for r in reports if base_unit(r.unit) == truths.EXACT_HOURS_UNIT}):
        weekly = [k for k, r in enumerate(reports) if r.unit == unit and r.template == "WAR"]
        total = round(truths.REPORTING_HOURS * 60 * 6 * len(weekly))
        others = sum(r.minutes or 0 for r in reports if r.unit == unit and r.template != "WAR")
        ends = np.round(np.linspace(0, total - others, len(weekly) + 1)).astype(int)
        for k, minutes in zip(weekly, np.diff(ends), strict=True):
            reports[k] = replace(reports[k], minutes=int(minutes))
    return reports
