"""Models of ``templates.yaml``: the report forms, their fields, minutes, due rules and recorded uses."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from reportmetrics.profile.base import Identifier, Model

Every = Literal["day", "week", "2 weeks", "month", "quarter"]


class Minutes(Model):
    """Assumed minutes to prepare one report, where the report does not state them."""

    low: Annotated[float, Field(ge=0)]
    central: Annotated[float, Field(ge=0)]
    high: Annotated[float, Field(ge=0)]


class DueRule(Model):
    """When a report is due: ``days_after`` days after the period's last day, at ``time`` in the mission's zone.

    With ``working_days`` only working days of the mission's home calendar are counted.
    """

    days_after: Annotated[int, Field(ge=0)]
    time: dt.time = dt.time(18, 0)
    working_days: bool = False


class TemplateField(Model):
    """A field of a form. ``uses`` lists who does what with the answer; an empty list means no recorded use."""

    field_id: Identifier
    concept_id: Identifier
    label: str
    level: Literal["input", "activity", "output", "outcome", "impact", "process"]
    kind: Literal["state", "flow", "text"]
    minutes: Annotated[float, Field(ge=0)]
    per_objective: Annotated[bool, Field(description="answered once for each objective")] = False
    uses: list[str] = []
    alarm: Annotated[bool, Field(description="kept for the rare day that it says something")] = False
    minimum: Annotated[
        float | None, Field(allow_inf_nan=False, description="least number that an entry form takes")
    ] = None
    maximum: Annotated[
        float | None, Field(allow_inf_nan=False, description="largest number that an entry form takes")
    ] = None
    choices: Annotated[list[str], Field(description="answers that an entry form offers, for a text")] = []


class Joint(Model):
    """One report for several units: that of ``unit`` answers for ``serves`` too, in periods within the two days.

    Only in periods for which ``unit`` owes the form itself; a report of a served unit's own counts as well.
    """

    unit: Identifier
    serves: Annotated[list[Identifier], Field(min_length=1)]
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None

    def covers(self, start: dt.date, end: dt.date) -> bool:
        """Whether a whole period lies within its days."""
        return (self.valid_from is None or self.valid_from <= start) and (self.valid_to is None or end <= self.valid_to)


class Template(Model):
    """A report form, owed by each of ``units`` (all units when left out) for each period.

    ``per`` tells how the number of reports would change with the size of the mission, and nothing of which are due.
    """

    template_id: Identifier
    name: str
    every: Every
    anchor: Annotated[dt.date | None, Field(description="first day of one period, for '2 weeks'")] = None
    per: Annotated[
        Literal["advisor", "unit", "mission"],
        Field(description="what the number of its reports grows with; which are due follows from 'every' and 'units'"),
    ]
    recipient: str
    minutes: Minutes
    normal_course: Annotated[float, Field(ge=0, le=1, description="share of minutes spent anyway")] = 0.0
    due: DueRule
    units: Annotated[
        list[Identifier] | None,
        Field(description="who owes it; default: all units, but for 'per: mission', where it has to be said"),
    ] = None
    joint: Annotated[list[Joint], Field(description="reports that serve several units; each of them counts")] = []
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    fields: list[TemplateField]


class TemplatesFile(Model):
    """``templates.yaml``."""

    templates: list[Template]


def report_id_prefix(template_id: str, unit_id: str) -> str:
    """How the identifiers of reports begin that entry forms are made for; the first day of the period follows."""
    return f"{template_id}-{unit_id}"
