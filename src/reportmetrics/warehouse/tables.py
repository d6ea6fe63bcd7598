"""The canonical tables: each column is declared here, once.

Everything that needs to know a table's shape reads these declarations: the warehouse's DDL, the casts in ``sql/core``
(a test compares them), the validation suites, the snapshot, the result-chain typing of metrics and the documentation.

What belongs here: names, types, levels, kinds, keys, allowed codes, rules within one row.
What does not: how a source's file becomes these columns (``ingest``), rules between tables (``sql/checks``).

Words:

* *level*: the step of the result chain (OECD DAC) that a table or column tells of. ``neutral`` columns (keys, dates,
  places) may be read by any metric; ``row`` means that the level depends on the row, so the table is only read
  through one derived view per level.
* *kind*: an ``event`` date cannot be known before it happens: in a snapshot it is null when it lies at or after
  ``as_of``. A ``plan`` date (due, promised, target) may lie in the future and is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Level = Literal["neutral", "input", "activity", "output", "outcome", "impact", "process", "row"]
Kind = Literal["key", "event", "plan", "attribute"]
Type = Literal["text", "integer", "number", "boolean", "date", "timestamp"]
Origin = Literal["source", "profile", "derived", "system"]

SQL_TYPES: Mapping[Type, str] = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}
"""DuckDB type of each declared type. A timestamp is an instant, stored as naive UTC."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a canonical table.

    ``codes`` lists the allowed values of a closed vocabulary. ``refers`` names the profile table whose ids are the
    allowed values (``"objective"``). ``minimum`` and ``maximum`` bound a number, inclusive. ``personal`` marks an
    identifier of a person, replaced by a keyed hash before it is stored.
    """

    name: str
    type: Type
    meaning: str
    level: Level = "neutral"
    kind: Kind = "attribute"
    required: bool = False
    codes: tuple[str, ...] = ()
    refers: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule within one row. ``violated`` is a SQL predicate over the typed columns that is true for a bad row."""

    code: str
    column: str
    violated: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Reset:
    """In a snapshot, ``column`` becomes ``value`` when the event dates named in ``when_null`` are all null."""

    column: str
    value: str
    when_null: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A canonical table.

    ``happens`` is the event column without which the row does not exist yet at ``as_of``; its month also partitions
    the snapshot.
    """

    name: str
    one_row_is: str
    level: Level
    origin: Origin
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    happens: str | None = None
    rules: tuple[Rule, ...] = ()
    resets: tuple[Reset, ...] = ()
    by_name: Mapping[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {c.name: c for c in self.columns})


PROVENANCE: tuple[Column, ...] = (
    Column("row_key", "text", "stable hash of the business key, 20 hex digits", kind="key", required=True),
    Column("source_file", "text", "SHA-256 of the archived file", required=True),
    Column("source_row", "integer", "row in the file or sheet as a spreadsheet numbers it (header row = 1)"),
    Column("file_seq", "integer", "position in the ledger of the delivery that brought the row", required=True),
    Column(
        "known_from", "timestamp", "when the row became known (arrival, or the date a backfill states)", required=True
    ),
)
"""Columns that every source table carries besides its own."""


NOT_APPLICABLE = "not_applicable"
"""Column of tables whose value may not apply; set where a mapping's ``not_applicable`` words stand in a cell."""


def _key(
    name: str, meaning: str, *, refers: str | None = None, personal: bool = False, required: bool = True
) -> Column:
    return Column(name, "text", meaning, kind="key", required=required, refers=refers, personal=personal)


