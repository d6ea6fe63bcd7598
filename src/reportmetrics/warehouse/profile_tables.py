"""Canonical tables that are made from the mission's profile, with dates of validity.

Belongs here: their declarations. Not here: how they are filled (``profile.frames``).
"""

from __future__ import annotations

from reportmetrics.warehouse.shape import Column, Table, key_column

OBJECTIVE = Table(
    "objective",
    "a long-term objective of the profile",
    level="neutral",
    origin="profile",
    key=("objective_id",),
    columns=(
        key_column("objective_id", "identifier, such as LO-04"),
        Column("name", "text", "short name", required=True),
        Column("owner", "text", "post that answers for it"),
        Column("valid_from", "date", "first day", kind="plan"),
        Column("valid_to", "date", "last day, when retired", kind="plan"),
    ),
)

INDICATOR = Table(
    "indicator",
    "one version of an indicator of the profile",
    level="neutral",
    origin="profile",
    key=("indicator_id", "version"),
    columns=(
        key_column("indicator_id", "identifier, such as LO-04.2"),
        Column("version", "integer", "1, 2, ... in order of valid_from", kind="key", required=True),
        key_column("objective_id", "its objective", refers="objective"),
        Column("name", "text", "what is measured", required=True),
        Column("level", "text", "result-chain level", codes=("output", "outcome", "impact")),
        Column("unit", "text", "unit of its values"),
        Column("baseline", "number", "value at the start"),
        Column("baseline_on", "date", "day of the baseline", kind="plan"),
        Column("target", "number", "value to reach"),
        Column("target_on", "date", "day by which", kind="plan"),
        Column("direction", "text", "where it should go", codes=("rise", "fall", "maintain")),
        Column("tolerance", "number", "for maintain: how far off still counts as met"),
        Column("noise", "number", "change of progress that is not yet a change"),
        Column("interval_days", "integer", "days between two readings, as agreed"),
        Column("cumulative", "boolean", "a running total: never summed"),
        Column("valid_from", "date", "first day of this version", kind="plan"),
        Column("valid_to", "date", "last day of this version", kind="plan"),
    ),
)

TEMPLATE = Table(
    "template",
    "a report form of the profile",
    level="neutral",
    origin="profile",
    key=("template_id",),
    columns=(
        key_column("template_id", "identifier"),
        Column("name", "text", "name", required=True),
        Column("every", "text", "week, 2 weeks, month or quarter"),
        Column("per", "text", "what it scales with", codes=("advisor", "unit", "mission")),
        Column("recipient", "text", "who asks for it"),
        Column("minutes_low", "number", "assumed minutes a report, low", "process"),
        Column("minutes_central", "number", "assumed minutes a report, central", "process"),
        Column("minutes_high", "number", "assumed minutes a report, high", "process"),
        Column("normal_course", "number", "share of the minutes spent anyway (5 CFR 1320.3(b))", "process"),
        Column("valid_from", "date", "first day", kind="plan"),
        Column("valid_to", "date", "last day", kind="plan"),
    ),
)

FIELD = Table(
    "field",
    "a field of a report form",
    level="neutral",
    origin="profile",
    key=("template_id", "field_id"),
    columns=(
        key_column("template_id", "the form", refers="template"),
        key_column("field_id", "the field"),
        key_column("concept_id", "what it asks for, shared by templates"),
        Column("label", "text", "the question as printed"),
        Column("level", "text", "result-chain level of the answer"),
        Column("kind", "text", "state, flow or text", codes=("state", "flow", "text")),
        Column("minutes", "number", "assumed minutes to answer", "process"),
        Column("uses", "integer", "number of recorded uses", "process"),
        Column("alarm", "boolean", "kept for the rare day that it says something"),
    ),
)

UNIT = Table(
    "unit",
    "a unit that reports",
    level="neutral",
    origin="profile",
    key=("unit_id",),
    columns=(
        key_column("unit_id", "identifier"),
        Column("name", "text", "name", required=True),
        Column("place", "text", "calendar it works by"),
        Column("advisors", "integer", "established advisor posts", "input"),
        Column("valid_from", "date", "day it opened", kind="plan"),
        Column("valid_to", "date", "day it closed", kind="plan"),
    ),
)

CALENDAR_DAY = Table(
    "calendar_day",
    "a day at a place",
    level="neutral",
    origin="profile",
    key=("place", "day"),
    columns=(
        key_column("place", "calendar of the profile"),
        Column("day", "date", "the day", kind="key", required=True),
        Column("working", "boolean", "neither weekend nor holiday", required=True),
        Column("holiday", "text", "name of the holiday"),
        Column("home", "boolean", "calendar of the mission's home place"),
    ),
)

HEADQUARTERS = Table(
    "headquarters",
    "somebody who answers requests",
    level="neutral",
    origin="profile",
    key=("hq",),
    columns=(
        key_column("hq", "identifier, as in request.hq"),
        Column("name", "text", "name", required=True),
        Column("place", "text", "calendar it works by"),
        Column("register_every_days", "integer", "days between two extracts of its register"),
    ),
)

TARIFF = Table(
    "tariff",
    "the cost of an hour of a grade",
    level="neutral",
    origin="profile",
    key=("grade",),
    columns=(
        key_column("grade", "pay grade, as in report.grade"),
        Column("per_hour", "number", "cost of one hour (Standard Cost Model)", "process"),
        Column("currency", "text", "ISO 4217 code of the money"),
    ),
)

TOLERANCE = Table(
    "tolerance",
    "a limit that leadership has set",
    level="neutral",
    origin="profile",
    key=("name",),
    columns=(
        key_column("name", "which limit, as the profile calls it; a range is two rows, ending in _low and _high"),
        Column("value", "number", "the limit"),
    ),
)

PERSONNEL = Table(
    "personnel",
    "how many people the mission has, of all and of one kind",
    level="neutral",
    origin="profile",
    key=("category",),
    columns=(
        key_column("category", "total, advisors among them, or planned (total)"),
        Column("people", "integer", "how many", required=True),
    ),
)

VERIFIER = Table(
    "verifier",
    "a counterpart whose verification of a reading counts",
    level="neutral",
    origin="profile",
    key=("name",),
    columns=(key_column("name", "as in observation.verified_by"),),
)

REPORTABLE_COUNT = Table(
    "reportable_count",
    "a count of an objective's activity that is reported upwards since a day",
    level="neutral",
    origin="profile",
    key=("objective_id", "kind"),
    columns=(
        key_column("objective_id", "the objective", refers="objective"),
        key_column("kind", "kind of activity that is counted"),
        Column("since", "date", "first day on which the count was reportable", kind="plan", required=True),
        Column("target_per_week", "integer", "the target set for it"),
    ),
)

REBASE = Table(
    "rebase",
    "a day at which the chart of an objective's activity starts again",
    level="neutral",
    origin="profile",
    key=("objective_id", "day"),
    columns=(
        key_column("objective_id", "the objective", refers="objective"),
        Column("day", "date", "first day of the new limits", kind="key", required=True),
    ),
)

SOURCE = Table(
    "source",
    "a source of files",
    level="neutral",
    origin="profile",
    key=("source",),
    columns=(
        key_column("source", "identifier, as in ledger.source"),
        Column("title", "text", "what it is", required=True),
        Column("sender", "text", "who sends it", required=True),
        Column("every_days", "integer", "days between two deliveries, as promised"),
        Column("complete", "text", "which requests each of its files lists", codes=("all", "open")),
    ),
)
