"""The canonical tables: each column is declared here, once.

Everything that needs to know a table's shape reads these declarations: the warehouse's DDL, the casts in ``sql/core``
(a test compares them), the validation suites, the snapshot, the result-chain typing of metrics and the documentation.

What belongs here: names, types, levels, kinds, keys, allowed codes, rules within one row.
What does not: how a source's file becomes these columns (``ingest``), rules between tables (``sql/checks``).

The declarations are in ``report_tables``, ``source_tables``, ``profile_tables`` and ``made_tables``; here they are
listed, in the order of the catalogue. Their words (level, kind) are explained in ``shape``.
"""

from __future__ import annotations

from collections.abc import Mapping

from reportmetrics.warehouse.made_tables import (
    EXPECTED_REPORT,
    HIDDEN_BEFORE,
    LEDGER,
    REJECT,
    REJECT_ANSWER,
    TALLY_TWICE,
    TEXT_NOVELTY,
    VANISHED_REQUEST,
    WITHDRAWN_REPORT,
)
from reportmetrics.warehouse.profile_tables import (
    CALENDAR_DAY,
    FIELD,
    HEADQUARTERS,
    INDICATOR,
    OBJECTIVE,
    PERSONNEL,
    REBASE,
    REPORTABLE_COUNT,
    SOURCE,
    TARIFF,
    TEMPLATE,
    TOLERANCE,
    UNIT,
    VERIFIER,
)
from reportmetrics.warehouse.report_tables import FEEDBACK, HAND_BACK, REPORT, REPORT_FIELD, REPORT_TALLY
from reportmetrics.warehouse.shape import Table
from reportmetrics.warehouse.source_tables import ACTIVITY, OBSERVATION, REQUEST, TOUR

TABLES: Mapping[str, Table] = {
    t.name: t
    for t in (
        REPORT,
        REPORT_FIELD,
        EXPECTED_REPORT,
        REPORT_TALLY,
        FEEDBACK,
        HAND_BACK,
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
        TALLY_TWICE,
        HIDDEN_BEFORE,
        LEDGER,
        REJECT,
        REJECT_ANSWER,
        SOURCE,
        VANISHED_REQUEST,
        WITHDRAWN_REPORT,
    )
}
"""All canonical tables by name."""

SOURCE_TABLES: tuple[Table, ...] = tuple(t for t in TABLES.values() if t.origin == "source")
"""Tables that deliveries fill; each has a file in ``sql/core`` and carries the provenance columns."""

BOOKS: tuple[str, ...] = tuple(t.name for t in TABLES.values() if t.origin == "system")
"""Tables that ingestion keeps about deliveries: what became of their rows, and which were refused."""
