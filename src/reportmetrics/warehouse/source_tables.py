"""Canonical tables that are filled from what is sent: reports, activities, readings, requests, tours.

Belongs here: their declarations. Not here: what a declaration is (``shape``), tables made from the profile or by the
program itself (``profile_tables``, ``made_tables``).
"""

from __future__ import annotations

from reportmetrics.warehouse.shape import NOT_APPLICABLE, Column, Reset, Rule, Table, key_column, not_exact

REPORT = Table(
    "report",
    "a submitted report, one revision",
    level="process",
    origin="source",
    key=("report_id", "revision"),
    happens="submitted_at",
    columns=(
        key_column("report_id", "the sender's identifier of the report, the same in every revision"),
        key_column("template_id", "which report form it answers", refers="template"),
        key_column("reporter_id", "who filed it (pseudonym)", personal=True, required=False),
        key_column("unit_id", "the unit that it reports for", refers="unit"),
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
        Column(
            "withdrawn",
            "boolean",
            "the sender has taken it back, and all revisions before it: none of it counts any more",
            "process",
        ),
        Column("withdrawn_at", "timestamp", "when the sender took it back", "process", kind="event"),
    ),
    rules=(
        Rule(
            "period_reversed",
            "period_end",
            "period_end < period_start",
            "the period ends before it starts",
            "correct the period's first and last day",
        ),
        Rule(
            "withdrawn_before_sent",
            "withdrawn_at",
            # A day without time is its first instant, and has 25 hours when the clocks change.
            "withdrawn_at < submitted_at - INTERVAL 25 HOURS",
            "it was taken back on a day before it was sent",
            "correct one of the two dates",
        ),
        Rule(
            "withdrawn_or_not",
            "withdrawn",
            "NOT withdrawn AND withdrawn_at IS NOT NULL",
            "it says that it is not withdrawn, and when it was",
            "leave the date out, or say that it is withdrawn",
        ),
    ),
    resets=(Reset("withdrawn", False, ("withdrawn_at",)),),
)

REPORT_FIELD = Table(
    "report_field",
    "an answered field of a report",
    level="row",
    origin="source",
    key=("report_id", "field_id", "objective_id", "revision"),
    columns=(
        key_column("report_id", "the report that answers"),
        Column(
            "revision",
            "integer",
            "the revision of the report that it was answered in; left out, that of the report in the same file",
            kind="key",
            required=True,
            minimum=0,
            filled=True,
        ),
        key_column("field_id", "the field of the form"),
        key_column("concept_id", "what the field asks for, shared by templates", required=False),
        key_column("objective_id", "the objective it is answered for", refers="objective", required=False),
        Column("value_text", "text", "the answer as text", "row"),
        Column("value_number", "number", "the answer as a number", "row"),
        Column("confirmed_unchanged", "boolean", "the sender ticked 'confirmed unchanged'", "process"),
        Column(NOT_APPLICABLE, "boolean", "the sender says that the question does not apply", "process"),
    ),
    doubts=(not_exact("value_number"),),
)

FEEDBACK = Table(
    "feedback",
    "an answer that a report got back",
    level="process",
    origin="source",
    key=("report_id", "kind", "given_at"),
    happens="given_at",
    columns=(
        key_column("report_id", "the report that was answered"),
        Column(
            "kind",
            "text",
            "what came back: it was read, a question, a summary, a decision that used it",
            kind="key",
            codes=("acknowledged", "question", "summary", "used"),
            required=True,
        ),
        Column("given_at", "timestamp", "when it was answered", kind="event", required=True),
        Column("given_by", "text", "the office that answered, not a person"),
        Column("decision", "text", "the decision that used it", "process"),
    ),
    rules=(
        Rule(
            "use_without_decision",
            "decision",
            "kind = 'used' AND nullif(trim(decision), '') IS NULL",
            "it says that the report was used, and not in which decision",
            "name the decision, or give another kind of answer",
        ),
    ),
)

HAND_BACK = Table(
    "hand_back",
    "a refused row (or file, then without row) that a workbook gave back to its sender",
    level="process",
    origin="source",
    key=("refused_file", "refused_table", "refused_sheet", "refused_row", "workbook"),
    happens="handed_on",
    columns=(
        key_column("refused_file", "SHA-256 of the file that the row was in, as it was sent"),
        key_column("refused_table", "canonical table that it was to fill"),
        key_column("refused_sheet", "sheet of a workbook", required=False),
        Column("refused_row", "integer", "row in the file or sheet", kind="key", minimum=1),
        key_column("workbook", "name of the workbook that was written"),
        Column("sender", "text", "to whom: the sender of the source, as the profile names it", "process"),
        Column("handed_on", "date", "the day on which it was written", kind="event", required=True),
    ),
)

