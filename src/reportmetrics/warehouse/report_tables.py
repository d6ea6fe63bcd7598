"""Canonical tables that are filled from what is sent of reports: they, their answers, what came back, their numbers.

Belongs here: their declarations. Not here: those of all else that is sent (``source_tables``), what a declaration is
(``shape``).
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