REPORT = Table(
    "report",
    "a submitted report, one revision",
    level="process",
    origin="source",
    key=("report_id", "revision"),
    happens="submitted_at",
    columns=(
        _key("report_id", "the sender's identifier of the report, the same in every revision"),
        _key("template_id", "which report form it answers", refers="template"),
        _key("reporter_id", "who filed it (pseudonym)", personal=True, required=False),
        _key("unit_id", "the unit that it reports for", refers="unit"),
        Column("recipient", "text", "who it was sent to"),
        Column("period_start", "date", "first day that it covers", kind="key", required=True),
        Column("period_end", "date", "last day that it covers", kind="key", required=True),
        Column("due_at", "timestamp", "when it was due, if the sender states it", kind="plan"),
        Column("submitted_at", "timestamp", "when it was sent", kind="event", required=True),
        Column("revision", "integer", "0 for the first submission", kind="key", required=True, minimum=0),
        Column(
            "prep_minutes", "integer", "minutes it took, as stated by the sender", "process", minimum=0, maximum=10_000
        ),
        Column("grade", "text", "pay grade of who filed it, for the tariff", "process"),
        Column("narrative", "text", "free text", "row"),
    ),
    rules=(
        Rule(
            "period_reversed",
            "period_end",
            "period_end < period_start",
            "the period ends before it starts",
            "correct the period's first and last day",
        ),
    ),
)

REPORT_FIELD = Table(
    "report_field",
    "an answered field of a report",
    level="row",
    origin="source",
    key=("report_id", "field_id", "objective_id"),
    columns=(
        _key("report_id", "the report that answers"),
        _key("field_id", "the field of the form"),
        _key("concept_id", "what the field asks for, shared by templates", required=False),
        _key("objective_id", "the objective it is answered for", refers="objective", required=False),
        Column("value_text", "text", "the answer as text", "row"),
        Column("value_number", "number", "the answer as a number", "row"),
        Column("confirmed_unchanged", "boolean", "the sender ticked 'confirmed unchanged'", "process"),
        Column(NOT_APPLICABLE, "boolean", "the sender says that the question does not apply", "process"),
    ),
)

EXPECTED_REPORT = Table(
    "expected_report",
    "a report that was due: template x unit x period while both are active",
    level="process",
    origin="derived",
    key=("template_id", "unit_id", "period_start"),
    columns=(
        _key("template_id", "which report form", refers="template"),
        _key("unit_id", "the unit that owes it", refers="unit"),
        Column("period_start", "date", "first day of the period", kind="key", required=True),
        Column("period_end", "date", "last day of the period", kind="key", required=True),
        Column("due_at", "timestamp", "the instant at whose end it is late", kind="plan", required=True),
        _key("answered_by", "the unit whose report answers it: another one where a joint report serves several"),
    ),
)

REPORT_TALLY = Table(
    "report_tally",
    "reports known only by their number",
    level="process",
    origin="source",
    key=("unit_id", "template_id", "period_start"),
    happens="period_end",
    columns=(
        _key("unit_id", "the unit or place"),
        _key("template_id", "which report form"),
        Column("period_start", "date", "first day counted", kind="key", required=True),
        Column("period_end", "date", "last day counted", kind="event", required=True),
        Column("expected", "integer", "reports due", "process", minimum=0),
        Column("received", "integer", "reports that came", "process", minimum=0),
        Column("on_time", "integer", "of them by the due date", "process", minimum=0),
    ),
)

ACTIVITY = Table(
    "activity",
    "a piece of activity",
    level="activity",
    origin="source",
    key=("activity_id",),
    columns=(
        _key("activity_id", "the sender's identifier"),
        _key("report_id", "the report that tells of it", required=False),
        _key("objective_id", "the objective it serves", refers="objective"),
        Column("kind", "text", "meeting, call, workshop, visit, training, ...", "activity", required=True),
        Column(
            "status",
            "text",
            "what became of it",
            "activity",
            required=True,
            codes=("planned", "held", "postponed", "cancelled"),
        ),
        Column("cancel_reason", "text", "why it was cancelled or postponed", "input"),
        Column("planned_on", "date", "the day it was planned for", kind="plan"),
        Column("occurred_on", "date", "the day it was held", kind="event"),
        Column("count", "integer", "how many pieces the row stands for", "activity", minimum=0),
        Column("hours", "number", "hours with counterparts", "activity", minimum=0),
        Column("participants", "integer", "people trained or reached", "output", minimum=0),
        _key("counterpart_id", "whom it was held with", required=False),
        Column("counterpart_type", "text", "government, military, NGO, school, ...", "activity"),
        Column("place", "text", "where"),
        Column("outside_compound", "boolean", "needed a movement outside", "input"),
        Column("vehicles", "integer", "vehicles in the convoy", "input", minimum=0),
        _key("reporter_id", "who held it (pseudonym)", personal=True, required=False),
    ),
    rules=(
        Rule(
            "held_without_date",
            "occurred_on",
            "status = 'held' AND occurred_on IS NULL",
            "the activity is said to be held but has no date",
            "give the day it was held, or another status",
        ),
    ),
    resets=(Reset("status", "planned", ("occurred_on",)),),
)