REPORT_TALLY = Table(
    "report_tally",
    "reports known only by their number",
    level="process",
    origin="source",
    key=("unit_id", "template_id", "period_start", "period_end"),
    happens="period_end",
    columns=(
        key_column("unit_id", "the unit or place"),
        key_column("template_id", "which report form"),
        Column("period_start", "date", "first day counted", kind="key", required=True),
        Column("period_end", "date", "last day counted", kind="event", required=True),
        Column("expected", "integer", "reports due", "process", minimum=0),
        Column("received", "integer", "reports that came", "process", minimum=0),
        Column("on_time", "integer", "of them by the due date", "process", minimum=0),
    ),
    rules=(
        # Told this way round, ``end_before_start: zero`` does not move the period: a wait can be zero, a period cannot.
        Rule(
            "period_reversed",
            "period_end",
            "period_start > period_end",
            "the period ends before it starts",
            "correct the period's first and last day",
        ),
        # More received than expected may be so (late registration of a unit); the figures cut it and say so.
        Rule(
            "on_time_over_received",
            "on_time",
            "on_time > received",
            "more reports came in time than came at all",
            "correct one of the two numbers",
        ),
    ),
)

ACTIVITY = Table(
    "activity",
    "a piece of activity",
    level="activity",
    origin="source",
    key=("activity_id",),
    columns=(
        key_column("activity_id", "the sender's identifier"),
        key_column("report_id", "the report that tells of it", required=False),
        key_column("objective_id", "the objective it serves", refers="objective"),
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
        key_column("counterpart_id", "whom it was held with", required=False),
        Column("counterpart_type", "text", "government, military, NGO, school, ...", "activity"),
        Column("place", "text", "where"),
        Column("outside_compound", "boolean", "needed a movement outside", "input"),
        Column("vehicles", "integer", "vehicles in the convoy", "input", minimum=0),
        key_column("reporter_id", "who held it (pseudonym)", personal=True, required=False),
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
    doubts=(
        # A row is of one day; what lasts longer has a row for each, or a count. A course entered once is worth a look.
        Rule(
            "hours_over_a_day",
            "hours",
            "hours > 24 * greatest(coalesce(count, 1), 1)",
            "hours is more than 24 for each piece that the row stands for",
            "correct hours or count, or give each day a row of its own",
        ),
        # Above what one row may stand for: a year of hourly pieces, a full stadium, the convoys of a whole division.
        Rule(
            "count_implausible",
            "count",
            "count > 10000",
            "count is above 10,000",
            "correct the number, or give each day a row of its own",
        ),
        Rule(
            "participants_implausible",
            "participants",
            "participants > 100000",
            "participants is above 100,000",
            "correct the number",
        ),
        Rule("vehicles_implausible", "vehicles", "vehicles > 1000", "vehicles is above 1,000", "correct the number"),
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
        key_column("indicator_id", "the indicator that was read", refers="indicator"),
        key_column("objective_id", "its objective", refers="objective", required=False),
        Column("level", "text", "level of the indicator", required=True, codes=("output", "outcome", "impact")),
        Column("observed_on", "date", "the day the reading is true of", kind="event", required=True),
        Column("value", "number", "the reading, in the indicator's unit", "row"),
        Column("verified_by", "text", "counterpart that verified the reading", "row"),
        Column("evidence", "text", "where the evidence lies", "row"),
        Column(NOT_APPLICABLE, "boolean", "the sender says that the indicator does not apply", "row"),
    ),
    doubts=(not_exact("value"),),
)

REQUEST = Table(
    "request",
    "a request to a headquarters, force protection or a funder",
    level="process",
    origin="source",
    key=("request_id",),
    happens="raised_at",
    columns=(
        key_column("request_id", "the identifier in the register"),
        Column("hq", "text", "who has to answer", kind="key", required=True),
        Column("request_type", "text", "what kind of thing is asked for", kind="key"),
        key_column("objective_id", "the objective it serves", refers="objective", required=False),
        key_column("activity_id", "the activity that waits for it", required=False),
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
        key_column("promised_to", "counterpart to whom something was promised", required=False),
        Column("promised_on", "date", "day of the promise", "process", kind="event"),
        Column("promised_by", "date", "day by which it was promised", "process", kind="plan"),
        Column("due_at", "timestamp", "instant by which an answer is due, where one is set", "process", kind="plan"),
        Column("counterpart_type", "text", "government, military, NGO, school, ...", "process"),
        key_column("raised_by", "who raised it (pseudonym)", personal=True, required=False),
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
    doubts=(not_exact("amount"),),
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
        key_column("reporter_id", "who (pseudonym)", personal=True),
        key_column("post_id", "the post"),
        key_column("unit_id", "the unit that the post belongs to", refers="unit", required=False),
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
