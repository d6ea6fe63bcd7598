"""Canonical tables that are filled from what is sent, but for reports: activities, readings, requests, tours.

Belongs here: their declarations. Not here: those of reports and what comes back for them (``report_tables``), what a
declaration is (``shape``), tables made from the profile or by the program itself (``profile_tables``, ``made_tables``).
"""

from __future__ import annotations

from reportmetrics.warehouse.shape import NOT_APPLICABLE, Column, Reset, Rule, Table, key_column, not_exact

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
