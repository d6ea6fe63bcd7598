"""Tables that the program makes: reports that were due, novelty of texts, the ledger and its like.

Belongs here: their declarations. Not here: how they are filled (``profile.frames``, ``ingest``, ``snapshot``).
"""

from __future__ import annotations

from reportmetrics.warehouse.shape import Column, Table, key_column

EXPECTED_REPORT = Table(
    "expected_report",
    "a report that was due: template x unit x period while both are active",
    level="process",
    origin="derived",
    key=("template_id", "unit_id", "period_start"),
    columns=(
        key_column("template_id", "which report form", refers="template"),
        key_column("unit_id", "the unit that owes it", refers="unit"),
        Column("period_start", "date", "first day of the period", kind="key", required=True),
        Column("period_end", "date", "last day of the period", kind="key", required=True),
        Column("due_at", "timestamp", "the instant at whose end it is late", kind="plan", required=True),
        key_column("answered_by", "the unit whose report answers it: another one where a joint report serves several"),
    ),
)

TEXT_NOVELTY = Table(
    "text_novelty",
    "a narrative beside the four before it in its series (form and unit)",
    level="process",
    origin="derived",
    key=("report_id",),
    columns=(
        key_column("report_id", "the report, in its latest revision"),
        key_column("template_id", "its form"),
        key_column("unit_id", "its unit"),
        key_column("reporter_id", "who filed it (pseudonym)", personal=True, required=False),
        Column("words", "integer", "words of the narrative", "process"),
        Column("new_words", "integer", "words outside every three-word run of the four before; null: first", "process"),
    ),
)

TALLY_TWICE = Table(
    "tally_twice",
    "a tally of days that are counted anyway, by another tally or by single reports",
    level="process",
    origin="derived",
    key=("unit_id", "template_id", "period_start", "period_end"),
    columns=(
        key_column("template_id", "its form"),
        key_column("unit_id", "its unit or place"),
        Column("period_start", "date", "first day counted", kind="key", required=True),
        Column("period_end", "date", "last day counted", kind="key", required=True),
        Column(
            "due_twice", "boolean", "it would be counted twice among what was due and came", "process", required=True
        ),
        Column(
            "on_time_twice", "boolean", "it would be counted twice among what came in time", "process", required=True
        ),
        Column("came_twice", "boolean", "it would be counted twice in hours", "process", required=True),
        Column("file_seq", "integer", "delivery that told of the tally last", kind="key", required=True),
        Column("source_row", "integer", "row in the file or sheet", kind="key"),
    ),
)

HIDDEN_BEFORE = Table(
    "hidden_before",
    "a group that the publication before hid, where this one would else hide another in its place",
    level="process",
    origin="derived",
    key=("metric", "dims"),
    columns=(
        key_column("metric", "the metric"),
        key_column("dims", "the group, as JSON"),
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
        Column("sent_file", "text", "SHA-256 of the content as it was sent, where rows of it were forgotten since"),
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
        Column(
            "superseded",
            "integer",
            "replaced by a later row of the same file, or came back after newer ones",
            required=True,
        ),
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
        key_column("report_id", "the report that the row names, where that could be read", required=False),
        key_column("unit_id", "the unit that sent it, by the row or the file's name, where they tell", required=False),
        key_column("reporter_id", "whom the row names (pseudonym), where it does", personal=True, required=False),
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

VANISHED_REQUEST = Table(
    "vanished_request",
    "a request that the newest register of its source should list and does not",
    level="process",
    origin="derived",
    key=("request_id", "source"),
    columns=(
        key_column("request_id", "the identifier in the register"),
        key_column("source", "the source that listed it"),
        Column("hq", "text", "who has to answer", kind="key"),
        Column("last_seen_on", "date", "day of the last register that listed it", "process"),
        Column("missing_since", "date", "day of the first register after that, which does not", "process"),
    ),
)

WITHDRAWN_REPORT = Table(
    "withdrawn_report",
    "a revision of a report that its sender has taken back",
    level="process",
    origin="derived",
    key=("report_id", "revision"),
    columns=(
        key_column("report_id", "the report"),
        Column("revision", "integer", "the revision that was taken back", kind="key", required=True),
        key_column("template_id", "its form"),
        key_column("unit_id", "its unit"),
        key_column("reporter_id", "who filed it (pseudonym)", personal=True, required=False),
        Column("period_start", "date", "first day that it covered", kind="key", required=True),
        Column("period_end", "date", "last day that it covered", kind="key", required=True),
        Column("submitted_at", "timestamp", "when it was sent", "process", required=True),
        Column(
            "withdrawn_at", "timestamp", "when it was taken back, or when that became known", "process", required=True
        ),
        Column("stands", "boolean", "a later revision of the report stands", "process", required=True),
        Column("file_seq", "integer", "delivery that told of it last", kind="key", required=True),
        Column("source_row", "integer", "row in the file or sheet", kind="key"),
    ),
)