OBSERVATION = Table(
    "observation",
    "a reading of an indicator",
    level="row",
    origin="source",
    key=("indicator_id", "observed_on"),
    happens="observed_on",
    columns=(
        _key("indicator_id", "the indicator that was read", refers="indicator"),
        _key("objective_id", "its objective", refers="objective", required=False),
        Column("level", "text", "level of the indicator", required=True, codes=("output", "outcome", "impact")),
        Column("observed_on", "date", "the day the reading is true of", kind="event", required=True),
        Column("value", "number", "the reading, in the indicator's unit", "row"),
        Column("verified_by", "text", "counterpart that verified the reading", "row"),
        Column("evidence", "text", "where the evidence lies", "row"),
        Column(NOT_APPLICABLE, "boolean", "the sender says that the indicator does not apply", "row"),
    ),
)

REQUEST = Table(
    "request",
    "a request to a headquarters, force protection or a funder",
    level="process",
    origin="source",
    key=("request_id",),
    happens="raised_at",
    columns=(
        _key("request_id", "the identifier in the register"),
        Column("hq", "text", "who has to answer", kind="key", required=True),
        Column("request_type", "text", "what kind of thing is asked for", kind="key"),
        _key("objective_id", "the objective it serves", refers="objective", required=False),
        _key("activity_id", "the activity that waits for it", required=False),
        Column("raised_at", "timestamp", "when it was raised", kind="event", required=True),
        Column("acknowledged_at", "timestamp", "first reply", "process", kind="event"),
        Column("decided_at", "timestamp", "when it was decided", "process", kind="event"),
        Column("withdrawn_at", "timestamp", "when the mission withdrew it", "process", kind="event"),
        Column(
            "outcome",
            "text",
            "what became of it",
            "process",
            codes=("approved", "denied", "withdrawn", "open"),
        ),
        Column("priority", "text", "priority stated by who asked", kind="key"),
        Column("amount", "number", "money asked for", "process", minimum=0),
        Column("funder", "text", "who pays", "process"),
        _key("promised_to", "counterpart to whom something was promised", required=False),
        Column("promised_on", "date", "day of the promise", "process", kind="event"),
        Column("promised_by", "date", "day by which it was promised", "process", kind="plan"),
        Column("due_at", "timestamp", "instant by which an answer is due, where one is set", "process", kind="plan"),
        Column("counterpart_type", "text", "government, military, NGO, school, ...", "process"),
        _key("raised_by", "who raised it (pseudonym)", personal=True, required=False),
        Column(
            "entry_at", "timestamp", "when the register first could show it (left truncation)", "process", kind="event"
        ),
        Column(
            "decided_after",
            "timestamp",
            "decided after this instant, where only an interval is known",
            "process",
            kind="event",
        ),
    ),
    rules=(
        Rule(
            "decided_before_raised",
            "decided_at",
            "decided_at < raised_at",
            "the decision is dated before the request was raised",
            "correct one of the two dates",
        ),
        Rule(
            "withdrawn_before_raised",
            "withdrawn_at",
            "withdrawn_at < raised_at",
            "the withdrawal is dated before the request was raised",
            "correct one of the two dates",
        ),
        Rule(
            "acknowledged_before_raised",
            "acknowledged_at",
            "acknowledged_at < raised_at",
            "the first reply is dated before the request was raised",
            "correct one of the two dates",
        ),
    ),
    resets=(Reset("outcome", "open", ("decided_at", "withdrawn_at")),),
)

