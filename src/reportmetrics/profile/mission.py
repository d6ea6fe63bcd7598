"""Models of ``mission.yaml``: the mission, its units, headquarters, calendars, tariffs and tolerances.

Belongs here: what is true of the mission as a whole. Not here: objectives, templates, sources (files of their own).
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from reportmetrics.profile.base import Identifier, Model, TimeZone

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class Place(Model):
    """A calendar: weekend and public holidays of a place, with overrides that win over the holiday library."""

    country: Annotated[str, Field(pattern="^[A-Z]{2}$", description="ISO 3166 country whose public holidays apply")]
    weekend: list[Weekday]
    weekend_from: dict[dt.date, list[Weekday]] = Field(
        default_factory=dict, description="weekends that began on a later day, each until the next one"
    )
    time_zone: TimeZone
    extra_holidays: dict[dt.date, str] = Field(default_factory=dict, description="days off that the library misses")
    not_holidays: list[dt.date] = Field(default_factory=list, description="days that the library has wrong")


class Unit(Model):
    """A unit that owes reports from ``opened`` to ``closed`` (both inclusive; open-ended when left out)."""

    unit_id: Identifier
    name: str
    place: str
    advisors: Annotated[int, Field(ge=0)]
    opened: dt.date
    closed: dt.date | None = None


class Headquarters(Model):
    """Somebody who answers requests. ``hq`` is the value of ``request.hq``."""

    hq: Identifier
    name: str
    place: str
    register_every_days: Annotated[int, Field(ge=1, description="days between two extracts of its register")] = 7


class Personnel(Model):
    """Strength of the mission. Advisors are a stated part of it."""

    total: Annotated[int, Field(ge=1)]
    advisors: Annotated[int, Field(ge=1)]
    planned: Annotated[int | None, Field(ge=1, description="strength that is planned; pages show reporting at it")] = (
        None
    )


class Tolerances(Model):
    """What leadership accepts to lose, and where a figure is too near the middle to call."""

    cadence_error: Annotated[float, Field(gt=0, le=1, description="share of the distance to target")] = 0.05
    cadence_missed: Annotated[float, Field(ge=0, le=1, description="share of material changes missed")] = 0.10
    cadence_delay_days: Annotated[float, Field(ge=0, description="added days until a change is seen")] = 14.0
    quadrant_activity: tuple[float, float] = (0.8, 1.25)
    quadrant_progress: tuple[float, float] = (0.35, 0.5)


class ReportableCount(Model):
    """Since when a count of an objective's activity is reported upwards, and the target set for it."""

    objective_id: Identifier
    kind: str
    since: dt.date
    target_per_week: int | None = None


class Tariff(Model):
    """Cost of one hour, by grade (Standard Cost Model)."""

    grade: str
    per_hour: Annotated[float, Field(gt=0)]


class Mission(Model):
    """The mission."""

    id: Identifier
    name: str
    marking: Annotated[str, Field(description="classification marking at the top and bottom of every page")]
    illustrative: Annotated[bool, Field(description="true when the content is invented for demonstration")] = False
    time_zone: TimeZone
    home_place: Annotated[str, Field(description="the calendar that due dates are reckoned by")]
    starts_on: dt.date
    personnel: Personnel
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    tariffs: list[Tariff]
    tolerances: Tolerances = Tolerances()
    places: dict[str, Place]
    units: list[Unit]
    headquarters: list[Headquarters]
    verifiers: Annotated[list[str], Field(description="counterparts whose verification of a reading counts")] = []
    reportable_counts: list[ReportableCount] = []
    clear_landing: Annotated[
        bool, Field(description="true: files are removed from the landing folder once they are safe in the archive")
    ] = False
    rebase_dates: dict[str, list[dt.date]] = Field(
        default_factory=dict, description="per objective, the days at which an XmR chart may be rebased"
    )
