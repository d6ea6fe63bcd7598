"""What reporting would take at another size, at other intervals, with other forms, and with longer tours.

Belongs here: arithmetic on the profile alone, so that it works before any report has come. Not here: what reporting did
take (``sql/metrics/burden``), printing (``cli_simulate``).

Responses times hours per response (Paperwork Reduction Act), times the tariff (Standard Cost Model). A form grows with
what it is ``per``: the advisors, the units, or not at all. Advisors stay the same part of personnel, and a unit keeps
its size, so that units grow with advisors.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from reportmetrics.profile.load import Profile
from reportmetrics.profile.templates import Every, Template

YEAR_DAYS = 365.25
PERIODS_A_YEAR: Mapping[Every, float] = {
    "day": YEAR_DAYS,
    "week": YEAR_DAYS / 7,
    "2 weeks": YEAR_DAYS / 14,
    "month": 12,
    "quarter": 4,
}


class SimulationError(ValueError):
    """A plan that the profile does not allow; the message says what there is instead."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to change. Left as it is: today.

    ``every`` gives a form a longer interval (2: every second report), ``drop`` leaves forms out, ``merge`` puts the
    first form of a pair into the second: its fields are asked there, at that form's times, of that form's senders, and
    what both ask for is asked once.
    """

    personnel: int | None = None
    every: Mapping[str, int] = field(default_factory=dict)
    drop: Collection[str] = ()
    merge: Collection[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Range:
    """A figure at the profile's central minutes, and at its low and high ones: bounds, no confidence interval."""

    low: float
    central: float
    high: float

    def __add__(self, other: Range) -> Range:
        return Range(self.low + other.low, self.central + other.central, self.high + other.high)

    def scaled(self, factor: float) -> Range:
        """All three times ``factor``."""
        return Range(self.low * factor, self.central * factor, self.high * factor)


@dataclass(frozen=True, slots=True)
class FormLoad:
    """A form in a year: reports sent, hours in full and beyond the normal course of business."""

    template_id: str
    name: str
    responses: float
    hours: Range
    hours_net: Range


@dataclass(frozen=True, slots=True)
class Load:
    """All reporting of a mission in a year. ``cost`` is None without tariffs; ``request_factor`` is today 1."""

    personnel: int
    advisors: float
    units: float
    forms: tuple[FormLoad, ...]
    cost: Range | None
    currency: str
    request_factor: float

    @property
    def hours(self) -> Range:
        """Hours a year of all forms."""
        return sum((f.hours for f in self.forms), Range(0, 0, 0))

    @property
    def hours_net(self) -> Range:
        """Hours a year beyond the normal course of business."""
        return sum((f.hours_net for f in self.forms), Range(0, 0, 0))

    @property
    def responses(self) -> float:
        """Reports a year."""
        return sum(f.responses for f in self.forms)

    @property
    def hours_per_advisor_week(self) -> float | None:
        """Central hours of an advisor in a week; None without advisors."""
        return self.hours.central / self.advisors / PERIODS_A_YEAR["week"] if self.advisors else None


def simulate(profile: Profile, plan: Plan, *, as_of: dt.date) -> Load:
    """The load of a year with the forms and units in force at ``as_of``, changed by ``plan``.

    Raises :class:`SimulationError` for a form that the profile does not have, an interval below 1, a personnel below
    1, or forms that are merged in a circle.
    """
    base = terms(profile, as_of=as_of)
    known = {t.template_id: t for t in base.forms}
    _check(plan, known)
    personnel = base.personnel if plan.personnel is None else plan.personnel
    factor = personnel / base.personnel
    gone = {*plan.drop, *(merged for merged, _ in plan.merge)}
    loads = []
    for name, form in known.items():
        if name in gone:
            continue
        minutes = sum((form.adds[merged] for merged, into in plan.merge if into == name), form.minutes)
        responses = form.responses / plan.every.get(name, 1) * (factor if form.grows else 1.0)
        hours = minutes.scaled(responses / 60)
        loads.append(FormLoad(name, form.name, responses, hours, hours.scaled(1 - form.normal_course)))
    load = Load(personnel, base.advisors * factor, base.units * factor, tuple(loads), None, base.currency, factor)
    return _with_cost(load, base.tariffs)


@dataclass(frozen=True, slots=True)
class FormTerms:
    """What one form contributes today. ``responses`` a year; minutes of one report; ``grows`` with the mission or not.

    ``adds`` gives, for each other form, the minutes that a report of this one takes more when it takes that form in.
    """

    template_id: str
    name: str
    period: Every
    responses: float
    grows: bool
    minutes: Range
    normal_course: float
    adds: Mapping[str, Range]


