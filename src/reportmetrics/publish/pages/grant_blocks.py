"""Money for small activities beside the activity that waited for it.

Belongs here: this one block. Not here: how long requests wait (``wait_blocks``).
"""

from __future__ import annotations

from reportmetrics.publish import numbers
from reportmetrics.publish import place_sentences as say
from reportmetrics.publish.blocks import Block, Cell, Column, Table, name_cell, number_cell
from reportmetrics.publish.edition import Edition
from reportmetrics.publish.pages.common import nothing

GRANTS = "activity.small_grants"


def grants_block(edition: Edition) -> Block:
    """Requests for small activities by what became of them and of the activity that they name."""
    found = list(edition.figures.each(GRANTS, "sum", "request_state", "activity_state"))
    rows = [
        [
            name_cell((f.dims["activity_state"] or "").capitalize()),
            name_cell(f.dims["request_state"] or ""),
            Cell(numbers.count((f.n or 0) + (f.n_missing or 0)), (f.n or 0) + (f.n_missing or 0)),
            number_cell(f.value, numbers.count, reason=f.reason or "no amount"),
        ]
        for f in found
    ]
    total = sum((f.n or 0) + (f.n_missing or 0) for f in found)
    late = sum((f.n or 0) + (f.n_missing or 0) for f in found if f.dims["activity_state"] == "held before the answer")
    columns = [
        Column("The activity"),
        Column("The request"),
        Column("Requests", "right"),
        Column(f"Asked for, {edition.profile.mission.currency}", "right"),
    ]
    return Block(
        "grants",
        say.grants(total, late),
        "Requests for workshops, venues, travel and printing, beside what became of the activity that each names · "
        "source: request registers, activity reports",
        12,
        [edition.ref(GRANTS)],
        table=Table("Small grants beside the activity that waited", columns, rows) if rows else None,
        nothing=nothing(edition, "request"),
    )