TOUR = Table(
    "tour",
    "an advisor's tour in a post",
    level="input",
    origin="source",
    key=("reporter_id", "post_id", "started_on"),
    happens="started_on",
    columns=(
        _key("reporter_id", "who (pseudonym)", personal=True),
        _key("post_id", "the post"),
        _key("unit_id", "the unit that the post belongs to", refers="unit", required=False),
        Column("started_on", "date", "first day", "input", kind="event", required=True),
        Column("ended_on", "date", "last day, when over", "input", kind="event"),
        Column("qualified", "boolean", "holder meets the post's stated minimum", "input"),
    ),
    rules=(
        Rule(
            "tour_reversed",
            "ended_on",
            "ended_on < started_on",
            "the tour ends before it starts",
            "correct the first or last day of the tour",
        ),
    ),
)

OBJECTIVE = Table(
    "objective",
    "a long-term objective of the profile",
    level="neutral",
    origin="profile",
    key=("objective_id",),
    columns=(
        _key("objective_id", "identifier, such as LO-04"),
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
        _key("indicator_id", "identifier, such as LO-04.2"),
        Column("version", "integer", "1, 2, ... in order of valid_from", kind="key", required=True),
        _key("objective_id", "its objective", refers="objective"),
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
        _key("template_id", "identifier"),
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
        _key("template_id", "the form", refers="template"),
        _key("field_id", "the field"),
        _key("concept_id", "what it asks for, shared by templates"),
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
        _key("unit_id", "identifier"),
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
        _key("place", "calendar of the profile"),
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
        _key("hq", "identifier, as in request.hq"),
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
        _key("grade", "pay grade, as in report.grade"),
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
        _key("name", "which limit, as the profile calls it; a range is two rows, ending in _low and _high"),
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
        _key("category", "total, advisors among them, or planned (total)"),
        Column("people", "integer", "how many", required=True),
    ),
)

TEXT_NOVELTY = Table(
    "text_novelty",
    "a narrative beside the four before it in its series (form and unit)",
    level="process",
    origin="derived",
    key=("report_id",),
    columns=(
        _key("report_id", "the report, in its latest revision"),
        _key("template_id", "its form"),
        _key("unit_id", "its unit"),
        _key("reporter_id", "who filed it (pseudonym)", personal=True, required=False),
        Column("words", "integer", "words of the narrative", "process"),
        Column("new_words", "integer", "words outside every three-word run of the four before; null: first", "process"),
    ),
)

HIDDEN_BEFORE = Table(
    "hidden_before",
    "a group that the publication before hid, where this one would else hide another in its place",
    level="neutral",
    origin="derived",
    key=("metric", "dims"),
    columns=(
        _key("metric", "the metric"),
        _key("dims", "the group, as JSON"),
    ),
)

VERIFIER = Table(
    "verifier",
    "a counterpart whose verification of a reading counts",
    level="neutral",
    origin="profile",
    key=("name",),
    columns=(_key("name", "as in observation.verified_by"),),
)

REPORTABLE_COUNT = Table(
    "reportable_count",
    "a count of an objective's activity that is reported upwards since a day",
    level="neutral",
    origin="profile",
    key=("objective_id", "kind"),
    columns=(
        _key("objective_id", "the objective", refers="objective"),
        _key("kind", "kind of activity that is counted"),
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
        _key("objective_id", "the objective", refers="objective"),
        Column("day", "date", "first day of the new limits", kind="key", required=True),
    ),
)

LEDGER = Table(
    "ledger",
    "what became of the rows that one delivery held for one table",
    level="process",
    origin="system",
    key=("file_seq", "table_name"),
    columns=(
        Column("file_seq", "integer", "position: deliveries in the order they were taken", kind="key", required=True),
        Column("table_name", "text", "canonical table", kind="key", required=True),
        Column("source", "text", "source of the profile", required=True),
        Column("source_file", "text", "SHA-256 of the content", required=True),
        Column("original_name", "text", "path below the landing folder", required=True),
        Column("facts", "text", "facts of the name, as JSON"),
        Column("arrived_at", "timestamp", "when it was taken", required=True),
        Column("known_from", "timestamp", "from when its rows count as known (its latest, where rows differ)"),
        Column(
            "status", "text", "what became of the delivery", codes=("stored", "unreadable", "forgotten"), required=True
        ),
        Column("message", "text", "why, when it is unreadable, with the remedy"),
        Column("rows_read", "integer", "rows of the table in the file", required=True),
        Column("accepted", "integer", "stored in core", required=True),
        Column("rejected", "integer", "in rejects", required=True),
        Column("duplicate", "integer", "repeat what is already known", required=True),
        Column("superseded", "integer", "replaced by a later row of the same file", required=True),
        Column("filtered", "integer", "left out by 'only' or 'drop' of the source's mapping", required=True),
    ),
)

