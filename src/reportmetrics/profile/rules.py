"""What must hold between the entries of a profile and between its files, forms and sources apart.

Belongs here: rules that no single entry can know. Not here: types and ranges of one entry (the models), forms
(``template_rules``), sources (``source_rules``).
"""

from __future__ import annotations

import datetime as dt
import difflib
import itertools
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from reportmetrics.profile.mission import Mission, Place
from reportmetrics.profile.objectives import Indicator, Objective
from reportmetrics.profile.reading import Problem


def unknown_id(file: str, key: str, what: str, value: str, known: Collection[str]) -> Problem:
    """A reference that leads nowhere, with the nearest known id as remedy."""
    near = difflib.get_close_matches(value, sorted(known), n=1, cutoff=0.5)
    remedy = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(sorted(known)) or 'none'}"
    return Problem(file, key, f"unknown {what} '{value}'", remedy)


def profile_problems(
    mission: Mission | None,
    objectives: Sequence[Objective] | None,
    indicators: Sequence[Indicator] | None,
) -> list[Problem]:
    """All mistakes between entries. None stands for a file that could not be read: what refers to it is not judged."""
    known = {o.objective_id for o in objectives} if objectives is not None else None
    problems: list[Problem] = []
    if mission is not None:
        problems += _mission_problems(mission, known)
    if objectives is not None:
        problems += repeated("objectives.yaml", "objectives", "objective", [o.objective_id for o in objectives])
        for o in objectives:
            problems += reversed_dates("objectives.yaml", f"objectives[{o.objective_id}]", o.valid_from, o.valid_to)
    if indicators is not None:
        ends = {o.objective_id: o.valid_to for o in objectives} if objectives is not None else None
        problems += _indicator_problems(indicators, ends)
    return problems


def repeated(file: str, key: str, what: str, ids: Sequence[str]) -> Iterator[Problem]:
    """Ids that are given more than once."""
    for value, times in Counter(ids).items():
        if times > 1:
            yield Problem(file, f"{key}[{value}]", f"{what} '{value}' is given {times} times", "keep one entry")


def reversed_dates(file: str, key: str, first: dt.date | None, last: dt.date | None) -> Iterator[Problem]:
    """A time that ends before it starts."""
    if first and last and last < first:
        yield Problem(file, key, f"ends ({last}) before it starts ({first})", "correct one of the two days")


def reversed_limits(file: str, key: str, least: float | None, largest: float | None) -> Iterator[Problem]:
    """Limits of a number that none can meet."""
    if least is not None and largest is not None and least > largest:
        yield Problem(file, key, "the least number is above the largest", "exchange the two")


def _mission_problems(mission: Mission, objectives: set[str] | None) -> Iterator[Problem]:
    file, places = "mission.yaml", mission.places
    if mission.home_place not in places:
        yield unknown_id(file, "home_place", "place", mission.home_place, places)
    for name, place in places.items():
        yield from _place_problems(file, name, place)
    for unit in mission.units:
        key = f"units[{unit.unit_id}]"
        if unit.place not in places:
            yield unknown_id(file, f"{key}.place", "place", unit.place, places)
        yield from reversed_dates(file, key, unit.opened, unit.closed)
    for hq in mission.headquarters:
        if hq.place not in places:
            yield unknown_id(file, f"headquarters[{hq.hq}].place", "place", hq.place, places)
    yield from repeated(file, "units", "unit", [u.unit_id for u in mission.units])
    yield from repeated(file, "headquarters", "headquarters", [h.hq for h in mission.headquarters])
    yield from repeated(file, "tariffs", "grade", [t.grade for t in mission.tariffs])
    if mission.personnel.advisors > mission.personnel.total:
        yield Problem(file, "personnel.advisors", "more advisors than personnel", "advisors are a part of the total")
    for key, (low, high) in (
        ("quadrant_activity", mission.tolerances.quadrant_activity),
        ("quadrant_progress", mission.tolerances.quadrant_progress),
    ):
        if low > high:
            yield Problem(file, f"tolerances.{key}", f"{low} is above {high}", "give the lower bound first")
    if objectives is not None:
        for count in mission.reportable_counts:
            if count.objective_id not in objectives:
                yield unknown_id(file, "reportable_counts", "objective", count.objective_id, objectives)
        for objective_id in mission.rebase_dates:
            if objective_id not in objectives:
                yield unknown_id(file, "rebase_dates", "objective", objective_id, objectives)