@dataclass(frozen=True, slots=True)
class Terms:
    """All that the load of a year is reckoned from; the page *Simulate* reckons from the same."""

    personnel: int
    advisors: float
    units: float
    currency: str
    tariffs: tuple[float, ...]
    forms: tuple[FormTerms, ...]


def terms(profile: Profile, *, as_of: dt.date) -> Terms:
    """The forms and units in force at ``as_of``."""
    mission = profile.mission
    forms = [t for t in profile.templates if _in_force(t.valid_from, t.valid_to, as_of)]
    units = [u.unit_id for u in mission.units if _in_force(u.opened, u.closed, as_of)]
    return Terms(
        mission.personnel.total,
        mission.personnel.advisors,
        len(units),
        mission.currency,
        tuple(t.per_hour for t in mission.tariffs),
        tuple(_form_terms(form, forms, units) for form in forms),
    )


def _form_terms(form: Template, forms: Collection[Template], units: Collection[str]) -> FormTerms:
    senders = len(units if form.units is None else [u for u in units if u in form.units])
    at_once = senders if form.per != "mission" or form.units is not None else 1
    return FormTerms(
        form.template_id,
        form.name,
        form.every,
        PERIODS_A_YEAR[form.every] * at_once,
        form.per != "mission",
        _minutes(form),
        form.normal_course,
        {other.template_id: _added(other, form) for other in forms if other is not form},
    )


@dataclass(frozen=True, slots=True)
class Tours:
    """Tours of a year: handovers, days that posts stand empty, and how long a sender has been there on average."""

    handovers: float
    empty_days: float
    mean_tenure_days: float


def tours(posts: float, *, tour_days: float, gap_days: float) -> Tours:
    """Posts that are held for ``tour_days`` and then stand empty for ``gap_days``, over and over.

    Raises :class:`SimulationError` for a tour of no days or a negative gap.
    """
    if tour_days <= 0 or gap_days < 0:
        raise SimulationError(f"a tour of {tour_days:g} days with a gap of {gap_days:g} days cannot be")
    handovers = posts * YEAR_DAYS / (tour_days + gap_days)
    return Tours(handovers, handovers * gap_days, tour_days / 2)


def _in_force(first: dt.date | None, last: dt.date | None, day: dt.date) -> bool:
    return (first is None or first <= day) and (last is None or day <= last)


def _check(plan: Plan, forms: Collection[str]) -> None:
    named = [*plan.every, *plan.drop, *(name for pair in plan.merge for name in pair)]
    unknown = sorted({name for name in named if name not in forms})
    if unknown:
        raise SimulationError(f"no form {', '.join(unknown)} in force; there are: {', '.join(sorted(forms))}")
    if any(k < 1 for k in plan.every.values()):
        raise SimulationError("a form cannot come more often than each time; give a whole number from 1")
    if plan.personnel is not None and plan.personnel < 1:
        raise SimulationError("a mission has at least one person")
    gone = {*plan.drop, *(merged for merged, _ in plan.merge)}
    if len(gone) < len(plan.drop) + len(plan.merge):
        raise SimulationError("a form is dropped or merged twice; name it once")
    into = {target for _, target in plan.merge}
    if gone & into:
        raise SimulationError(f"{', '.join(sorted(gone & into))} cannot take in another form and be gone itself")


def _minutes(form: Template) -> Range:
    return Range(form.minutes.low, form.minutes.central, form.minutes.high)


def _added(form: Template, into: Template) -> Range:
    """Minutes that ``form`` adds to ``into``: its own, less the fields whose concepts ``into`` asks for anyway."""
    asked = {f.concept_id for f in into.fields}
    spared = sum(f.minutes for f in form.fields if f.concept_id in asked)
    whole = _minutes(form)
    return Range(*(max(0.0, m - spared) for m in (whole.low, whole.central, whole.high)))


def _with_cost(load: Load, tariffs: Collection[float]) -> Load:
    """Cost from low hours at the lowest tariff to high hours at the highest; central at their mean."""
    if not tariffs:
        return load
    hours, mean = load.hours, sum(tariffs) / len(tariffs)
    cost = Range(hours.low * min(tariffs), hours.central * mean, hours.high * max(tariffs))
    return Load(load.personnel, load.advisors, load.units, load.forms, cost, load.currency, load.request_factor)