REJECT = Table(
    "reject",
    "one fault of a rejected row, or of an unreadable file (then without row)",
    level="process",
    origin="system",
    key=("file_seq", "table_name", "source_row", "column_name", "code"),
    columns=(
        Column("file_seq", "integer", "delivery", kind="key", required=True),
        Column("table_name", "text", "canonical table", kind="key", required=True),
        Column("source", "text", "source of the profile", required=True),
        Column("original_name", "text", "file as it was named", required=True),
        Column("sheet", "text", "sheet of a workbook"),
        Column("source_row", "integer", "row in the file or sheet", kind="key"),
        Column("column_name", "text", "column as the file names it", kind="key"),
        Column("code", "text", "what kind of fault", kind="key", required=True),
        Column("message", "text", "what is wrong", required=True),
        Column("remedy", "text", "what the sender can do", required=True),
        Column("raw", "text", "the cell as it was sent"),
        Column("subject_key", "text", "row_key that the row would have, as its key was sent"),
    ),
)

REJECT_ANSWER = Table(
    "reject_answer",
    "a refused row (or file, then without row) that was answered by a later delivery",
    level="process",
    origin="derived",
    key=("file_seq", "table_name", "sheet", "source_row"),
    columns=(
        Column("file_seq", "integer", "delivery that was refused", kind="key", required=True),
        Column("table_name", "text", "canonical table", kind="key", required=True),
        Column("sheet", "text", "sheet of a workbook", kind="key"),
        Column("source_row", "integer", "row in the file or sheet", kind="key"),
        Column("answer", "text", "what came of it", codes=("mended", "refused again"), required=True),
        Column("answered_seq", "integer", "delivery that answered", required=True),
        Column("answered_at", "timestamp", "when that delivery was taken", required=True),
    ),
)

SOURCE = Table(
    "source",
    "a source of files",
    level="neutral",
    origin="profile",
    key=("source",),
    columns=(
        _key("source", "identifier, as in ledger.source"),
        Column("title", "text", "what it is", required=True),
        Column("sender", "text", "who sends it", required=True),
        Column("every_days", "integer", "days between two deliveries, as promised"),
        Column("complete", "text", "which requests each of its files lists", codes=("all", "open")),
    ),
)

VANISHED_REQUEST = Table(
    "vanished_request",
    "a request that the newest register of its source should list and does not",
    level="process",
    origin="derived",
    key=("request_id", "source"),
    columns=(
        _key("request_id", "the identifier in the register"),
        _key("source", "the source that listed it"),
        Column("hq", "text", "who has to answer", kind="key"),
        Column("last_seen_on", "date", "day of the last register that listed it", "process"),
        Column("missing_since", "date", "day of the first register after that, which does not", "process"),
    ),
)

TABLES: Mapping[str, Table] = {
    t.name: t
    for t in (
        REPORT,
        REPORT_FIELD,
        EXPECTED_REPORT,
        REPORT_TALLY,
        ACTIVITY,
        OBSERVATION,
        REQUEST,
        TOUR,
        OBJECTIVE,
        INDICATOR,
        TEMPLATE,
        FIELD,
        UNIT,
        CALENDAR_DAY,
        HEADQUARTERS,
        VERIFIER,
        REPORTABLE_COUNT,
        REBASE,
        TARIFF,
        TOLERANCE,
        PERSONNEL,
        TEXT_NOVELTY,
        HIDDEN_BEFORE,
        LEDGER,
        REJECT,
        REJECT_ANSWER,
        SOURCE,
        VANISHED_REQUEST,
    )
}
"""All canonical tables by name."""

SOURCE_TABLES: tuple[Table, ...] = tuple(t for t in TABLES.values() if t.origin == "source")
"""Tables that deliveries fill; each has a file in ``sql/core`` and carries the provenance columns."""