def _place_problems(file: str, name: str, place: Place) -> Iterator[Problem]:
    from holidays.registry import EntityLoader  # to ask for one country's holidays loads the rules of all

    if place.country not in EntityLoader.get_country_codes():
        yield Problem(
            file,
            f"places.{name}.country",
            f"no public holidays are known for '{place.country}'",
            "use the ISO 3166 code of a country that the holidays package covers, and list days in 'extra_holidays'",
        )
    if len(set(place.weekend)) == 7:
        yield Problem(file, f"places.{name}.weekend", "every day is weekend", "leave at least one working day")
    for day in sorted(set(place.extra_holidays) & set(place.not_holidays)):
        yield Problem(
            file, f"places.{name}", f"{day} is both an extra holiday and no holiday", "keep it in one of the two lists"
        )


def _indicator_problems(
    indicators: Sequence[Indicator], objectives: Mapping[str, dt.date | None] | None
) -> Iterator[Problem]:
    """``objectives`` are the last days of those that are known."""
    file = "indicators.yaml"
    for i in indicators:
        key = f"indicators[{i.indicator_id}]"
        if objectives is not None and i.objective_id not in objectives:
            yield unknown_id(file, f"{key}.objective_id", "objective", i.objective_id, set(objectives))
        yield from _direction_problems(file, key, i)
        yield from _limit_problems(file, key, i)
        yield from reversed_dates(file, key, i.valid_from, i.valid_to)
        if i.baseline_on and i.target_on and i.target_on <= i.baseline_on:
            yield Problem(file, f"{key}.target_on", "not after the day of the baseline", "correct one of the two days")
    versions: dict[str, list[Indicator]] = {}
    for i in indicators:
        versions.setdefault(i.indicator_id, []).append(i)
    for indicator_id, group in versions.items():
        yield from _version_problems(file, f"indicators[{indicator_id}]", group, objectives)


def _direction_problems(file: str, key: str, i: Indicator) -> Iterator[Problem]:
    if i.direction == "maintain" and i.tolerance is None:
        yield Problem(file, f"{key}.tolerance", "'maintain' needs a tolerance", "say how far off still counts as met")
    if i.direction != "maintain" and i.tolerance is not None:
        yield Problem(
            file, f"{key}.tolerance", "a tolerance has a meaning for 'maintain' only", "remove it, or use 'noise'"
        )
    if i.baseline is None or i.target is None:
        return
    implied = "rise" if i.target > i.baseline else "fall" if i.target < i.baseline else "maintain"
    if i.direction is not None and i.direction != implied:
        yield Problem(
            file,
            f"{key}.direction",
            f"'{i.direction}' contradicts baseline {i.baseline:g} and target {i.target:g}",
            f"set direction: {implied}, or correct the baseline or the target",
        )
    if i.direction is None and implied == "maintain":
        yield Problem(file, f"{key}.target", "target and baseline are equal", "set direction: maintain, or correct one")


def _limit_problems(file: str, key: str, i: Indicator) -> Iterator[Problem]:
    """The limits are of what is possible; what was, and what is to be, must be so."""
    if exchanged := list(reversed_limits(file, key, i.minimum, i.maximum)):
        yield from exchanged
        return
    for name, value in (("baseline", i.baseline), ("target", i.target)):
        for what, limit, beyond in (("below the minimum", i.minimum, -1), ("above the maximum", i.maximum, 1)):
            if value is not None and limit is not None and (value - limit) * beyond > 0:
                said = f"{value:g} is {what}, {limit:g}"
                yield Problem(file, f"{key}.{name}", said, f"correct the {name}, or the limit")


def _version_problems(
    file: str, key: str, group: list[Indicator], objectives: Mapping[str, dt.date | None] | None
) -> Iterator[Problem]:
    """Versions follow each other in time; one may go on under another objective only when its own is over."""
    ordered = sorted(group, key=lambda i: i.valid_from or dt.date.min)
    for one, two in itertools.pairwise(ordered):
        if (one.valid_to or dt.date.max) >= (two.valid_from or dt.date.min):
            yield Problem(
                file,
                key,
                f"given {len(group)} times with dates that overlap",
                "give the versions 'valid_from' and 'valid_to' that do not overlap, or remove one",
            )
            return
        over = objectives.get(one.objective_id) if objectives is not None else dt.date.min
        if one.objective_id != two.objective_id and (over is None or (two.valid_from and over >= two.valid_from)):
            yield Problem(
                file,
                key,
                f"its versions name different objectives, and {one.objective_id} is not over when the next one begins",
                f"keep one objective for all versions, or give {one.objective_id} its 'valid_to' in objectives.yaml",
            )
            return
