"""What must hold of the report forms: between a form's own entries, and between them and the mission's units.

Belongs here: mistakes of ``templates.yaml`` that no single entry can know. Not here: which reports are then due
(``frames``).
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Mapping, Sequence

from reportmetrics.profile.mission import Unit
from reportmetrics.profile.reading import Problem
from reportmetrics.profile.rules import repeated, reversed_dates, reversed_limits, unknown_id
from reportmetrics.profile.templates import Joint, Template, report_id_prefix


def template_problems(templates: Sequence[Template], units: Mapping[str, Unit] | None) -> Iterator[Problem]:
    """All mistakes of the forms. ``units`` by id; None where they could not be read: what names them is not judged."""
    file = "templates.yaml"
    yield from repeated(file, "templates", "template", [t.template_id for t in templates])
    yield from _same_reports(file, templates, units)
    for t in templates:
        key = f"templates[{t.template_id}]"
        yield from repeated(file, f"{key}.fields", "field", [f.field_id for f in t.fields])
        yield from reversed_dates(file, key, t.valid_from, t.valid_to)
        if not t.minutes.low <= t.minutes.central <= t.minutes.high:
            yield Problem(file, f"{key}.minutes", "not in the order low, central, high", "sort the three numbers")
        if t.every == "2 weeks" and t.anchor is None:
            yield Problem(file, f"{key}.anchor", "'2 weeks' needs an anchor", "give the first day of any one period")
        if t.every != "2 weeks" and t.anchor is not None:
            yield Problem(file, f"{key}.anchor", "an anchor has a meaning for '2 weeks' only", "remove it")
        yield from repeated(file, f"{key}.units", "unit", t.units or [])
        yield from _joint_problems(file, key, t, units)
        yield from _whole_mission_problems(file, key, t)
        yield from _entry_problems(file, key, t)
        for unit_id in t.units or []:
            if units is not None and unit_id not in units:
                yield unknown_id(file, f"{key}.units", "unit", unit_id, units)


def _same_reports(file: str, templates: Sequence[Template], units: Mapping[str, Unit] | None) -> Iterator[Problem]:
    """Entry forms make a report's identifier of form, unit and first day: no two of form and unit may give the same."""
    first: dict[str, tuple[str, str]] = {}
    for t in templates:
        for unit in dict.fromkeys(t.units if t.units is not None else units or ()):
            made = report_id_prefix(t.template_id, unit)
            form, sender = first.setdefault(made, (t.template_id, unit))
            if (form, sender) != (t.template_id, unit):
                said = f"reports of unit {unit} would have the identifiers of form {form}, unit {sender} ({made}-...)"
                yield Problem(file, f"templates[{t.template_id}]", said, "give the form or the unit another identifier")


def _joint_problems(file: str, key: str, t: Template, units: Mapping[str, Unit] | None) -> Iterator[Problem]:
    """A joint report names known units that owe the form, serves others than its sender, and each by one sender."""
    owing = set(t.units) if t.units is not None else None if units is None else set(units)
    for joint in t.joint:
        where = f"{key}.joint[{joint.unit}]"
        yield from reversed_dates(file, where, joint.valid_from, joint.valid_to)
        yield from repeated(file, f"{where}.serves", "unit", joint.serves)
        if joint.unit in joint.serves:
            yield Problem(file, where, "the unit serves itself anyway", f"take {joint.unit} out of 'serves'")
        for unit_id in (joint.unit, *joint.serves):
            if owing is not None and unit_id not in owing:
                yield unknown_id(file, where, "unit that owes this form", unit_id, owing)
        sender = None if units is None else units.get(joint.unit)
        if sender is not None and _never(_days(joint.valid_from, joint.valid_to), sender, t):
            remedy = "name a unit that does, or correct the days of the unit, the form or 'joint'"
            yield Problem(file, where, f"{joint.unit} never owes this form while it serves", remedy)
    for one, two in itertools.combinations(t.joint, 2):
        shared = _common(_days(one.valid_from, one.valid_to), _days(two.valid_from, two.valid_to))
        if shared is not None:
            yield from _joint_pair(file, key, one, two, _said(shared))


def _joint_pair(file: str, key: str, one: Joint, two: Joint, when: str) -> Iterator[Problem]:
    """Two joint reports of the same time: no unit is served by both, and none that serves is served itself."""
    for unit_id in sorted(set(one.serves) & set(two.serves)):
        said = f"{unit_id} is served by {one.unit} too, at the same time ({when})"
        remedy = "take it out of one of the two, or give them dates that do not overlap"
        yield Problem(file, f"{key}.joint[{two.unit}]", said, remedy)
    for served, by in ((one, two), (two, one)):
        if served.unit in by.serves and served.unit != by.unit:
            said = f"{served.unit} serves others and is served by {by.unit} at the same time ({when})"
            remedy = f"let {by.unit} serve them itself, or give the two dates that do not overlap"
            yield Problem(file, f"{key}.joint[{served.unit}]", said, remedy)


_Days = tuple[dt.date, dt.date]


def _days(first: dt.date | None, last: dt.date | None) -> _Days:
    return first or dt.date.min, last or dt.date.max


def _common(one: _Days, two: _Days) -> _Days | None:
    first, last = max(one[0], two[0]), min(one[1], two[1])
    return (first, last) if first <= last else None


def _never(serving: _Days, sender: Unit, t: Template) -> bool:
    """Whether a sender is open on none of the days on which it serves; days that are reversed are blamed elsewhere."""
    others = (_days(sender.opened, sender.closed), _days(t.valid_from, t.valid_to))
    if any(first > last for first, last in (serving, *others)):
        return False
    first, last = max(d[0] for d in (serving, *others)), min(d[1] for d in (serving, *others))
    return first > last


def _said(days: _Days) -> str:
    first = "from the start" if days[0] == dt.date.min else f"from {days[0]}"
    return f"{first} on" if days[1] == dt.date.max else f"{first} to {days[1]}"


def _whole_mission_problems(file: str, key: str, t: Template) -> Iterator[Problem]:
    """A form of the whole mission comes once a period, so it has to be said from whom: else every unit would owe it."""
    if t.per == "mission" and t.units is None:
        said = "a form of the whole mission, and not said which unit sends it"
        remedy = "name that unit, such as units: [U-01], or give [] when no report is to be expected"
        yield Problem(file, f"{key}.units", said, remedy)


def _entry_problems(file: str, key: str, t: Template) -> Iterator[Problem]:
    """Limits belong to numbers, choices to texts."""
    for f in t.fields:
        where = f"{key}.fields[{f.field_id}]"
        limited = f.minimum is not None or f.maximum is not None
        if f.kind == "text" and limited:
            yield Problem(file, where, "a text has no least or largest number", "remove 'minimum' and 'maximum'")
        if f.kind != "text" and f.choices:
            yield Problem(file, where, "a number has no choices", "give 'minimum' and 'maximum', or make it a text")
        yield from reversed_limits(file, where, f.minimum, f.maximum)
