"""Tables that the profile makes: objectives, indicators, forms, units, calendars, and the reports that are due.

Belongs here: profile -> polars frames in the shape of the canonical tables. Not here: files, the warehouse.

A report is due for a period when the mission runs and the unit and the form are active on every day of it. A unit
that opens on a Wednesday owes its first weekly report for the week after; one that closes on a Wednesday owes none for
that week. A joint report answers for others in the periods for which its sender owes one too.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import zoneinfo
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from reportmetrics.profile.calendar import Calendar, days
from reportmetrics.profile.load import Profile
from reportmetrics.profile.mission import Place, Unit
from reportmetrics.profile.sources import Source
from reportmetrics.profile.templates import DueRule, Template
from reportmetrics.warehouse.frames import keyed_schema
from reportmetrics.warehouse.shape import Table
from reportmetrics.warehouse.tables import TABLES

_CALENDAR_DAYS_BEFORE, _CALENDAR_DAYS_AFTER = 1_100, 400
"""Calendars reach this far to both sides, for requests raised before the mission and plans that lie ahead."""


def profile_frames(profile: Profile, *, through: dt.date) -> dict[str, pl.DataFrame]:
    """The profile as tables, by name: columns as declared in ``warehouse.tables`` and ``row_key``.

    ``expected_report`` holds the periods that start before ``through``; ``due_at`` is naive UTC.
    """
    return ProfileTables(profile, through).at(through)


class ProfileTables:
    """The tables of a profile for several dates up to ``last``: what the dates have in common is made once.

    ``same`` are the tables that are the same at all dates; ``written`` is for what was made of them.
    """

    def __init__(self, profile: Profile, last: dt.date) -> None:
        self._profile = profile
        self._frames = _frames(profile, last)
        self.same = frozenset(self._frames) - {"expected_report", "calendar_day"}
        self.written: dict[str, bytes] = {}

    def at(self, through: dt.date) -> dict[str, pl.DataFrame]:
        """As by :func:`profile_frames`, for a date that is not after ``last``."""
        due = self._frames["expected_report"].filter(pl.col("period_start") < through)
        return {**self._frames, "expected_report": due, "calendar_day": _calendar(self._profile, through)}


def _frames(profile: Profile, through: dt.date) -> dict[str, pl.DataFrame]:
    rows: dict[str, Iterable[Mapping[str, Any]]] = {
        "objective": (o.model_dump(exclude={"aim"}) for o in profile.objectives),
        "indicator": _indicator_rows(profile),
        "template": (_template_row(t) for t in profile.templates),
        "field": _field_rows(profile),
        "unit": _unit_rows(profile),
        "calendar_day": (),
        "headquarters": (h.model_dump() for h in profile.mission.headquarters),
        "source": (_source_row(s) for s in profile.sources),
        "verifier": ({"name": name} for name in dict.fromkeys(profile.mission.verifiers)),
        "reportable_count": (c.model_dump() for c in profile.mission.reportable_counts),
        "rebase": _rebase_rows(profile),
        "tariff": (t.model_dump() | {"currency": profile.mission.currency} for t in profile.mission.tariffs),
        "tolerance": _tolerance_rows(profile),
        "personnel": (
            {"category": k, "people": n} for k, n in profile.mission.personnel.model_dump(exclude_none=True).items()
        ),
        "expected_report": _expected_rows(profile, through),
    }
    return {name: _frame(TABLES[name], list(found)) for name, found in rows.items()}


def row_key(table: str, values: Sequence[object]) -> str:
    """First 20 hex digits of the MD5 of table name and key values, joined by ``|``; null counts as empty."""
    text = "|".join([table, *("" if v is None else str(v) for v in values)])
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:20]


def _frame(table: Table, rows: list[Mapping[str, Any]]) -> pl.DataFrame:
    keyed = [{"row_key": row_key(table.name, [r[k] for k in table.key]), **r} for r in rows]
    return pl.DataFrame(keyed, schema=keyed_schema(table), orient="row").sort("row_key")


def _indicator_rows(profile: Profile) -> Iterator[dict[str, Any]]:
    versions: dict[str, int] = {}
    for i in sorted(profile.indicators, key=lambda i: (i.indicator_id, i.valid_from or dt.date.min)):
        versions[i.indicator_id] = versions.get(i.indicator_id, 0) + 1
        yield {**i.model_dump(exclude={"minimum", "maximum"}), "version": versions[i.indicator_id]}


def _template_row(t: Template) -> dict[str, Any]:
    row = t.model_dump(include={"template_id", "name", "every", "per", "recipient", "normal_course"})
    row |= {f"minutes_{name}": minutes for name, minutes in t.minutes.model_dump().items()}
    return row | {"valid_from": t.valid_from, "valid_to": t.valid_to}


def _field_rows(profile: Profile) -> Iterator[dict[str, Any]]:
    for t in profile.templates:
        for f in t.fields:
            row = f.model_dump(exclude={"per_objective", "minimum", "maximum", "choices"})
            yield row | {"template_id": t.template_id, "uses": len(f.uses)}


def _unit_rows(profile: Profile) -> Iterator[dict[str, Any]]:
    for u in profile.mission.units:
        row = u.model_dump(exclude={"opened", "closed"})
        yield row | {"valid_from": u.opened, "valid_to": u.closed}


def _source_row(s: Source) -> dict[str, Any]:
    row = s.model_dump(include={"source", "title", "complete"})
    return row | {"sender": s.sender, "every_days": s.every_days}


def _calendar(profile: Profile, through: dt.date) -> pl.DataFrame:
    before, after = (dt.timedelta(days=n) for n in (_CALENDAR_DAYS_BEFORE, _CALENDAR_DAYS_AFTER))
    first, last = profile.mission.starts_on - before, through + after
    years = [
        _calendar_year(name, place.model_dump_json(), name == profile.mission.home_place, year)
        for name, place in profile.mission.places.items()
        for year in range(first.year, last.year + 1)
    ]
    none = _frame(TABLES["calendar_day"], [])
    return pl.concat([none, *years]).filter(pl.col("day").is_between(first, last)).sort("row_key")


@functools.lru_cache(maxsize=512)
def _calendar_year(name: str, place: str, home: bool, year: int) -> pl.DataFrame:
    """The days of a year at a place, given as JSON: thousands of days, of which a week later only seven are new."""
    calendar = Calendar(Place.model_validate_json(place))
    rows = (
        {
            "place": name,
            "day": day,
            "working": calendar.is_working(day),
            "holiday": calendar.holiday(day),
            "home": home,
        }
        for day in days(dt.date(year, 1, 1), dt.date(year, 12, 31))
    )
    return _frame(TABLES["calendar_day"], list(rows))


def _tolerance_rows(profile: Profile) -> Iterator[dict[str, Any]]:
    for name, value in profile.mission.tolerances.model_dump().items():
        if isinstance(value, tuple):
            yield {"name": f"{name}_low", "value": value[0]}
            yield {"name": f"{name}_high", "value": value[1]}
        else:
            yield {"name": name, "value": value}


def _rebase_rows(profile: Profile) -> Iterator[dict[str, Any]]:
    for objective_id, rebased in profile.mission.rebase_dates.items():
        yield from ({"objective_id": objective_id, "day": day} for day in sorted(set(rebased)))


def _expected_rows(profile: Profile, through: dt.date) -> Iterator[dict[str, Any]]:
    mission = profile.mission
    calendar = Calendar(mission.places[mission.home_place])
    zone = zoneinfo.ZoneInfo(mission.time_zone)
    units = {u.unit_id: u for u in mission.units}
    for t in profile.templates:
        due = {end: due_at(t.due, end, calendar, zone) for _, end in periods(t, mission.starts_on, through)}
        for u in mission.units:
            if t.units is not None and u.unit_id not in t.units:
                continue
            first = max(d for d in (mission.starts_on, u.opened, t.valid_from) if d is not None)
            last = min(d for d in (u.closed, t.valid_to, dt.date.max) if d is not None)
            for start, end in periods(t, first, through):
                if end <= last:
                    yield {
                        "template_id": t.template_id,
                        "unit_id": u.unit_id,
                        "period_start": start,
                        "period_end": end,
                        "due_at": due[end],
                        "answered_by": answered_by(t, u.unit_id, units, start, end),
                    }


def answered_by(t: Template, unit_id: str, units: Mapping[str, Unit], start: dt.date, end: dt.date) -> str:
    """The unit whose report answers for ``unit_id`` in a period: itself, unless a joint report serves it.

    A unit that is not open on every day of the period owes no report for it, so it answers for nobody.
    """
    serving = (units[j.unit] for j in t.joint if unit_id in j.serves and j.covers(start, end) and j.unit in units)
    joint = (u.unit_id for u in serving if u.opened <= start and (u.closed is None or end <= u.closed))
    return next(joint, unit_id)


def due_at(rule: DueRule, period_end: dt.date, calendar: Calendar, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """The instant at whose end a report on a period is late, as naive UTC."""
    if rule.working_days:
        day = calendar.working_days_after(period_end, rule.days_after)
    else:
        day = period_end + dt.timedelta(days=rule.days_after)
    return dt.datetime.combine(day, rule.time, tzinfo=zone).astimezone(dt.UTC).replace(tzinfo=None)


def periods(t: Template, first: dt.date, through: dt.date) -> Iterator[tuple[dt.date, dt.date]]:
    """First and last day of each period of a form that lies on or after ``first`` and starts before ``through``.

    Weeks are ISO weeks; two-week periods are counted from the form's anchor, backwards too.
    """
    start = _first_start(t, first)
    while start < through:
        following = _next_start(t, start)
        yield start, following - dt.timedelta(days=1)
        start = following


def _first_start(t: Template, first: dt.date) -> dt.date:
    if t.every == "day":
        return first
    if t.every == "week":
        return first + dt.timedelta(days=-first.weekday() % 7)
    if t.every == "2 weeks":
        anchor = t.anchor or first
        return first + dt.timedelta(days=(anchor - first).days % 14)
    months = 3 if t.every == "quarter" else 1
    start = dt.date(first.year, first.month - (first.month - 1) % months, 1)
    return start if start == first else _add_months(start, months)


def _next_start(t: Template, start: dt.date) -> dt.date:
    if t.every == "day":
        return start + dt.timedelta(days=1)
    if t.every == "week":
        return start + dt.timedelta(days=7)
    if t.every == "2 weeks":
        return start + dt.timedelta(days=14)
    return _add_months(start, 3 if t.every == "quarter" else 1)


def _add_months(day: dt.date, months: int) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, 1)
